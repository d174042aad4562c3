/* SPDX-License-Identifier: MIT */
/*
 * testmips.c - console, halt and multiprocessor device of the testmips machine
 * (machine/testmips.h).
 */
#include "machine/testmips.h"

#include <stdlib.h>

#include "sim/core/core.h"
#include "sim/dev/devices.h"
#include "sim/machine_state.h"
#include "sim/state_hash.h"
#include "sim/state_io.h"

/* Every byte of a read is the character, as on GXemul. */
static uint64_t in_every_byte(uint8_t byte, unsigned size)
{
	return (byte * 0x0101010101010101ULL) >> (64 - 8 * size);
}

/* Prints the bytes stored in the order of their addresses; GXemul leaves out zeroes. */
static void print_stored(struct machine *machine, unsigned size, uint64_t value)
{
	for (unsigned i = 0; i < size; i++) {
		unsigned from = machine->config.big_endian ? size - 1 - i : i;
		uint8_t byte = (uint8_t)(value >> (8 * from));

		if (byte != 0) {
			machine_console_output(machine, 0, byte);
		}
	}
}

static bool console_read(struct device *device, struct core *core, uint64_t offset, unsigned size,
			 uint64_t *value)
{
	uint8_t byte = 0;

	(void)core;
	if (offset != TESTMIPS_CONSOLE_HALT) {
		console_take(&device->machine->input, &byte);
		machine_input_changed(device->machine);
	}
	*value = in_every_byte(byte, size);
	return true;
}

static bool console_write(struct device *device, struct core *core, uint64_t offset, unsigned size,
			  uint64_t value)
{
	if (offset == TESTMIPS_CONSOLE_HALT) {
		machine_stop(device->machine, STOP_HALT, core->id, 0);
	} else {
		print_stored(device->machine, size, value);
	}
	return true;
}

static void console_input(struct device *device)
{
	core_set_irq(device->machine->core[0], LINES_IP_TESTMIPS_CONSOLE,
		     console_waiting(&device->machine->input));
}

static const struct device_ops console_ops = {
	.name = "testmips-console",
	.read = console_read,
	.write = console_write,
	.input = console_input,
};

struct device *testmips_console_create(void)
{
	struct device *device = calloc(1, sizeof(*device));

	if (device != NULL) {
		device->ops = &console_ops;
		device->base = TESTMIPS_CONSOLE_BASE;
		device->bytes = TESTMIPS_CONSOLE_BYTES;
	}
	return device;
}

/* Pending inter-processor interrupts of one CPU, oldest first. */
struct ipi_queue {
	uint16_t number[TESTMIPS_MP_IPI_PENDING_MAX];
	unsigned count;
};

struct mp_device {
	struct device device;
	uint64_t startup_addr;
	uint64_t startup_stack;
	uint64_t random_state;
	unsigned cpus;
	bool started[MACHINE_CPUS_MAX]; /* only such a CPU can be told to go on */
	struct ipi_queue pending[MACHINE_CPUS_MAX];
};

