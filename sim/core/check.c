/* SPDX-License-Identifier: MIT */
/*
 * check.c - testing the invariants of a core. Called by run.c in the torture build.
 *
 * A violation is our own bug, whatever a guest did: it ends the process.
 */
#include "sim/core/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/core/exception.h"
#include "sim/core/mmu.h"

static void violated(const struct core *core, const char *invariant, uint64_t value)
{
	fprintf(stderr,
		"mirrorball: bug: cpu %u cycle %" PRIu64 " pc %016" PRIx64 ": %s (%016" PRIx64
		")\n",
		core->id, core_now(core), core->pc, invariant, value);
	abort();
}

/* Status as it was when an entry of this mode's map could be filled. */
static uint32_t status_of(const struct core_map *map, enum core_mode mode)
{
	static const uint32_t ksu[CORE_MODE_COUNT] = {
		[CORE_USER] = STATUS_KSU_USER,
		[CORE_SUPERVISOR] = STATUS_KSU_SUPERVISOR,
		[CORE_KERNEL] = STATUS_KSU_KERNEL,
	};

	return map->filled_for | ksu[mode];
}

static struct mmu_translation translate(const struct core *core, uint32_t status, uint64_t tag,
					enum core_access access)
{
	struct mmu_view view = {
		.status = status | (core->cp0.status & STATUS_TS),
		.asid = (uint8_t)(tag >> CORE_TAG_ASID_SHIFT),
	};

	return mmu_translate_in(core, view, tag & CORE_PAGE_MASK, access);
}

/* S1 and S2 of core.h, I3 of ram.h. */
static void check_data(const struct core *core, uint32_t status, const struct core_soft_data *entry)
{
	uint64_t frame;

	if (!(entry->read_tag & CORE_TAG_INVALID)) {
		struct mmu_translation found = translate(core, status, entry->read_tag, CORE_LOAD);

		if (found.fault != MMU_OK || found.paddr != entry->paddr) {
			violated(core, "S1: a soft entry is not what the TLB says",
				 entry->read_tag);
		}
		if (!ram_frame(core->ram, entry->paddr, &frame) ||
		    (uint8_t *)(entry->delta + (uintptr_t)(entry->read_tag & CORE_PAGE_MASK)) !=
			    ram_frame_host(core->ram, frame)) {
			violated(core, "S1: a soft entry leads elsewhere", entry->read_tag);
		}
	}
	if (!(entry->write_tag & CORE_TAG_INVALID)) {
		struct mmu_translation found =
			translate(core, status, entry->write_tag, CORE_STORE);

		if (found.fault != MMU_OK || entry->write_tag != entry->read_tag) {
			violated(core, "S2: a page may not be written", entry->write_tag);
		}
		if (!ram_frame(core->ram, entry->paddr, &frame) ||
		    (core->ram->flags[frame] & RAM_GUARDED) != 0 ||
		    (core->ram->flags[frame] & (RAM_CACHED | RAM_WRITTEN)) !=
			    (RAM_CACHED | RAM_WRITTEN)) {
			violated(core, "I3: a guarded frame may be written", entry->write_tag);
		}
	}
}

static void check_fetch(const struct core *core, uint32_t status,
			const struct core_soft_fetch *entry, uint8_t key)
{
	if (entry->tag & CORE_TAG_INVALID) {
		return;
	}
	struct mmu_translation found = translate(core, status, entry->tag, CORE_FETCH);
	uint64_t frame;

	if (found.fault != MMU_OK || !ram_frame(core->ram, found.paddr, &frame) ||
	    entry->page->frame != frame || entry->page->key != key) {
		violated(core, "S1: a fetch entry is not what the TLB says", entry->tag);
	}
}

/* T1 and T2 of core.h. */
static void check_tlb(const struct core *core)
{
	const struct core_tlb *tlb = &core->tlb;
	uint64_t bucket[64] = { 0 };
	uint64_t large = 0;

	for (unsigned i = 0; i < tlb->count; i++) {
		const struct core_tlb_entry *entry = &tlb->entry[i];

		if (entry->mask == 0) {
			bucket[(entry->vpn2 >> 13) & 63] |= 1ULL << i;
		} else {
			large |= 1ULL << i;
		}
	}
	if (memcmp(bucket, tlb->bucket, sizeof(bucket)) != 0) {
		violated(core, "T1: the buckets are not those of the entries", 0);
	}
	if (large != tlb->large) {
		violated(core, "T2: large entries", large);
	}
}

void core_check(const struct core *core)
{
	for (enum core_mode mode = CORE_USER; mode < CORE_MODE_COUNT; mode++) {
		const struct core_map *map = &core->maps[mode];
		uint32_t status = status_of(map, mode);

		if (map->filled_for == CORE_MAP_UNUSED) {
			continue;
		}
		for (unsigned i = 0; i < CORE_SOFT_DATA; i++) {
			check_data(core, status, &map->data[i]);
		}
		for (unsigned i = 0; i < CORE_SOFT_FETCH; i++) {
			check_fetch(core, status, &map->fetch[i], map->decode_key);
		}
	}
	check_tlb(core);
	if (core->gpr[0] != 0) {
		violated(core, "$0 is not zero", core->gpr[0]);
	}
}
