/* SPDX-License-Identifier: MIT */
/*
 * coverage.h - which instructions were executed, in which mode, and how often they trapped.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "tests/conformance/outcome.h"
#include "tests/conformance/program.h"

struct coverage {
	/* Lower bounds: only what no branch can skip, of programs that came to their end. */
	uint64_t executed[ISA_COUNT][MODES];
	/* Exceptions of each row on our CPU, refills of a page the program has left out. */
	uint64_t trapped[ISA_COUNT];
	/* Exceptions by code. */
	uint64_t exceptions[32];
	uint64_t programs[CLASSES][MODES];
};

void coverage_add(struct coverage *coverage, const struct program *program,
		  const struct outcome *ours);
void coverage_print(const struct coverage *coverage, FILE *out);

/* Prints rows executed less than `minimum` times that coverage.def does not excuse; true if none.
 */
bool coverage_check(const struct coverage *coverage, uint64_t minimum, FILE *out);
