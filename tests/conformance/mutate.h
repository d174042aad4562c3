/* SPDX-License-Identifier: MIT */
/*
 * mutate.h - deliberate errors, to show that the comparison reports each kind.
 */
#pragma once

#include <stdbool.h>

#include "tests/conformance/outcome.h"

enum mutation {
	MUTATE_VECTOR,
	MUTATE_CAUSE,
	MUTATE_EPC,
	MUTATE_BADVADDR,
	MUTATE_CONTEXT,
	MUTATE_XCONTEXT,
	MUTATE_ENTRYHI,
	MUTATE_STATUS,
	MUTATE_EXCEPTION_REGISTERS,
	MUTATE_OBSERVED,
	MUTATE_OBSERVED_REGISTERS,
	MUTATE_GENERAL,
	MUTATE_HILO,
	MUTATE_FPU,
	MUTATE_CP0,
	MUTATE_TLB,
	MUTATE_MEMORY,
	MUTATE_EXCEPTION_MISSING,
	MUTATE_EXCEPTION_TWICE,
	MUTATE_NOT_ENDED,
	MUTATIONS
};

extern const char *const mutation_names[MUTATIONS];

/* Applies the error to an outcome; false if it has no place for it. */
bool outcome_mutate(struct outcome *outcome, enum mutation mutation);
