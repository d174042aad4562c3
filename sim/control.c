/* SPDX-License-Identifier: MIT */
/* control.c - running, stopping and looking at a machine (control.h). */
#include "sim/control.h"

#include <string.h>

#include "sim/core/block.h"
#include "sim/core/cp0.h"
#include "sim/core/exception.h"
#include "sim/core/mmu.h"
#include "sim/machine_state.h"
#include "sim/timing.h"

/* A single CPU has nobody to wait for; the bound keeps interruptions of the host responsive. */
#define QUANTUM_ALONE_CYCLES 1000000U

/*
 * Does nothing but fault? With EXL set, a fault of the fetch at the general vector leads to the
 * same fetch with the same registers, and interrupts are off: only a reset could end it. No
 * instruction is executed, so no budget of instructions would.
 */
static bool only_faults(const struct core *core)
{
	return (core->cp0.status & STATUS_EXL) && core->reset_pending == CORE_RESET_NONE &&
	       core->pc == core_vector_base(core) + VECTOR_GENERAL &&
	       mmu_translate(core, core->pc, CORE_FETCH).fault != MMU_OK;
}

/*
 * Can anything still happen? Not if every CPU is paused, only faults, or waits in power-save for an
 * interrupt that neither its timer nor a device can raise. Who has input to give tries that before
 * despair.
 */
static bool is_deadlocked(const struct machine *machine)
{
	for (unsigned i = 0; i < machine->config.cpus; i++) {
		const struct core *core = machine->core[i];

		/* What has come for it in this quantum wakes it in the next. */
		uint32_t causes = (core->cp0.cause & CAUSE_IP) | CAUSE_IP_TIMER;

		if (core->running && !only_faults(core) &&
		    (!core->waiting || core->blocked || machine->due != UINT64_MAX ||
		     !timing_is_quiet(machine) || (core->cp0.status & causes))) {
			return false;
		}
	}
	return true;
}

/* Does nothing but let time pass? */
static bool is_asleep(const struct core *core)
{
	return core->waiting && !core->blocked && !core->stop &&
	       core->reset_pending == CORE_RESET_NONE &&
	       (core->cp0.cause & core->cp0.status & CAUSE_IP) == 0;
}

/* The first cycle at which a device is due or a CPU wakes or executes: until then nothing happens.
 */
static uint64_t quiet_until(const struct machine *machine)
{
	uint64_t until = machine->due;

	for (unsigned i = 0; i < machine->config.cpus; i++) {
		const struct core *core = machine->core[i];

		if (core->running && !is_asleep(core)) {
			return 0;
		}
		if (core->running && core->timer_cycle < until) {
			until = core->timer_cycle;
		}
	}
	return until;
}

/* Starts the next quantum, or several as one that nobody would do anything in before `limit`. */
static void begin_quantum(struct machine *machine, uint64_t limit)
{
	uint64_t quantum = machine->config.quantum_cycles;

	timing_boundary(machine);
	if (machine->timing) {
		quantum = timing_quantum(machine);
	} else if (machine->config.cpus == 1 && quantum < QUANTUM_ALONE_CYCLES) {
		quantum = QUANTUM_ALONE_CYCLES;
	}
	machine->slice_begin = machine->slice_end;
	machine_advance_devices(machine);
	if (!machine->timing) {
		uint64_t quiet = quiet_until(machine);

		quiet = quiet < limit ? quiet : limit;
		if (quiet > machine->slice_begin + quantum) {
			quantum *= (quiet - machine->slice_begin) / quantum;
		}
	}
	machine->slice_end = machine->slice_begin + quantum;
	if (!machine->timing && machine->due < machine->slice_end) {
		machine->slice_end = machine->due > machine->slice_begin ? machine->due
									 : machine->slice_begin + 1;
	}
	machine->turn = 0;
	machine->has_begun = false;
}

bool control_may_look(const struct machine *machine, uint64_t *cycle)
{
	if (!machine->timing) {
		*cycle = machine_cycles(machine);
		return true;
	}
	*cycle = machine->has_begun ? machine->slice_end : machine->slice_begin;
	return !machine->has_begun;
}

