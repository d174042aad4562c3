/* SPDX-License-Identifier: MIT */
/*
 * misscount.c - the miss counters as programs see them: registers, and rows as memory.
 *
 * What they hold and do is in sim/memsys/misscount.c. Their state is the memory system's.
 */
#include "sim/dev/misscount.h"

#include <stdlib.h>

#include "machine/misscount.h"
#include "sim/core/core.h"
#include "sim/dev/devices.h"
#include "sim/machine_state.h"
#include "sim/memsys/misscount.h"
#include "sim/timing.h"

/* A word, or the queue as a doubleword. */
static bool has_width(uint64_t offset, unsigned size)
{
	return offset < MISSCOUNT_BYTES && (size == 4 || (size == 8 && offset == MISSCOUNT_QUEUE));
}

bool misscount_read(struct machine *machine, unsigned number, uint64_t offset, unsigned size,
		    uint64_t *value)
{
	if (!has_width(offset, size)) {
		return false;
	}
	struct memsys *memsys = timing_memory(machine);

	if (memsys == NULL) {
		return false;
	}
	*value = size == 8 ? memsys_misscount_pop(memsys, number)
			   : memsys_misscount_read(memsys, number, (uint32_t)offset);
	return true;
}

bool misscount_write(struct machine *machine, const struct core *core, unsigned number,
		     uint64_t offset, unsigned size, uint64_t value)
{
	if (!has_width(offset, size)) {
		return false;
	}
	struct memsys *memsys = timing_memory(machine);

	if (memsys == NULL) {
		return false;
	}
	/* The queue is read-only. */
	if (size == 4) {
		memsys_misscount_write(memsys, number, (uint32_t)offset, (uint32_t)value,
				       core_now(core));
	}
	return true;
}

/* Rows of frames that exist: without a memory system nothing has been counted. */
static bool rows_read(struct device *device, struct core *core, uint64_t offset, unsigned size,
		      uint64_t *value)
{
	const struct memsys *memsys = device->machine->memsys;

	*value = memsys != NULL
			 ? memsys_row_read(memsys, device->base + offset, size, core->big_endian)
			 : 0;
	return true;
}

/* No write: a store raises a bus error. */
static const struct device_ops rows_ops = {
	.name = "misscount-rows",
	.read = rows_read,
};

struct device *misscount_rows_create(const struct machine_config *config)
{
	struct device *device = calloc(1, sizeof(*device));

	if (device != NULL) {
		device->ops = &rows_ops;
		device->base = MAP_MISS_BASE;
		device->bytes = config->memory_bytes >> MAP_PAGE_SHIFT << MISSCOUNT_ROW_SHIFT;
	}
	return device;
}
