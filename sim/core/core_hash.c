/* SPDX-License-Identifier: MIT */
/* core_hash.c - a core's architectural state for the machine's state hash. */
#include "sim/core/core_hash.h"

#include "sim/core/core.h"
#include "sim/core/cp0.h"

static void hash_tlb(const struct core_tlb *tlb, struct state_hash *hash)
{
	for (unsigned i = 0; i < tlb->count; i++) {
		const struct core_tlb_entry *entry = &tlb->entry[i];

		state_hash_u64(hash, entry->vpn2);
		state_hash_u64(hash, entry->mask);
		state_hash_u64(hash, ((uint64_t)entry->lo[0] << 32) | entry->lo[1]);
		state_hash_u64(hash, ((uint64_t)entry->global << 8) | entry->asid);
	}
}

void core_hash(const struct core *core, struct state_hash *hash)
{
	uint64_t now = core_now(core);

	for (unsigned i = 0; i < 32; i++) {
		state_hash_u64(hash, core->gpr[i]);
		state_hash_u64(hash, core->fpr.d[i]);
		state_hash_u64(hash, cp0_read(core, i, now));
	}
	state_hash_u64(hash, core->hi);
	state_hash_u64(hash, core->lo);
	state_hash_u64(hash, core->pc);
	state_hash_u64(hash, core->fcsr);
	state_hash_u64(hash, core->in_slot);
	state_hash_u64(hash, core->in_slot ? core->slot_branch_pc : 0);
	state_hash_u64(hash, core->in_slot ? core->slot_target : 0);
	state_hash_u64(hash, core->llbit);
	state_hash_u64(hash, core->llbit ? core->link_paddr : 0);
	state_hash_u64(hash, core->running);
	state_hash_u64(hash, core->waiting);
	state_hash_u64(hash, core->reset_pending);
	state_hash_u64(hash, now);
	state_hash_u64(hash, core->idle_cycles);
	state_hash_u64(hash, core->stall_cycles);
	state_hash_u64(hash, ((uint64_t)core->cp0.watch_postponed << 2) |
				     ((uint64_t)core->blocked << 1) | core->retry);
	hash_tlb(&core->tlb, hash);
}
