/* SPDX-License-Identifier: MIT */
/*
 * fpu_values.h - operands worth trying on the FPU, and what the manual says about them.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "isa/isa.h"
#include "tests/conformance/program.h"
#include "tests/conformance/random.h"

enum fpu_format {
	FPU_SINGLE,
	FPU_DOUBLE,
	FPU_WORD,
	FPU_LONG
};

/* The format of a COP1 row's operands, and that of its result. */
enum fpu_format fpu_row_source(enum isa_id id);
enum fpu_format fpu_row_result(enum isa_id id);

/* A value in the low bits that the format has. */
uint64_t fpu_value(struct random *random, enum fpu_format format);

/*
 * An operand that the hardware leaves to software: denormal or quiet NaN, in the encoding of the
 * R4000, where the top fraction bit marks a signalling NaN (R4000 UM 7.4, Unimplemented Operation).
 */
bool fpu_is_unimplemented(uint64_t bits, enum fpu_format format);
bool fpu_is_denormal(uint64_t bits, enum fpu_format format);
bool fpu_is_signalling(uint64_t bits, enum fpu_format format);
bool fpu_is_zero(uint64_t bits, enum fpu_format format);

/* The exact result of the step's operation is zero. */
bool fpu_exact_zero(const struct step *step);

/* The step's operation converts to an integer that cannot hold the rounded result. */
bool fpu_leaves_range(const struct step *step);

/*
 * The result of a conversion from or to long, of a number that fits, and whether something was
 * rounded away.
 */
uint64_t fpu_convert(const struct step *step, bool *inexact);

/*
 * The step's result lies below the smallest normal number and is rounded to it: not tiny, because
 * tininess is detected after rounding (R4000 UM 7.4, Underflow).
 */
bool fpu_rounds_to_smallest(const struct step *step, bool negative);
