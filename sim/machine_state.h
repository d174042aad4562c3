/* SPDX-License-Identifier: MIT */
/*
 * machine_state.h - the inside of struct machine, for sim/machine.c, sim/control.c and the devices.
 */
#pragma once

#include <signal.h>

#include "sim/core/core.h"
#include "sim/core/debug.h"
#include "sim/dev/console.h"
#include "sim/dev/device.h"
#include "sim/machine.h"

#define MACHINE_DEVICES_MAX 32U

/*
 * Invariants: M1 all running cores stand at a cycle in [slice_begin, slice_end] when none executes.
 * M2 the cores of turns before `turn` have had their share of the slice, its own is executing or
 * next.
 */
struct machine {
	struct machine_config config;
	struct ram ram;
	struct code_cache *code;
	struct core *core[MACHINE_CPUS_MAX];
	struct device *device[MACHINE_DEVICES_MAX];
	unsigned device_count;
	struct device *intc; /* the interrupt controller among them */
	struct device *rtc;
	struct device *framebuffer;
	struct device *virtio;
	uint64_t due; /* the earliest of its devices; UINT64_MAX: never */

	/* The quantum being executed. */
	uint64_t slice_begin;
	uint64_t slice_end;
	unsigned turn;
	bool has_begun;         /* a core has executed in this quantum */
	uint64_t running_turns; /* a bit for each turn whose core runs; while control_run() does */

	/* Timing mode (timing.h). */
	struct memsys *memsys; /* NULL until timing is first asked for */
	bool timing;
	bool timing_wanted; /* from the next quantum on */

	uint32_t boot_status; /* Status of a CPU that is started */
	struct stop stop;     /* set by devices, reason STOP_NONE while running */
	volatile sig_atomic_t interrupted;
	struct core_debug debug;
	struct hazards *hazards;       /* NULL unless the configuration asks for it */
	struct ownership *ownership;   /* NULL unless asked for (sim/check/ownership.h) */
	struct core_hooks users_hooks; /* of machine_set_hooks() */
	struct error error;

	machine_console_fn *console;
	void *console_context;
	struct console_input input; /* of console 0 */
	machine_present_fn *present;
	void *present_context;
	machine_mark_fn *mark;
	void *mark_context;
	machine_log_fn *log;
	void *log_context;
	machine_tap_fn *tap;
	void *tap_context;
	machine_miss_fn *miss;
	void *miss_context;
};

/* Turns and CPUs: the same numbers, or the other way round. */
static inline unsigned machine_turn_cpu(const struct machine *machine, unsigned turn)
{
	return machine->config.reversed_turns ? machine->config.cpus - 1 - turn : turn;
}

/* Adds a device; false if its range overlaps another's. */
bool machine_add_device(struct machine *machine, struct device *device);

/* For devices: end the run. The first stop of a run counts. */
void machine_stop(struct machine *machine, enum stop_reason reason, unsigned cpu, uint32_t code);

/*
 * For devices: advance() is wanted at `cycle`, UINT64_MAX: not at all. It comes at the first end of
 * a quantum that is not before; in fast mode the quantum of a CPU that is alone ends there.
 */
void machine_set_due(struct machine *machine, struct device *device, uint64_t cycle);

/* Between two quanta: calls the devices that are due; after loading: finds the earliest. */
void machine_advance_devices(struct machine *machine);
void machine_update_due(struct machine *machine);

/* Finds anew whose turns there are. */
void machine_update_running(struct machine *machine);

/*
 * For devices, in timing mode between two quanta: reads or writes RAM from cycle `time` on, as a
 * device of node 0 does, all of it inside RAM's frames. The device is told by transfer() and
 * transferred(); `cookie` has 56 bits.
 */
void machine_transfer(struct machine *machine, const struct device *device, uint64_t cookie,
		      uint64_t paddr, uint32_t bytes, bool is_write, uint64_t time);

/* For devices: tells the user, on one line, what a guest has done wrong. */
void machine_log(const struct machine *machine, const char *text);

/* For devices: bytes of the console's input were taken, put or dropped. */
void machine_input_changed(struct machine *machine);

/* For devices: a byte to a console. */
void machine_console_output(struct machine *machine, unsigned console, uint8_t byte);

/* For devices: an annotation; `what` is the register, ANNOTATION_ROI_BEGIN, _ROI_END or _MARK. */
void machine_mark(struct machine *machine, unsigned cpu, unsigned what, uint32_t number);

/* For devices: start a stopped CPU at `pc` with stack pointer `sp`, stop it, let it go on. */
void machine_start_cpu(struct machine *machine, unsigned cpu, uint64_t pc, uint64_t sp);
void machine_pause_cpu(struct machine *machine, unsigned cpu, bool pause);
