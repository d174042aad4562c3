/* SPDX-License-Identifier: MIT */
/*
 * coverage.h - which instructions ran where, in which mode, in delay slots, and how they trapped.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "tests/conformance/outcome.h"
#include "tests/conformance/program.h"

#define EXCEPTION_CODES 32

/*
 * Executions are lower bounds: only what no branch can skip, of programs that came to their end.
 * Exceptions are what each simulator logged, without refills that the runtime served and without
 * fetches that failed, which say nothing about the instruction.
 */
struct coverage {
	uint64_t executed[ISA_COUNT][MODES]; /* by our CPU */
	uint64_t ran[ISA_COUNT][SIMULATORS];
	uint64_t in_slot[ISA_COUNT][SIMULATORS];
	uint64_t faulted[ISA_COUNT][SIMULATORS];
	uint64_t slot_faulted[ISA_COUNT][SIMULATORS];
	uint64_t codes[ISA_COUNT][EXCEPTION_CODES]; /* of our CPU */
	/* All exceptions, also refills and fetches. */
	uint64_t exceptions[EXCEPTION_CODES][SIMULATORS];
	uint64_t slot_exceptions[EXCEPTION_CODES][SIMULATORS];
	uint64_t programs[CLASSES][MODES];
};

/* `outcomes` has one for each simulator. */
void coverage_add(struct coverage *coverage, const struct program *program,
		  const struct outcome *const outcomes[SIMULATORS]);

/* What the program log does not tell about a row: NULL if the row must be seen there. */
const char *coverage_excuse(enum isa_id id, enum simulator simulator);
bool coverage_row_fits_slot(enum isa_id id);
bool coverage_row_traps(enum isa_id id);

/*
 * Prints what was seen too seldom; true if nothing. Each row wants `minimum` executions on every
 * simulator that can run it, a fifth of it in delay slots, a tenth of it exceptions if it can
 * raise any, and every kind of fault if it accesses memory. No class and no mode may be empty.
 */
bool coverage_check(const struct coverage *coverage, uint64_t minimum, FILE *out);

/* coverage_table.c: all of it, as tables. */
void coverage_print(const struct coverage *coverage, FILE *out);
