/* SPDX-License-Identifier: MIT */
/*
 * framebuffer.c - the registers of the frame buffer (machine/framebuffer.h). The pixels are RAM
 * like any other; whoever shows them reads them there.
 */
#include "machine/framebuffer.h"

#include <stdlib.h>

#include "sim/dev/devices.h"
#include "sim/machine_state.h"
#include "sim/state_hash.h"
#include "sim/state_io.h"

struct framebuffer {
	struct device device;
	bool is_on;
};

static uint32_t read_register(const struct framebuffer *framebuffer, uint64_t offset)
{
	const struct machine_picture *picture = &framebuffer->device.machine->config.picture;

	switch (offset) {
	case FRAMEBUFFER_BASE_HI:
		return (uint32_t)(picture->paddr >> 32);
	case FRAMEBUFFER_BASE_LO:
		return (uint32_t)picture->paddr;
	case FRAMEBUFFER_WIDTH:
		return picture->width;
	case FRAMEBUFFER_HEIGHT:
		return picture->height;
	case FRAMEBUFFER_STRIDE:
		return machine_picture_stride(picture);
	case FRAMEBUFFER_FORMAT:
		return picture->format;
	case FRAMEBUFFER_ENABLE:
		return framebuffer->is_on;
	default:
		return 0;
	}
}

static bool framebuffer_read(struct device *device, struct core *core, uint64_t offset,
			     unsigned size, uint64_t *value)
{
	const struct framebuffer *framebuffer = (const struct framebuffer *)device;

	(void)core;
	if (size == 8 && offset == FRAMEBUFFER_BASE) {
		*value = device->machine->config.picture.paddr;
		return true;
	}
	*value = read_register(framebuffer, offset);
	return size == 4;
}

static bool framebuffer_write(struct device *device, struct core *core, uint64_t offset,
			      unsigned size, uint64_t value)
{
	struct framebuffer *framebuffer = (struct framebuffer *)device;
	struct machine *machine = device->machine;

	(void)core;
	if (size != 4) {
		return false;
	}
	if (machine->config.picture.width == 0) {
		return true;
	}
	if (offset == FRAMEBUFFER_ENABLE) {
		framebuffer->is_on = (value & 1) != 0;
	} else if (offset == FRAMEBUFFER_PRESENT && machine->present != NULL) {
		machine->present(machine->present_context, (uint32_t)value);
	}
	return true;
}

static void framebuffer_hash(const struct device *device, struct state_hash *hash)
{
	if (device->machine->config.picture.width != 0) {
		state_hash_u64(hash, ((const struct framebuffer *)device)->is_on);
	}
}

static void framebuffer_state(struct device *device, struct state_io *io)
{
	state_io_bool(io, &((struct framebuffer *)device)->is_on);
}

static const struct device_ops framebuffer_ops = {
	.name = "framebuffer",
	.read = framebuffer_read,
	.write = framebuffer_write,
	.hash = framebuffer_hash,
	.state = framebuffer_state,
};

struct device *framebuffer_create(const struct machine_config *config)
{
	struct framebuffer *framebuffer = calloc(1, sizeof(*framebuffer));

	if (framebuffer == NULL) {
		return NULL;
	}
	framebuffer->device.ops = &framebuffer_ops;
	framebuffer->device.base = MAP_FRAMEBUFFER_BASE;
	framebuffer->device.bytes = FRAMEBUFFER_BYTES;
	framebuffer->is_on = config->picture.width != 0;
	return &framebuffer->device;
}

bool framebuffer_is_on(const struct device *device)
{
	return ((const struct framebuffer *)device)->is_on;
}
