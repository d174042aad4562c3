/* SPDX-License-Identifier: MIT */
/*
 * hazards.h - the checker of CP0 hazards (isa/hazard.h) at work on the cores of a machine.
 *
 * The machine owns one if its configuration asks for it and feeds it through the hooks `check` and
 * `check_exception` (core.h). It changes no core. Interrupts that an R4000 would still hold back
 * are no error of a program and not told.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "isa/hazard.h"

struct core;
struct hazards;

/* One hazard: rows, places and distances are those of the report. */
struct hazards_found {
	struct hazard_report report;
	uint32_t writer_word;
	uint32_t user_word;
	bool writer_is_known; /* false: it could not be fetched, or was long ago */
	bool user_is_known;
	unsigned cpu;
	uint64_t cycle;
};

/* Called for each pair of places once, however often it is executed. */
typedef void hazards_fn(void *context, const struct hazards_found *found);

/* NULL: the host is out of memory. */
struct hazards *hazards_create(unsigned cpus);
void hazards_destroy(struct hazards *hazards);

void hazards_set_listener(struct hazards *hazards, hazards_fn *fn, void *context);

/* Pairs of places told so far. */
uint64_t hazards_count(const struct hazards *hazards);

/* The core is about to execute `word`; registers are as before it. */
void hazards_step(struct hazards *hazards, const struct core *core, uint64_t pc, uint32_t word);

/* It takes an exception: of that instruction, or of no instruction that could be executed. */
void hazards_exception(struct hazards *hazards, const struct core *core, unsigned code,
		       bool is_executing);
