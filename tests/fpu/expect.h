/* SPDX-License-Identifier: MIT */
/*
 * expect.h - what an R4000 must do with a vector of TestFloat's.
 *
 * Written from the R4000 User's Manual, not from sim/fpu: it knows only what a vector says and how
 * numbers are encoded. docs/conformance-fpu.md lists the rules.
 */
#pragma once

#include "tests/fpu/operation.h"

/* One line of testfloat_gen; NaNs as TestFloat has them (quiet: top mantissa bit set). */
struct vector {
	uint64_t a;
	uint64_t b;
	uint64_t result;
	uint32_t flags; /* the exceptions, as in FCR31 */
};

enum vector_class {
#define VECTOR_CLASS(name, text) CLASS_##name,
#include "tests/fpu/classes.def"
#undef VECTOR_CLASS
	CLASS_COUNT
};

struct expectation {
	enum vector_class class;
	/* The hardware: exceptions (bits of FCR31.Cause; 0x20 is unimplemented) and result. */
	uint32_t cause;
	uint64_t result;
	/* The same after software has completed an unimplemented operation. */
	uint32_t completed_cause;
	uint64_t completed_result;
};

extern const char *const vector_class_names[CLASS_COUNT];

/* Bit n: class n can occur with this operation, so the vectors must have it. */
uint32_t expect_classes(const struct operation *operation);

/* An operand of TestFloat's in the encoding of the R4000: the quiet bit of NaNs is inverted. */
uint64_t expect_to_mips(enum fpu_format format, uint64_t bits);

/* The rules applied; `vector` with operands as TestFloat has them. */
struct expectation expect_vector(const struct operation *operation, const struct vector *vector,
				 uint32_t fcsr);
