/* SPDX-License-Identifier: MIT */
/*
 * device.h - what a device is to the machine: a range of physical addresses and a few functions.
 *
 * A device sees simulated time only through the core that accesses it, raises interrupts only
 * through the machine it was given, and never exits or prints.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct core;
struct device;
struct machine;
struct state_hash;
struct state_io;

/* Functions may be NULL: nothing to do; no read or write: bus error. */
struct device_ops {
	const char *name;
	/* `offset` from the device's base; `size` 1, 2, 4 or 8. False: bus error. */
	bool (*read)(struct device *device, struct core *core, uint64_t offset, unsigned size,
		     uint64_t *value);
	bool (*write)(struct device *device, struct core *core, uint64_t offset, unsigned size,
		      uint64_t value);
	/* Between two quanta: `due` has come, cycle `now` is not before it. */
	void (*advance)(struct device *device, uint64_t now);
	/*
	 * Timing mode: some bytes of a transfer (machine_transfer()) take place now; it has ended
	 * at `cycle`.
	 */
	void (*transfer)(struct device *device, uint64_t cookie, uint64_t paddr, uint32_t bytes);
	void (*transferred)(struct device *device, uint64_t cookie, uint64_t cycle);
	/* The waiting input of the machine's console has changed. */
	void (*input)(struct device *device);
	/* Adds all state that a guest can see to the machine's state hash. */
	void (*hash)(const struct device *device, struct state_hash *hash);
	/* Saves or loads the same for a checkpoint; `due` is saved by the machine. */
	void (*state)(struct device *device, struct state_io *io);
	void (*destroy)(struct device *device);
};

/* The first member of every device's own structure. */
struct device {
	const struct device_ops *ops;
	uint64_t base; /* physical */
	uint64_t bytes;
	struct machine *machine;
	unsigned number; /* in machine->device */
	uint64_t due;    /* when to call advance(); UINT64_MAX: not at all. machine_set_due() */
};