/* splitmix64: one state word, every seed good. */
static uint64_t next_random(struct mp_device *mp)
{
	uint64_t z = mp->random_state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

static uint64_t take_ipi(struct mp_device *mp, struct core *core)
{
	struct ipi_queue *queue = &mp->pending[core->id];
	uint64_t number = 0;

	if (queue->count > 0) {
		number = queue->number[0];
		queue->count--;
		for (unsigned i = 0; i < queue->count; i++) {
			queue->number[i] = queue->number[i + 1];
		}
	}
	core_set_irq(core, TESTMIPS_MP_IRQ, queue->count > 0);
	return number;
}

static void post_ipi(struct mp_device *mp, unsigned cpu, uint16_t number)
{
	struct ipi_queue *queue = &mp->pending[cpu];
	struct core *core = mp->device.machine->core[cpu];

	if (queue->count < TESTMIPS_MP_IPI_PENDING_MAX) {
		queue->number[queue->count++] = number;
	} else {
		core_warn(core, "inter-processor interrupt lost");
	}
	core_set_irq(mp->device.machine->core[cpu], TESTMIPS_MP_IRQ, true);
}

static bool mp_read(struct device *device, struct core *core, uint64_t offset, unsigned size,
		    uint64_t *value)
{
	struct mp_device *mp = (struct mp_device *)device;

	(void)size;
	switch (offset) {
	case TESTMIPS_MP_WHOAMI:
		*value = core->id;
		return true;
	case TESTMIPS_MP_NCPUS:
		*value = mp->cpus;
		return true;
	case TESTMIPS_MP_HARDWARE_RANDOM:
		*value = next_random(mp);
		return true;
	case TESTMIPS_MP_MEMORY:
		*value = device->machine->config.memory_bytes;
		return true;
	case TESTMIPS_MP_IPI_READ:
		*value = take_ipi(mp, core);
		return true;
	case TESTMIPS_MP_NCYCLES:
		*value = core_now(core);
		return true;
	default:
		*value = 0;
		return offset < TESTMIPS_MP_BYTES;
	}
}

static uint64_t sext32(uint64_t value)
{
	return (uint64_t)(int64_t)(int32_t)(uint32_t)value;
}

/* To one CPU, or to all but that one. */
static void write_ipi(struct mp_device *mp, uint64_t value, bool many)
{
	uint16_t number = (uint16_t)(value >> 16);
	unsigned target = (unsigned)(value & 0xffff);

	for (unsigned cpu = 0; cpu < mp->cpus; cpu++) {
		if ((cpu == target) != many) {
			post_ipi(mp, cpu, number);
		}
	}
}

/* As on GXemul: all CPUs but `cpu` stop. */
static void pause_others(struct machine *machine, uint64_t cpu)
{
	for (unsigned i = 0; i < machine->config.cpus; i++) {
		if (i != cpu && machine->core[i]->running) {
			machine_pause_cpu(machine, i, true);
		}
	}
}

static bool mp_write(struct device *device, struct core *core, uint64_t offset, unsigned size,
		     uint64_t value)
{
	struct mp_device *mp = (struct mp_device *)device;
	bool cpu_exists = value < mp->cpus;

	switch (offset) {
	case TESTMIPS_MP_STARTUPCPU:
		if (cpu_exists && !device->machine->core[value]->running) {
			mp->started[value] = true;
			machine_start_cpu(device->machine, (unsigned)value, mp->startup_addr,
					  mp->startup_stack);
		}
		return true;
	case TESTMIPS_MP_STARTUPADDR:
		mp->startup_addr = size == 4 ? sext32(value) : value;
		return true;
	case TESTMIPS_MP_STARTUPSTACK:
		mp->startup_stack = size == 4 ? sext32(value) : value;
		return true;
	case TESTMIPS_MP_PAUSE_CPU:
		pause_others(device->machine, value);
		return true;
	case TESTMIPS_MP_UNPAUSE_CPU:
		if (cpu_exists && mp->started[value]) {
			machine_pause_cpu(device->machine, (unsigned)value, false);
		}
		return true;
	case TESTMIPS_MP_IPI_ONE:
	case TESTMIPS_MP_IPI_MANY:
		write_ipi(mp, value, offset == TESTMIPS_MP_IPI_MANY);
		return true;
	case TESTMIPS_MP_IPI_READ:
		mp->pending[core->id].count = 0;
		core_set_irq(core, TESTMIPS_MP_IRQ, false);
		return true;
	default:
		return offset < TESTMIPS_MP_BYTES;
	}
}

static void mp_hash(const struct device *device, struct state_hash *hash)
{
	const struct mp_device *mp = (const struct mp_device *)device;

	state_hash_u64(hash, mp->startup_addr);
	state_hash_u64(hash, mp->startup_stack);
	state_hash_u64(hash, mp->random_state);
	for (unsigned cpu = 0; cpu < mp->cpus; cpu++) {
		state_hash_u64(hash, mp->started[cpu]);
	}
	for (unsigned cpu = 0; cpu < mp->cpus; cpu++) {
		state_hash_u64(hash, mp->pending[cpu].count);
		for (unsigned i = 0; i < mp->pending[cpu].count; i++) {
			state_hash_u64(hash, mp->pending[cpu].number[i]);
		}
	}
}

static void mp_state(struct device *device, struct state_io *io)
{
	struct mp_device *mp = (struct mp_device *)device;

	state_io_u64(io, &mp->startup_addr);
	state_io_u64(io, &mp->startup_stack);
	state_io_u64(io, &mp->random_state);
	for (unsigned cpu = 0; cpu < mp->cpus; cpu++) {
		struct ipi_queue *queue = &mp->pending[cpu];

		state_io_bool(io, &mp->started[cpu]);
		state_io_index(io, &queue->count, TESTMIPS_MP_IPI_PENDING_MAX + 1);
		for (unsigned i = 0; i < queue->count; i++) {
			state_io_u16(io, &queue->number[i]);
		}
	}
}

static const struct device_ops mp_ops = {
	.name = "testmips-mp",
	.read = mp_read,
	.write = mp_write,
	.hash = mp_hash,
	.state = mp_state,
};

struct device *testmips_mp_create(const struct machine_config *config)
{
	struct mp_device *mp = calloc(1, sizeof(*mp));

	if (mp == NULL) {
		return NULL;
	}
	mp->device.ops = &mp_ops;
	mp->device.base = TESTMIPS_MP_BASE;
	mp->device.bytes = TESTMIPS_MP_BYTES;
	mp->cpus = config->cpus;
	mp->random_state = config->seed;
	mp->started[0] = true;
	return &mp->device;
}