/* How a core's run ended, if it was not simply the end of its slice. */
static struct stop why_stopped(struct machine *machine, struct core *core)
{
	struct stop stop = machine->stop;

	core->stop = false;
	machine->stop.reason = STOP_NONE;
	if (stop.reason != STOP_NONE) {
		return stop;
	}
	stop = (struct stop){ .cpu = core->id, .addr = core->pc };
	if (core->break_hit) {
		core->break_hit = false;
		core->skip_break = true;
		stop.reason = STOP_BREAKPOINT;
	} else if (machine->debug.watch_hit) {
		machine->debug.watch_hit = false;
		stop.reason = STOP_WATCHPOINT;
		stop.addr = machine->debug.hit_vaddr;
		stop.is_write = machine->debug.hit_is_write;
	} else if (core->exception_shown) {
		core->exception_shown = false;
		stop.reason = STOP_EXCEPTION;
		stop.code = (core->cp0.cause & CAUSE_EXCCODE) >> CAUSE_EXCCODE_SHIFT;
	}
	return stop;
}

/* The next turn of a CPU that runs: those that are paused are not even looked at. */
static unsigned next_turn(const struct machine *machine)
{
	unsigned next = machine->turn + 1;
	uint64_t later = next < MACHINE_CPUS_MAX ? machine->running_turns >> next : 0;

	return later != 0 ? next + (unsigned)__builtin_ctzll(later) : machine->config.cpus;
}

/* The last cycle that `core` may reach under the budgets. */
static uint64_t core_limit(const struct machine *machine, const struct core *core,
			   const struct control_limits *limits, uint64_t executed)
{
	uint64_t until = machine->slice_end;

	if (limits->max_cycles != 0 && limits->max_cycles < until) {
		until = limits->max_cycles;
	}
	if (limits->max_instructions != 0) {
		uint64_t left = limits->max_instructions - executed;

		if (core_now(core) + left < until) {
			until = core_now(core) + left;
		}
	}
	return until;
}

/* A budget is spent as soon as one CPU has reached it: a later run goes on from that very point. */
static enum stop_reason spent_budget(const struct machine *machine,
				     const struct control_limits *limits, uint64_t executed)
{
	const struct core *core = machine->core[machine_turn_cpu(machine, machine->turn)];
	uint64_t now = machine->slice_begin;

	/* The clock of one that waits for memory stands in an earlier quantum. */
	if (core->running && core_now(core) > now) {
		now = core_now(core);
	}
	if (limits->max_instructions != 0 && executed >= limits->max_instructions) {
		return STOP_MAX_INSNS;
	}
	if (limits->max_cycles != 0 && now >= limits->max_cycles) {
		return STOP_MAX_CYCLES;
	}
	return STOP_NONE;
}

/*
 * The turn of one core, or what its budget leaves of it; STOP_NONE when all is well. Counts in
 * `executed`, which is the instructions of all cores.
 */
static struct stop run_turn(struct machine *machine, const struct control_limits *limits,
			    uint64_t *executed)
{
	struct core *core = machine->core[machine_turn_cpu(machine, machine->turn)];
	struct stop stop = { .reason = spent_budget(machine, limits, *executed), .cpu = core->id };

	if (stop.reason != STOP_NONE) {
		return stop;
	}
	if (!core->running || (core->blocked && !core->stop)) {
		machine->turn = next_turn(machine);
		return stop;
	}
	machine->has_begun = true;
	*executed -= core_instructions(core);
	core_run(core, core_limit(machine, core, limits, *executed + core_instructions(core)));
	*executed += core_instructions(core);
	if (core->stop) {
		stop = why_stopped(machine, core);
	}
	if (!core->running || core->blocked || core_now(core) >= machine->slice_end) {
		mmu_watch_link(core);
		machine->turn = next_turn(machine);
	}
	return stop;
}

struct stop control_run(struct machine *machine, const struct control_limits *limits)
{
	static const struct control_limits none = { 0 };

	if (limits == NULL) {
		limits = &none;
	}
	uint64_t executed = machine_instructions(machine);

