/* SPDX-License-Identifier: MIT */
/*
 * annotation.c - the annotation port (machine/annotation.h).
 *
 * Marks go to the machine's mark function. A program's wish for a checkpoint is told to the user,
 * who can write one (--save); the ownership of pages goes to its checker.
 */
#include "machine/annotation.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/check/ownership.h"
#include "sim/core/core.h"
#include "sim/dev/devices.h"
#include "sim/machine_state.h"
#include "sim/state_hash.h"
#include "sim/state_io.h"

/* Annotations print on a console of their own. */
#define ANNOTATION_CONSOLE 1

/* Latches and pending panics are each CPU's own. */
struct annotation_cpu {
	uint32_t cycles_hi;
	uint32_t insns_hi;
	uint32_t panic_who;
	uint64_t panic_pc;
};

struct annotation {
	struct device device;
	struct annotation_cpu cpu[MACHINE_CPUS_MAX];
};

static uint64_t instructions_of(const struct core *core)
{
	return core_instructions(core);
}

/* Half of a 64-bit counter: reading the low one keeps the high one of the same moment. */
static uint64_t read_low(uint64_t counter, uint32_t *latch)
{
	*latch = (uint32_t)(counter >> 32);
	return (uint32_t)counter;
}

static bool annotation_read(struct device *device, struct core *core, uint64_t offset,
			    unsigned size, uint64_t *value)
{
	struct annotation_cpu *cpu = &((struct annotation *)device)->cpu[core->id];

	*value = 0;
	if (size == 8) {
		*value = offset == ANNOTATION_INSNS ? instructions_of(core) : core_now(core);
		return offset == ANNOTATION_INSNS || offset == ANNOTATION_CYCLES;
	}
	if (size != 4) {
		return false;
	}
	switch (offset) {
	case ANNOTATION_ID:
		*value = ANNOTATION_MAGIC;
		break;
	case ANNOTATION_MODE:
		*value = machine_is_timing(device->machine) ? ANNOTATION_MODE_TIMING
							    : ANNOTATION_MODE_FAST;
		break;
	case ANNOTATION_OWN_ASKED:
		*value = device->machine->ownership != NULL;
		break;
	case ANNOTATION_CYCLES_HI:
		*value = cpu->cycles_hi;
		break;
	case ANNOTATION_CYCLES_LO:
		*value = read_low(core_now(core), &cpu->cycles_hi);
		break;
	case ANNOTATION_INSNS_HI:
		*value = cpu->insns_hi;
		break;
	case ANNOTATION_INSNS_LO:
		*value = read_low(instructions_of(core), &cpu->insns_hi);
		break;
	default:
		break;
	}
	return true;
}

static void panic(struct device *device, const struct core *core, uint32_t kind)
{
	const struct annotation_cpu *cpu = &((struct annotation *)device)->cpu[core->id];

	machine_stop(device->machine, STOP_PANIC, core->id, kind);
	device->machine->stop.who = cpu->panic_who;
	device->machine->stop.addr = cpu->panic_pc;
}

/* Shows the capture a frame; a description that is none is not looked at further. */
static void show_frame(const struct machine *machine, const struct core *core, uint64_t paddr)
{
	uint8_t table[ANNOTATION_FRAME_PARTS +
		      ANNOTATION_FRAME_PARTS_MAX * ANNOTATION_FRAME_PART_BYTES];
	uint32_t count;
	uint32_t bytes;
	uint32_t done = 0;
	uint8_t *frame = NULL;

	if (!machine_read_physical(machine, paddr, table, sizeof(table))) {
		return;
	}
	count = (uint32_t)machine_number(machine, table, 4);
	bytes = (uint32_t)machine_number(machine, table + 4, 4);
	if (count > ANNOTATION_FRAME_PARTS_MAX || bytes > count * MAP_PAGE_BYTES) {
		return;
	}
	frame = calloc(bytes + 1, 1);
	for (uint32_t i = 0; frame != NULL && i < count; i++) {
		const uint8_t *part =
			table + ANNOTATION_FRAME_PARTS + (size_t)i * ANNOTATION_FRAME_PART_BYTES;
		uint32_t part_bytes = (uint32_t)machine_number(machine, part + 8, 4);

		if (part_bytes > bytes - done ||
		    !machine_read_physical(machine, machine_number(machine, part, 8), frame + done,
					   part_bytes)) {
			break;
		}
		done += part_bytes;
	}
	if (frame != NULL && done == bytes) {
		machine->tap(machine->tap_context, frame, bytes, core_now(core));
	}
	free(frame);
}

