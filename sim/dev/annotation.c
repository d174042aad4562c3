/* SPDX-License-Identifier: MIT */
/* annotation.c - the annotation port (machine/annotation.h). */
#include "machine/annotation.h"

#include <stdlib.h>

#include "sim/core/core.h"
#include "sim/dev/devices.h"
#include "sim/machine_state.h"
#include "sim/state_hash.h"

/* Annotations print on a console of their own. */
#define ANNOTATION_CONSOLE 1

struct annotation {
	struct device device;
	uint32_t cycles_hi; /* latched by reading CYCLES_LO */
};

static bool annotation_read(struct device *device, struct core *core, uint64_t offset,
			    unsigned size, uint64_t *value)
{
	struct annotation *port = (struct annotation *)device;

	if (size != 4) {
		return false;
	}
	switch (offset) {
	case ANNOTATION_ID:
		*value = ANNOTATION_MAGIC;
		return true;
	case ANNOTATION_CYCLES_LO:
		port->cycles_hi = (uint32_t)(core_now(core) >> 32);
		*value = (uint32_t)core_now(core);
		return true;
	case ANNOTATION_CYCLES_HI:
		*value = port->cycles_hi;
		return true;
	default:
		*value = 0;
		return true;
	}
}

static bool annotation_write(struct device *device, struct core *core, uint64_t offset,
			     unsigned size, uint64_t value)
{
	if (size != 4) {
		return false;
	}
	switch (offset) {
	case ANNOTATION_EXIT:
		machine_stop(device->machine, STOP_EXIT, core->id, (uint32_t)value);
		return true;
	case ANNOTATION_PUTC:
		machine_console_output(device->machine, ANNOTATION_CONSOLE, (uint8_t)value);
		return true;
	case ANNOTATION_ROI_BEGIN:
	case ANNOTATION_ROI_END:
		machine_mark(device->machine, core->id, offset == ANNOTATION_ROI_BEGIN,
			     (uint32_t)value);
		return true;
	default:
		return true;
	}
}

static void annotation_hash(const struct device *device, struct state_hash *hash)
{
	state_hash_u64(hash, ((const struct annotation *)device)->cycles_hi);
}

static const struct device_ops annotation_ops = {
	.name = "annotation",
	.read = annotation_read,
	.write = annotation_write,
	.hash = annotation_hash,
};

struct device *annotation_create(void)
{
	struct annotation *port = calloc(1, sizeof(*port));

	if (port == NULL) {
		return NULL;
	}
	port->device.ops = &annotation_ops;
	port->device.base = MAP_ANNOTATION_BASE;
	port->device.bytes = ANNOTATION_BYTES;
	return &port->device;
}
