/* SPDX-License-Identifier: MIT */
/* power.c - the restart register (machine/power.h). */
#include "machine/power.h"

#include <stdlib.h>

#include "sim/core/core.h"
#include "sim/dev/devices.h"
#include "sim/machine_state.h"

static bool power_read(struct device *device, struct core *core, uint64_t offset, unsigned size,
		       uint64_t *value)
{
	(void)device;
	(void)core;
	(void)offset;
	(void)size;
	*value = 0;
	return true;
}

static bool power_write(struct device *device, struct core *core, uint64_t offset, unsigned size,
			uint64_t value)
{
	(void)offset;
	(void)size;
	if ((value & 0xff) == POWER_RESTART_GO) {
		machine_stop(device->machine, STOP_HALT, core->id, 0);
	}
	return true;
}

static const struct device_ops power_ops = {
	.name = "power",
	.read = power_read,
	.write = power_write,
};

struct device *power_create(void)
{
	struct device *device = calloc(1, sizeof(*device));

	if (device != NULL) {
		device->ops = &power_ops;
		device->base = MAP_CONSOLE_BASE + POWER_RESTART_OFFSET;
		device->bytes = POWER_RESTART_BYTES;
	}
	return device;
}
