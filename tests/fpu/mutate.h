/* SPDX-License-Identifier: MIT */
/*
 * mutate.h - deliberate errors, to show that the comparison finds them.
 */
#pragma once

#include "tests/fpu/operation.h"

struct outcome {
	uint32_t cause;
	uint64_t result;
};

struct mutation {
	const char *name;
	enum isa_id insn;
	/* What a wrong FPU would have answered. */
	void (*apply)(uint64_t a, uint64_t b, uint32_t fcsr, struct outcome *outcome);
};

extern const struct mutation mutations[];
extern const size_t mutation_count;
