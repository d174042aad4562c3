/* SPDX-License-Identifier: MIT */
/*
 * debug.h - break- and watchpoints of a debugger, by virtual address, shared by all cores.
 *
 * They live here and never in guest memory. Breakpoints end blocks early and are looked up only at
 * block starts; while watchpoints exist, cores step and watched pages stay out of the soft TLB.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct core;

#define DEBUG_POINTS_MAX 256U

struct core_watchpoint {
	uint64_t vaddr;
	uint64_t bytes;
	bool on_read;
	bool on_write;
};

struct core_debug {
	uint64_t breakpoint[DEBUG_POINTS_MAX];
	struct core_watchpoint watchpoint[DEBUG_POINTS_MAX];
	unsigned breakpoint_count;
	unsigned watchpoint_count;
	/* The access that stopped a core. */
	bool watch_hit;
	bool hit_is_write;
	uint64_t hit_vaddr;
};

/* Is there a breakpoint at `pc`? */
bool debug_breaks_at(const struct core *core, uint64_t pc);

/* Does a watchpoint touch the page at `vpage`? */
bool debug_watches_page(const struct core *core, uint64_t vpage);

/* Notes a finished access; true if it hit a watchpoint, and then core->stop is set. */
bool debug_note_access(struct core *core, uint64_t vaddr, unsigned size, bool is_write);
