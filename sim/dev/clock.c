/* SPDX-License-Identifier: MIT */
/* clock.c - the page of the cycle counter (machine/clock.h). */
#include "machine/clock.h"

#include <stdlib.h>

#include "sim/core/core.h"
#include "sim/dev/devices.h"

static bool clock_read(struct device *device, struct core *core, uint64_t offset, unsigned size,
		       uint64_t *value)
{
	uint64_t now = core_now(core);

	(void)device;
	*value = 0;
	if (offset == CLOCK_CYCLES && size == 8) {
		*value = now;
	} else if (offset == CLOCK_CYCLES_HI && size == 4) {
		*value = now >> 32;
	} else if (offset == CLOCK_CYCLES_LO && size == 4) {
		*value = (uint32_t)now;
	}
	return size >= 4;
}

static bool clock_write(struct device *device, struct core *core, uint64_t offset, unsigned size,
			uint64_t value)
{
	(void)device;
	(void)core;
	(void)offset;
	(void)size;
	(void)value;
	return true;
}

static const struct device_ops clock_ops = {
	.name = "clock",
	.read = clock_read,
	.write = clock_write,
};

struct device *clock_create(void)
{
	struct device *device = calloc(1, sizeof(*device));

	if (device != NULL) {
		device->ops = &clock_ops;
		device->base = MAP_CLOCK_BASE;
		device->bytes = CLOCK_BYTES;
	}
	return device;
}
