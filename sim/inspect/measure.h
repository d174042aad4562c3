/* SPDX-License-Identifier: MIT */
/*
 * measure.h - how often a guest's kernel did something, and whose time it took: calls of its
 * functions, and what user mode waited for.
 *
 * The program is not changed: the core tells when it comes to the addresses (core_hooks.point), and
 * attribution.h tells the time. What is measured is kept by thread, which is $28 of a kernel in C,
 * so that the time of other threads does not count while one sleeps; a symbol of the kernel
 * (finish_task_switch, Linux's) says when another has begun. With a monitor it is the kernels of
 * all its VMs, which are taken to have the same symbols.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/elf/elf_load.h"
#include "sim/error.h"
#include "sim/inspect/attribution.h"

#define MEASURE_ITEMS_MAX 63U

struct core_hooks;
struct measure;

/* One that has `symbols`; NULL: no memory. */
struct measure *measure_begin(struct machine *machine, struct attribution *attribution,
			      const struct elf_file *symbols);
void measure_end(struct measure *measure);

/*
 * Measures NAME=..., each FUNCTION by its name or its name and a suffix of the compiler's:
 * FUNCTION,... calls until they return; callers:FUNCTION,... the same by who called; FROM..TO from
 * one address to another of the same thread; user:FUNCTION,... from where user mode was left until
 * it goes on, if one of them was entered on the way; refill: the same, if it was left for a TLB
 * refill; user: all others. False: usage error.
 */
bool measure_add(struct measure *measure, const char *text, struct error *err);
void measure_add_hooks(struct measure *measure, struct core_hooks *hooks);

struct measure_counts {
	uint64_t count;
	uint64_t elapsed; /* cycles from beginnings to ends, other threads' included */
	/* Without what was measured inside. */
	struct attribution_time time[ATTRIBUTION_PARTS];
};

/* In the order in which they were added; NULL: there are no more. `timed`: of timing mode. */
const char *measure_name(const struct measure *measure, unsigned item, size_t *bytes);
const struct measure_counts *measure_counts(const struct measure *measure, unsigned item,
					    bool timed);

/* An item's callers, each with the sum of all parts; in any order. */
struct measure_caller {
	unsigned item;
	bool timed;
	uint64_t address; /* to which it returned */
	uint64_t count;
	uint64_t elapsed;
	struct attribution_time time;
};
void measure_callers(const struct measure *measure,
		     void (*take)(void *context, const struct measure_caller *caller),
		     void *context);

/* Calls that never returned and what there was no room for. */
uint64_t measure_lost(const struct measure *measure);
