/* SPDX-License-Identifier: MIT */
/*
 * compare.h - compares what two simulators made of a program, and keeps count.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "tests/conformance/differences.h"
#include "tests/conformance/outcome.h"

struct comparison {
	/* Compared with our CPU, per simulator. */
	uint64_t programs[SIMULATORS];
	uint64_t records[SIMULATORS];
	uint64_t unexplained[SIMULATORS];
	uint64_t explained[RULES];
	/* Explanations of the first unexplained differences go here. */
	uint64_t expected;   /* steps whose outcome is known from the manual */
	uint64_t unexpected; /* of these, not what our CPU did */
	FILE *report;
	unsigned reports_left;
};

/*
 * Compares `theirs` with `ours`. Differences that a rule explains are counted under the rule, all
 * others are printed and counted as unexplained, at most one per program.
 */
void compare_program(struct comparison *comparison, const struct program *program,
		     enum simulator simulator, const struct outcome *ours,
		     const struct outcome *theirs);

/* Holds our CPU to what the manual says where the generator knows it. */
void compare_expected(struct comparison *comparison, const struct program *program,
		      const struct outcome *ours);

/* The instructions of a step and one simulator's records of it, for people. */
void print_step(FILE *out, const struct program *program, unsigned step);
void print_records(FILE *out, const char *name, const struct record *records, size_t count);
