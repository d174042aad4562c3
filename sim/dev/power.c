/* SPDX-License-Identifier: MIT */
/*
 * power.c - restart, power-save and power-off registers (machine/power.h).
 *
 * The restart register lies in the console's page, where Malta has it; the others have a page of
 * their own.
 */
#include "machine/power.h"

#include <stdlib.h>

#include "sim/core/core.h"
#include "sim/dev/devices.h"
#include "sim/machine_state.h"

static bool read_zero(struct device *device, struct core *core, uint64_t offset, unsigned size,
		      uint64_t *value)
{
	(void)device;
	(void)core;
	(void)offset;
	(void)size;
	*value = 0;
	return true;
}

static bool restart_write(struct device *device, struct core *core, uint64_t offset, unsigned size,
			  uint64_t value)
{
	(void)offset;
	(void)size;
	if ((value & 0xff) == POWER_RESTART_GO) {
		machine_stop(device->machine, STOP_HALT, core->id, 0);
	}
	return true;
}

static const struct device_ops restart_ops = {
	.name = "restart",
	.read = read_zero,
	.write = restart_write,
};

static bool power_write(struct device *device, struct core *core, uint64_t offset, unsigned size,
			uint64_t value)
{
	if (size != 4) {
		return false;
	}
	if (offset == POWER_SAVE) {
		core_wait_for_interrupt(core);
	} else if (offset == POWER_OFF && value == POWER_RESTART_GO) {
		machine_stop(device->machine, STOP_HALT, core->id, 0);
	}
	return true;
}

static const struct device_ops power_ops = {
	.name = "power",
	.read = read_zero,
	.write = power_write,
};

static struct device *create(const struct device_ops *ops, uint64_t base, uint64_t bytes)
{
	struct device *device = calloc(1, sizeof(*device));

	if (device != NULL) {
		device->ops = ops;
		device->base = base;
		device->bytes = bytes;
	}
	return device;
}

struct device *restart_create(void)
{
	return create(&restart_ops, MAP_CONSOLE_BASE + POWER_RESTART_OFFSET, POWER_RESTART_BYTES);
}

struct device *power_create(void)
{
	return create(&power_ops, MAP_POWER_BASE, POWER_BYTES);
}