	machine_update_running(machine);
	for (;;) {
		if (machine->interrupted) {
			machine->interrupted = 0;
			return (struct stop){ .reason = STOP_INTERRUPTED,
					      .cpu = machine->turn % machine->config.cpus };
		}
		if (machine->turn >= machine->config.cpus) {
			if (is_deadlocked(machine)) {
				return (struct stop){ .reason = STOP_DEADLOCK };
			}
			begin_quantum(machine,
				      limits->max_cycles != 0 ? limits->max_cycles : UINT64_MAX);
			/* Timing: a device stopped the machine; nobody's turn comes before that. */
			if (machine->stop.reason != STOP_NONE) {
				return why_stopped(machine, machine->core[machine->stop.cpu]);
			}
		}
		struct stop stop = run_turn(machine, limits, &executed);

		if (stop.reason != STOP_NONE) {
			return stop;
		}
	}
}

struct stop control_step(struct machine *machine, unsigned cpu)
{
	struct core *core = machine->core[cpu];
	struct stop stop = { .reason = STOP_STEPPED, .cpu = cpu };

	if (core->running) {
		core->skip_break = false;
		machine->has_begun = true;
		core_advance(core);
		if (core->stop) {
			struct stop other = why_stopped(machine, core);

			stop = other.reason != STOP_NONE ? other : stop;
		}
	}
	stop.addr = stop.reason == STOP_WATCHPOINT ? stop.addr : core->pc;
	return stop;
}

void control_interrupt(struct machine *machine)
{
	machine->interrupted = 1;
}

uint64_t control_read_register(const struct machine *machine, unsigned cpu, unsigned reg)
{
	const struct core *core = machine->core[cpu];

	if (reg < REG_HI) {
		return core->gpr[reg];
	}
	if (reg >= REG_FPR0 && reg < REG_FPR0 + 32) {
		return core->fpr.d[reg - REG_FPR0];
	}
	if (reg >= REG_CP0 && reg < REG_CP0 + 32) {
		return cp0_read(core, reg - REG_CP0, core_now(core));
	}
	switch (reg) {
	case REG_HI:
		return core->hi;
	case REG_LO:
		return core->lo;
	case REG_PC:
		return core->pc;
	case REG_FCR0:
		return FCR0_R4400;
	case REG_FCR31:
		return core->fcsr;
	default:
		return 0;
	}
}

void control_write_register(struct machine *machine, unsigned cpu, unsigned reg, uint64_t value)
{
	struct core *core = machine->core[cpu];

	if (reg > 0 && reg < REG_HI) {
		core->gpr[reg] = value;
	} else if (reg >= REG_FPR0 && reg < REG_FPR0 + 32) {
		core->fpr.d[reg - REG_FPR0] = value;
	} else if (reg >= REG_CP0 && reg < REG_CP0 + 32) {
		cp0_force(core, reg - REG_CP0, value, core_now(core));
	} else if (reg == REG_HI) {
		core->hi = value;
	} else if (reg == REG_LO) {
		core->lo = value;
	} else if (reg == REG_PC) {
		/* Leaving a delay slot for another place: the branch is forgotten. */
		if (value != core->pc) {
			core->pc = value;
			core->in_slot = false;
		}
	} else if (reg == REG_FCR31) {
		core->fcsr = (uint32_t)value &
			     (FCSR_RM | FCSR_FLAGS | FCSR_ENABLES | FCSR_CAUSE | FCSR_C | FCSR_FS);
	}
}

bool control_cpu_is_running(const struct machine *machine, unsigned cpu)
{
	return machine->core[cpu]->running;
}

bool control_read_tlb(const struct machine *machine, unsigned cpu, unsigned index,
		      struct control_tlb_entry *out)
{
	const struct core *core = machine->core[cpu];

	if (index >= core->tlb.count) {
		return false;
	}
	const struct core_tlb_entry *entry = &core->tlb.entry[index];

	*out = (struct control_tlb_entry){
		.vpn2 = entry->vpn2,
		.page_mask = entry->mask,
		.entry_lo = { entry->lo[0], entry->lo[1] },
		.asid = entry->asid,
		.global = entry->global,
	};
	return true;
}

/* Bytes from `vaddr` to the end of its page, at most `size`. */
static size_t part_of_page(uint64_t vaddr, size_t size)
{
	size_t part = RAM_PAGE_BYTES - (size_t)(vaddr & RAM_PAGE_MASK);

	return part < size ? part : size;
}

