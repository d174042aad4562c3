/* SPDX-License-Identifier: MIT */
/*
 * operation.h - the FPU operations under test: which TestFloat function answers for each, and how
 * to run ours.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "isa/isa.h"

enum fpu_format {
	FORMAT_S,
	FORMAT_D,
	FORMAT_W,
	FORMAT_L
};

enum operation_kind {
	KIND_ARITHMETIC, /* add, sub, mul, div, sqrt, cvt between s and d */
	KIND_TO_INTEGER,
	KIND_FROM_INTEGER,
	KIND_COMPARE,
	KIND_ABS, /* TestFloat has neither: any function's operands do, the rule is the test's own
		   */
	KIND_NEG
};

/* Runs one operation; the result of a compare is 0 or 1. */
typedef uint64_t operation_fn(uint64_t a, uint64_t b, uint32_t fcsr, uint32_t *cause);

struct operation {
	enum isa_id insn;
	enum operation_kind kind;
	enum fpu_format from;
	enum fpu_format to; /* compare: unused */
	int rounding;       /* fixed rounding mode, or -1: FCR31.RM */
	unsigned condition; /* compare: the instruction's low four bits */
	bool is_binary;
	const char *function; /* of TestFloat, "f64_add" */
	operation_fn *run;
	operation_fn *run_slow; /* the integer path alone; NULL if `run` has no other */
};

extern const struct operation operations[];
extern const size_t operation_count;
