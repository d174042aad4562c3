/* SPDX-License-Identifier: MIT */
/* cpuctl.c - starting, stopping and interrupting CPUs (machine/cpuctl.h). */
#include "machine/cpuctl.h"

#include <stdlib.h>

#include "sim/core/core.h"
#include "sim/dev/devices.h"
#include "sim/machine_state.h"
#include "sim/state_hash.h"
#include "sim/state_io.h"

#define START_REGISTERS 4U /* PC, SP, GP, ARG: doublewords from offset 0 */

struct cpuctl_cpu {
	uint64_t start[START_REGISTERS];
	bool started;
};

struct cpuctl {
	struct device device;
	struct cpuctl_cpu cpu[MACHINE_CPUS_MAX];
};

static uint32_t state_of(const struct core *core)
{
	if (!core->running) {
		return CPUCTL_STATE_STOPPED;
	}
	return core->waiting ? CPUCTL_STATE_SLEEPS : CPUCTL_STATE_RUNNING;
}

static bool cpuctl_read(struct device *device, struct core *core, uint64_t offset, unsigned size,
			uint64_t *value)
{
	const struct cpuctl *cpuctl = (const struct cpuctl *)device;
	uint64_t number = offset / CPUCTL_CPU_STRIDE;
	uint64_t reg = offset % CPUCTL_CPU_STRIDE;
	bool exists = number < device->machine->config.cpus;

	*value = 0;
	if (size == 8) {
		if (exists && reg < START_REGISTERS * 8) {
			*value = cpuctl->cpu[number].start[reg / 8];
		}
		return reg < START_REGISTERS * 8;
	}
	if (size != 4) {
		return false;
	}
	if (reg == CPUCTL_SELF) {
		*value = core->id;
	} else if (reg == CPUCTL_COUNT) {
		*value = device->machine->config.cpus;
	} else if (exists && reg < START_REGISTERS * 8) {
		uint64_t whole = cpuctl->cpu[number].start[reg / 8];

		*value = reg % 8 == 0 ? whole >> 32 : (uint32_t)whole;
	} else if (exists && reg == CPUCTL_STATE) {
		*value = state_of(device->machine->core[number]);
	}
	return true;
}

static enum core_reset_kind reset_of(uint64_t command)
{
	switch (command) {
	case CPUCTL_NMI:
		return CORE_RESET_NMI;
	case CPUCTL_SOFT_RESET:
		return CORE_RESET_SOFT;
	case CPUCTL_COLD_RESET:
		return CORE_RESET_COLD;
	default:
		return CORE_RESET_NONE;
	}
}

/* Commands that the CPU's state does not allow have no effect. */
static void command(struct cpuctl *cpuctl, unsigned number, uint64_t what)
{
	struct machine *machine = cpuctl->device.machine;
	struct core *core = machine->core[number];
	struct cpuctl_cpu *cpu = &cpuctl->cpu[number];
	enum core_reset_kind reset = reset_of(what);

	if (what == CPUCTL_START && !core->running && !cpu->started) {
		cpu->started = true;
		machine_start_cpu(machine, number, cpu->start[0], cpu->start[1]);
		core->gpr[28] = cpu->start[2];
		core->gpr[5] = cpu->start[3];
		core->gpr[4] = number;
	} else if (what == CPUCTL_STOP && core->running) {
		cpu->started = true;
		machine_pause_cpu(machine, number, true);
	} else if (what == CPUCTL_RESUME && !core->running && cpu->started) {
		machine_pause_cpu(machine, number, false);
	} else if (reset != CORE_RESET_NONE && core->running) {
		core_request_reset(core, reset);
	}
}

static void write_start(uint64_t *whole, uint64_t reg, unsigned size, uint64_t value)
{
	if (size == 8) {
		*whole = value;
	} else if (reg % 8 == 0) {
		*whole = (value << 32) | (uint32_t)*whole;
	} else {
		*whole = (uint64_t)(int64_t)(int32_t)(uint32_t)value;
	}
}

static bool cpuctl_write(struct device *device, struct core *core, uint64_t offset, unsigned size,
			 uint64_t value)
{
	struct cpuctl *cpuctl = (struct cpuctl *)device;
	uint64_t number = offset / CPUCTL_CPU_STRIDE;
	uint64_t reg = offset % CPUCTL_CPU_STRIDE;
	bool is_start = reg < START_REGISTERS * 8;

	(void)core;
	if (size != 4 && !(size == 8 && is_start)) {
		return false;
	}
	if (number >= device->machine->config.cpus) {
		return true;
	}
	if (is_start) {
		write_start(&cpuctl->cpu[number].start[reg / 8], reg, size, value);
	} else if (reg == CPUCTL_COMMAND) {
		command(cpuctl, (unsigned)number, value);
	}
	return true;
}

static void cpuctl_hash(const struct device *device, struct state_hash *hash)
{
	const struct cpuctl *cpuctl = (const struct cpuctl *)device;

	for (unsigned cpu = 0; cpu < device->machine->config.cpus; cpu++) {
		for (unsigned i = 0; i < START_REGISTERS; i++) {
			state_hash_u64(hash, cpuctl->cpu[cpu].start[i]);
		}
		state_hash_u64(hash, cpuctl->cpu[cpu].started);
	}
}

static void cpuctl_state(struct device *device, struct state_io *io)
{
	struct cpuctl *cpuctl = (struct cpuctl *)device;

	for (unsigned cpu = 0; cpu < device->machine->config.cpus; cpu++) {
		for (unsigned i = 0; i < START_REGISTERS; i++) {
			state_io_u64(io, &cpuctl->cpu[cpu].start[i]);
		}
		state_io_bool(io, &cpuctl->cpu[cpu].started);
	}
}

static const struct device_ops cpuctl_ops = {
	.name = "cpuctl",
	.read = cpuctl_read,
	.write = cpuctl_write,
	.hash = cpuctl_hash,
	.state = cpuctl_state,
};

struct device *cpuctl_create(void)
{
	struct cpuctl *cpuctl = calloc(1, sizeof(*cpuctl));

	if (cpuctl == NULL) {
		return NULL;
	}
	cpuctl->device.ops = &cpuctl_ops;
	cpuctl->device.base = MAP_CPUCTL_BASE;
	cpuctl->device.bytes = CPUCTL_BYTES;
	return &cpuctl->device;
}
