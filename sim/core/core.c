/* SPDX-License-Identifier: MIT */
/* core.c - making a core, and the states it can be started in. */
#include "sim/core/core.h"

#include <stdlib.h>
#include <string.h>

#include "sim/core/cp0.h"
#include "sim/core/exception.h"
#include "sim/core/mmu.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	       "guest_load(), fpr.w and the unaligned operations assume a little-endian host");

struct core *core_create(unsigned id, struct ram *ram, const struct core_bus *bus,
			 struct code_cache *code, unsigned tlb_entries, bool big_endian)
{
	struct core *core = calloc(1, sizeof(*core));

	if (core == NULL) {
		return NULL;
	}
	core->id = id;
	core->ram = ram;
	core->bus = *bus;
	core->code = code;
	core->big_endian = big_endian;
	core->tlb.count = tlb_entries;
	for (unsigned mode = 0; mode < CORE_MODE_COUNT; mode++) {
		core->maps[mode].filled_for = CORE_MAP_UNUSED;
	}
	mmu_flush_map(&core->map_off);
	core_reset(core);
	return core;
}

void core_destroy(struct core *core)
{
	free(core);
}

void core_wait_for_interrupt(struct core *core)
{
	core->waiting = true;
	core_kick(core);
}

void core_enter_elf(struct core *core, uint64_t entry, uint32_t status, uint64_t sp)
{
	core_reset(core);
	memset(core->gpr, 0, sizeof(core->gpr));
	core->hi = 0;
	core->lo = 0;
	memset(&core->fpr, 0, sizeof(core->fpr));
	core->fcsr = 0;
	core->llbit = false;
	core->cp0.status = status;
	core->gpr[29] = sp;
	core->pc = entry;
	core_update_mode(core);
	core_update_irq(core);
}

void core_skip_to(struct core *core, uint64_t cycle)
{
	uint64_t now = core_now(core);

	if (cycle > now) {
		core->idle_cycles += cycle - now;
		core->slice_end = cycle;
		core->cycles_left = 0;
	}
}