/* The 64-bit registers, whole or a word at a time. */
static bool write_wide(struct annotation_cpu *cpu, uint64_t offset, unsigned size, uint64_t value)
{
	switch (offset) {
	case ANNOTATION_PANIC_PC:
		cpu->panic_pc = size == 8 ? value : (value << 32) | (uint32_t)cpu->panic_pc;
		return true;
	case ANNOTATION_PANIC_PC + 4:
		cpu->panic_pc = (cpu->panic_pc & ~0xffffffffULL) | (uint32_t)value;
		return size == 4;
	case ANNOTATION_OWN:
	case ANNOTATION_FRAME:
		return size == 8;
	default:
		return size == 4;
	}
}

/* Where a checkpoint goes is not the program's to say: the user learns with what to ask for it. */
static void refuse_checkpoint(const struct device *device, const struct core *core, uint32_t number)
{
	char text[128];

	snprintf(text, sizeof(text),
		 "CPU %u asks for checkpoint %" PRIu32 " (--save FILE@%" PRIu64 " writes it)",
		 core->id, number, core_now(core) + 1);
	machine_log(device->machine, text);
}

/* Doublewords that somebody may want to know. */
static void tell(const struct machine *machine, const struct core *core, uint64_t offset,
		 uint64_t value)
{
	if (offset == ANNOTATION_FRAME && machine->tap != NULL) {
		show_frame(machine, core, value);
	} else if (offset == ANNOTATION_OWN && machine->ownership != NULL) {
		ownership_note(machine->ownership, core, value);
	}
}

static bool annotation_write(struct device *device, struct core *core, uint64_t offset,
			     unsigned size, uint64_t value)
{
	struct annotation_cpu *cpu = &((struct annotation *)device)->cpu[core->id];

	if (size == 8) {
		tell(device->machine, core, offset, value);
	}
	if (size != 4) {
		return size == 8 && write_wide(cpu, offset, size, value);
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
	case ANNOTATION_MARK:
		machine_mark(device->machine, core->id, (unsigned)offset, (uint32_t)value);
		return true;
	case ANNOTATION_MODE:
		if (value <= ANNOTATION_MODE_TIMING) {
			machine_set_timing(device->machine, value == ANNOTATION_MODE_TIMING);
		}
		return true;
	case ANNOTATION_CHECKPOINT:
		refuse_checkpoint(device, core, (uint32_t)value);
		return true;
	case ANNOTATION_OWN_RUN:
		if (device->machine->ownership != NULL) {
			ownership_run(device->machine->ownership, core, (uint32_t)value);
		}
		return true;
	case ANNOTATION_PANIC_WHO:
		cpu->panic_who = (uint32_t)value;
		return true;
	case ANNOTATION_PANIC:
		panic(device, core, (uint32_t)value);
		return true;
	default:
		return write_wide(cpu, offset, size, value);
	}
}

static void annotation_hash(const struct device *device, struct state_hash *hash)
{
	const struct annotation *port = (const struct annotation *)device;

	for (unsigned i = 0; i < device->machine->config.cpus; i++) {
		state_hash_u64(hash, port->cpu[i].cycles_hi);
		state_hash_u64(hash, port->cpu[i].insns_hi);
	}
}

static void annotation_state(struct device *device, struct state_io *io)
{
	struct annotation *annotation = (struct annotation *)device;

	for (unsigned i = 0; i < device->machine->config.cpus; i++) {
		struct annotation_cpu *cpu = &annotation->cpu[i];

		state_io_u32(io, &cpu->cycles_hi);
		state_io_u32(io, &cpu->insns_hi);
		state_io_u32(io, &cpu->panic_who);
		state_io_u64(io, &cpu->panic_pc);
	}
}

static const struct device_ops annotation_ops = {
	.name = "annotation",
	.read = annotation_read,
	.write = annotation_write,
	.hash = annotation_hash,
	.state = annotation_state,
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