size_t control_read_memory(const struct machine *machine, unsigned cpu, uint64_t vaddr, void *data,
			   size_t size)
{
	uint8_t *bytes = data;
	size_t done = 0;

	while (done < size) {
		size_t part = part_of_page(vaddr + done, size - done);
		struct mmu_translation found =
			mmu_translate(machine->core[cpu], vaddr + done, CORE_LOAD);

		if (found.fault != MMU_OK ||
		    !machine_read_physical(machine, found.paddr, bytes + done, part)) {
			break;
		}
		done += part;
	}
	return done;
}

size_t control_write_memory(struct machine *machine, unsigned cpu, uint64_t vaddr, const void *data,
			    size_t size)
{
	const uint8_t *bytes = data;
	size_t done = 0;

	while (done < size) {
		size_t part = part_of_page(vaddr + done, size - done);
		/* A debugger may write where the guest may only read. */
		struct mmu_translation found =
			mmu_translate(machine->core[cpu], vaddr + done, CORE_LOAD);

		if (found.fault != MMU_OK ||
		    !machine_write_physical(machine, found.paddr, bytes + done, part)) {
			break;
		}
		done += part;
	}
	return done;
}

/* After a change of points: every block is decoded anew, every page looked at anew. */
static void points_changed(struct machine *machine)
{
	struct core_debug *debug = &machine->debug;
	bool any = debug->breakpoint_count + debug->watchpoint_count != 0;

	for (unsigned i = 0; i < machine->config.cpus; i++) {
		struct core *core = machine->core[i];

		core->debug = any ? debug : NULL;
		core->link = NULL;
		mmu_flush(core);
	}
	code_reclaim(machine->code);
	code_set_breaks(machine->code, debug->breakpoint, debug->breakpoint_count);
}

bool control_add_breakpoint(struct machine *machine, uint64_t vaddr)
{
	struct core_debug *debug = &machine->debug;

	if (debug->breakpoint_count == DEBUG_POINTS_MAX) {
		return false;
	}
	debug->breakpoint[debug->breakpoint_count++] = vaddr;
	points_changed(machine);
	return true;
}

bool control_remove_breakpoint(struct machine *machine, uint64_t vaddr)
{
	struct core_debug *debug = &machine->debug;

	for (unsigned i = 0; i < debug->breakpoint_count; i++) {
		if (debug->breakpoint[i] == vaddr) {
			debug->breakpoint[i] = debug->breakpoint[--debug->breakpoint_count];
			points_changed(machine);
			return true;
		}
	}
	return false;
}

bool control_add_watchpoint(struct machine *machine, uint64_t vaddr, size_t size, bool on_read,
			    bool on_write)
{
	struct core_debug *debug = &machine->debug;

	if (debug->watchpoint_count == DEBUG_POINTS_MAX || size == 0) {
		return false;
	}
	debug->watchpoint[debug->watchpoint_count++] =
		(struct core_watchpoint){ vaddr, size, on_read, on_write };
	points_changed(machine);
	return true;
}

bool control_remove_watchpoint(struct machine *machine, uint64_t vaddr, size_t size, bool on_read,
			       bool on_write)
{
	struct core_debug *debug = &machine->debug;

	for (unsigned i = 0; i < debug->watchpoint_count; i++) {
		const struct core_watchpoint *point = &debug->watchpoint[i];

		if (point->vaddr == vaddr && point->bytes == size && point->on_read == on_read &&
		    point->on_write == on_write) {
			debug->watchpoint[i] = debug->watchpoint[--debug->watchpoint_count];
			points_changed(machine);
			return true;
		}
	}
	return false;
}

void control_clear_points(struct machine *machine)
{
	struct core_debug *debug = &machine->debug;

	if (debug->breakpoint_count + debug->watchpoint_count != 0) {
		debug->breakpoint_count = 0;
		debug->watchpoint_count = 0;
		points_changed(machine);
	}
}

void control_show_exceptions(struct machine *machine, uint32_t mask)
{
	for (unsigned i = 0; i < machine->config.cpus; i++) {
		machine->core[i]->show_exceptions = mask;
		core_note_observers(machine->core[i]);
	}
}
