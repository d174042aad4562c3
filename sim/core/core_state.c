/* SPDX-License-Identifier: MIT */
/* core_state.c - every member of struct core that is state. */
#include "sim/core/core_state.h"

#include "sim/core/cp0.h"
#include "sim/core/exception.h"
#include "sim/core/mmu.h"
#include "sim/core/tlb.h"

static void cp0_state(struct core_cp0 *cp0, struct state_io *io)
{
	uint64_t *const wide[] = { &cp0->entry_lo[0], &cp0->entry_lo[1], &cp0->entry_hi,
				   &cp0->context,     &cp0->xcontext,    &cp0->bad_vaddr,
				   &cp0->epc,         &cp0->error_epc,   &cp0->random_origin };
	uint32_t *const narrow[] = { &cp0->index,       &cp0->page_mask, &cp0->wired,
				     &cp0->compare,     &cp0->status,    &cp0->cause,
				     &cp0->config,      &cp0->prid,      &cp0->ll_addr,
				     &cp0->watch_lo,    &cp0->watch_hi,  &cp0->ecc,
				     &cp0->cache_err,   &cp0->tag_lo,    &cp0->tag_hi,
				     &cp0->count_offset };

	for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++) {
		state_io_u64(io, wide[i]);
	}
	for (size_t i = 0; i < sizeof(narrow) / sizeof(narrow[0]); i++) {
		state_io_u32(io, narrow[i]);
	}
	state_io_bool(io, &cp0->watch_postponed);
}

static void tlb_state(struct core_tlb *tlb, struct state_io *io)
{
	for (unsigned i = 0; i < tlb->count; i++) {
		struct core_tlb_entry entry = tlb->entry[i];

		state_io_u64(io, &entry.vpn2);
		state_io_u32(io, &entry.mask);
		state_io_u32(io, &entry.lo[0]);
		state_io_u32(io, &entry.lo[1]);
		state_io_u8(io, &entry.asid);
		state_io_bool(io, &entry.global);
		if (io->is_loading && !io->has_failed) {
			tlb_write(tlb, i, &entry);
		}
	}
}

static void split_state(struct core_split *split, struct state_io *io)
{
	state_io_u64(io, &split->execution);
	state_io_u64(io, &split->stall_l2);
	state_io_u64(io, &split->stall_local);
	state_io_u64(io, &split->stall_remote);
	state_io_u64(io, &split->stall_uncached);
	state_io_u64(io, &split->idle);
}

/* Timing mode: an instruction that waits for memory, and where the time went. */
static void timed_state(struct core *core, struct state_io *io)
{
	struct core_bypass *bypass = &core->bypass;
	unsigned mode = core->split_mode;

	state_io_bool(io, &core->blocked);
	state_io_bool(io, &core->retry);
	state_io_u64(io, &bypass->paddr);
	state_io_u64(io, &bypass->value);
	state_io_u64(io, &bypass->mask);
	state_io_u8(io, &bypass->size);
	state_io_bool(io, &bypass->is_store);
	state_io_bool(io, &bypass->is_done);
	state_io_bool(io, &bypass->has_failed);
	for (unsigned i = 0; i < CORE_MODE_COUNT; i++) {
		split_state(&core->split[i], io);
	}
	split_state(&core->split_mark, io);
	state_io_index(io, &mode, CORE_MODE_COUNT);
	core->split_mode = (enum core_mode)mode;
}

static void time_state(struct core *core, struct state_io *io)
{
	uint64_t now = core_now(core);

	state_io_u64(io, &now);
	if (io->is_loading) {
		core->slice_end = now;
		core->cycles_left = 0;
	}
	state_io_u64(io, &core->timer_cycle);
	state_io_u64(io, &core->idle_cycles);
	state_io_u64(io, &core->stall_cycles);
}

void core_state(struct core *core, struct state_io *io)
{
	unsigned reset = core->reset_pending;

	for (unsigned i = 1; i < 32; i++) {
		state_io_u64(io, &core->gpr[i]);
	}
	for (unsigned i = 0; i < 32; i++) {
		state_io_u64(io, &core->fpr.d[i]);
		state_io_u64(io, &core->exception_count[i]);
	}
	state_io_u64(io, &core->tlb_refills);
	state_io_u64(io, &core->cache_operations);
	state_io_u64(io, &core->hi);
	state_io_u64(io, &core->lo);
	state_io_u64(io, &core->pc);
	state_io_u32(io, &core->fcsr);
	state_io_bool(io, &core->in_slot);
	state_io_u64(io, &core->slot_branch_pc);
	state_io_u64(io, &core->slot_target);
	state_io_index(io, &reset, CORE_RESET_COLD + 1);
	core->reset_pending = (enum core_reset_kind)reset;
	state_io_bool(io, &core->llbit);
	state_io_u64(io, &core->link_paddr);
	state_io_bool(io, &core->running);
	state_io_bool(io, &core->waiting);
	state_io_u32(io, &core->external_ip);
	state_io_u64(io, &core->alias_base);
	state_io_u64(io, &core->alias_bytes);
	cp0_state(&core->cp0, io);
	tlb_state(&core->tlb, io);
	time_state(core, io);
	timed_state(core, io);
}

void core_restore(struct core *core)
{
	uint64_t timer_cycle = core->timer_cycle;

	core->link = NULL;
	core->block = NULL;
	core->stop = false;
	/* Maps are made anew, for the mode's speed. */
	for (unsigned mode = 0; mode < CORE_MODE_COUNT; mode++) {
		core->maps[mode].filled_for = CORE_MAP_UNUSED;
	}
	mmu_flush(core);
	core_update_mode(core);
	core_update_asid(core);
	core_update_irq(core);
	core->timer_cycle = timer_cycle;
	/* Whoever executes next, the others' stores break this link. */
	mmu_watch_link(core);
}
