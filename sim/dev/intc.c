/* SPDX-License-Identifier: MIT */
/*
 * intc.c - the interrupt controller (machine/intc.h): routing of sources, messages between CPUs.
 *
 * Sources are levels that devices set through intc_set_source(); everything else follows from them
 * and from each CPU's mask and message bits.
 */
#include "machine/intc.h"

#include <stdlib.h>

#include "sim/core/core.h"
#include "sim/dev/devices.h"
#include "sim/machine_state.h"
#include "sim/state_hash.h"
#include "sim/state_io.h"

struct intc {
	struct device device;
	uint32_t level; /* bit s: source s is up */
	uint32_t mask[MACHINE_CPUS_MAX];
	uint32_t message[MACHINE_CPUS_MAX];
};

static void drive(struct intc *intc, unsigned cpu)
{
	struct core *core = intc->device.machine->core[cpu];

	core_set_irq(core, LINES_IP_DEVICE, (intc->level & ~intc->mask[cpu]) != 0);
	core_set_irq(core, LINES_IP_IPI, intc->message[cpu] != 0);
}

void intc_set_source(struct device *device, unsigned source, bool level)
{
	struct intc *intc = (struct intc *)device;
	uint32_t bit = 1U << source;

	intc->level = level ? intc->level | bit : intc->level & ~bit;
	for (unsigned cpu = 0; cpu < device->machine->config.cpus; cpu++) {
		drive(intc, cpu);
	}
}

static uint32_t take_messages(struct intc *intc, unsigned cpu)
{
	uint32_t bits = intc->message[cpu];

	intc->message[cpu] = 0;
	drive(intc, cpu);
	return bits;
}

static bool intc_read(struct device *device, struct core *core, uint64_t offset, unsigned size,
		      uint64_t *value)
{
	struct intc *intc = (struct intc *)device;
	bool is_message = offset >= INTC_IPI_BASE;
	uint64_t block =
		is_message ? (offset - INTC_IPI_BASE) / INTC_IPI_STRIDE : offset / INTC_CPU_STRIDE;
	uint64_t reg = offset % INTC_CPU_STRIDE;

	(void)core;
	*value = 0;
	if (size != 4 || block >= device->machine->config.cpus) {
		return size == 4;
	}
	if (is_message && reg == INTC_IPI_PENDING) {
		*value = intc->message[block];
	} else if (is_message && reg == INTC_IPI_TAKE) {
		*value = take_messages(intc, (unsigned)block);
	} else if (!is_message && reg == INTC_STATUS) {
		*value = intc->level;
	} else if (!is_message && reg == INTC_MASK_STATUS) {
		*value = intc->mask[block];
	}
	return true;
}

static bool intc_write(struct device *device, struct core *core, uint64_t offset, unsigned size,
		       uint64_t value)
{
	struct intc *intc = (struct intc *)device;
	bool is_message = offset >= INTC_IPI_BASE;
	uint64_t block =
		is_message ? (offset - INTC_IPI_BASE) / INTC_IPI_STRIDE : offset / INTC_CPU_STRIDE;
	uint64_t reg = offset % INTC_CPU_STRIDE;
	uint32_t bits = (uint32_t)value;

	(void)core;
	if (size != 4 || block >= device->machine->config.cpus) {
		return size == 4;
	}
	if (is_message && reg == INTC_IPI_SET) {
		intc->message[block] |= bits;
	} else if (is_message && reg == INTC_IPI_CLEAR) {
		intc->message[block] &= ~bits;
	} else if (!is_message && reg == INTC_MASK_SET) {
		intc->mask[block] |= bits;
	} else if (!is_message && reg == INTC_MASK_CLEAR) {
		intc->mask[block] &= ~bits;
	}
	drive(intc, (unsigned)block);
	return true;
}

static void intc_hash(const struct device *device, struct state_hash *hash)
{
	const struct intc *intc = (const struct intc *)device;

	state_hash_u64(hash, intc->level);
	for (unsigned cpu = 0; cpu < device->machine->config.cpus; cpu++) {
		state_hash_u64(hash, ((uint64_t)intc->mask[cpu] << 32) | intc->message[cpu]);
	}
}

/* The lines into the cores are part of their state. */
static void intc_state(struct device *device, struct state_io *io)
{
	struct intc *intc = (struct intc *)device;

	state_io_u32(io, &intc->level);
	for (unsigned cpu = 0; cpu < device->machine->config.cpus; cpu++) {
		state_io_u32(io, &intc->mask[cpu]);
		state_io_u32(io, &intc->message[cpu]);
	}
}

static const struct device_ops intc_ops = {
	.name = "intc",
	.read = intc_read,
	.write = intc_write,
	.hash = intc_hash,
	.state = intc_state,
};

struct device *intc_create(void)
{
	struct intc *intc = calloc(1, sizeof(*intc));

	if (intc == NULL) {
		return NULL;
	}
	intc->device.ops = &intc_ops;
	intc->device.base = MAP_INTC_BASE;
	intc->device.bytes = INTC_BYTES;
	/* Every source goes to CPU 0 until a program changes that. */
	for (unsigned cpu = 1; cpu < MACHINE_CPUS_MAX; cpu++) {
		intc->mask[cpu] = UINT32_MAX;
	}
	return &intc->device;
}
