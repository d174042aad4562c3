/* SPDX-License-Identifier: MIT */
/*
 * control.h - run, stop, step, inspect: the one interface of the command, GDB and scripts.
 *
 * All of it takes no simulated time and never changes what the program computes, except the
 * register and memory writes, which do what they say.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/machine.h"

/* Budgets of a run; 0 means none. Absolute simulated cycles / instructions of all CPUs. */
struct control_limits {
	uint64_t max_cycles;
	uint64_t max_instructions;
};

/*
 * May the machine be saved or sampled now? In fast mode always; in timing mode between two quanta,
 * where all that CPUs do to each other is done, in whatever order of turns. *cycle is the time, or
 * when to ask again.
 */
bool control_may_look(const struct machine *machine, uint64_t *cycle);

/* Runs until something stops the machine. Never returns STOP_NONE. */
struct stop control_run(struct machine *machine, const struct control_limits *limits);

/* Executes one instruction on `cpu` (or takes one exception or interrupt); other CPUs stand. */
struct stop control_step(struct machine *machine, unsigned cpu);

/* Asks a running machine to stop soon. Safe in a signal handler and from another thread. */
void control_interrupt(struct machine *machine);

/* Registers by number. GPR 0..31, then these. */
enum control_reg {
	REG_GPR0 = 0,
	REG_HI = 32,
	REG_LO = 33,
	REG_PC = 34,
	REG_FPR0 = 40, /* 40..71: 64-bit FPU registers as stored */
	REG_FCR0 = 72,
	REG_FCR31 = 73,
	REG_CP0 = 80, /* 80..111: CP0 register n is 80 + n */
	REG_COUNT = 112
};

uint64_t control_read_register(const struct machine *machine, unsigned cpu, unsigned reg);
/* CP0 registers are written as the hardware holds them, read-only bits included where legal. */
void control_write_register(struct machine *machine, unsigned cpu, unsigned reg, uint64_t value);

/* Is this CPU running (started, not paused by the multiprocessor device)? */
bool control_cpu_is_running(const struct machine *machine, unsigned cpu);

/* One pair of the TLB, fields as in the CP0 registers; false beyond the TLB's size. */
struct control_tlb_entry {
	uint64_t vpn2; /* EntryHi without ASID */
	uint32_t page_mask;
	uint32_t entry_lo[2]; /* G clear */
	uint8_t asid;
	bool global;
};

bool control_read_tlb(const struct machine *machine, unsigned cpu, unsigned index,
		      struct control_tlb_entry *out);

/*
 * Virtual memory as `cpu` sees it now (its mode, ASID and TLB), without side effects; returns the
 * bytes transferred before the first untranslatable or non-RAM byte.
 */
size_t control_read_memory(const struct machine *machine, unsigned cpu, uint64_t vaddr, void *data,
			   size_t size);
size_t control_write_memory(struct machine *machine, unsigned cpu, uint64_t vaddr, const void *data,
			    size_t size);

/* Breakpoints by virtual address, on every CPU; they live here, never in guest memory. */
bool control_add_breakpoint(struct machine *machine, uint64_t vaddr);
bool control_remove_breakpoint(struct machine *machine, uint64_t vaddr);

/* Watchpoints by virtual address range. */
bool control_add_watchpoint(struct machine *machine, uint64_t vaddr, size_t size, bool on_read,
			    bool on_write);
bool control_remove_watchpoint(struct machine *machine, uint64_t vaddr, size_t size, bool on_read,
			       bool on_write);

/* Removes all breakpoints and watchpoints. */
void control_clear_points(struct machine *machine);

/* Stop at exceptions whose code bit is set in `mask` (1 << EXC_...); 0 shows none. */
void control_show_exceptions(struct machine *machine, uint32_t mask);
