/* SPDX-License-Identifier: MIT */
/*
 * mutate.c - the errors that an FPU is likely to have, each in one operation and in few cases.
 */
#include "tests/fpu/mutate.h"

#include "isa/cp0.h"
#include "sim/fpu/fpu.h"

#define UNUSED __attribute__((unused))
#define MUTATION(name)                                                                        \
	static void mutate_##name(uint64_t a UNUSED, uint64_t b UNUSED, uint32_t fcsr UNUSED, \
				  struct outcome *outcome)

static unsigned exponent_d(uint64_t bits)
{
	return (unsigned)(bits >> 52) & 0x7ff;
}

/* Inexact not seen where the smaller operand is shifted out altogether. */
MUTATION(inexact_lost)
{
	if (exponent_d(a) > exponent_d(b) + 60 && outcome->cause == FPU_I) {
		outcome->cause = 0;
	}
}

/* Inexact wherever the product has more than 53 bits, though the rest is zero. */
MUTATION(inexact_invented)
{
	if (outcome->cause == 0 && (a & 0xffffffff) == 0 && (b & 0xffffffff) == 0 &&
	    (a & 0xfffff00000000) != 0 && (b & 0xfffff00000000) != 0) {
		outcome->cause = FPU_I;
	}
}

/* Ties go away from zero. */
MUTATION(tie)
{
	if ((fcsr & FCSR_RM) == FPU_NEAREST && (a & 0x1fffffff) == 0x10000000 &&
	    outcome->cause == FPU_I && exponent_d(a) > 900 && exponent_d(a) < 1100) {
		outcome->result = (uint32_t)(a >> 32 & 0x80000000) |
				  (uint32_t)(((a & 0x7fffffffffffffff) >> 29) - (896U << 23) + 1);
	}
}

/* The other encoding of quiet NaNs. */
MUTATION(nan_encoding)
{
	if (outcome->cause == FPU_V) {
		outcome->result = 0x7fc00000;
	}
}

/* Denormal operands computed. */
MUTATION(denormal_operand)
{
	if (outcome->cause == FPU_E && exponent_d(b) == 0 && exponent_d(a) > 100) {
		outcome->cause = FPU_I;
		outcome->result = a;
	}
}

/* Flushing ignores the rounding mode. */
MUTATION(flush_away)
{
	if (outcome->cause == (FPU_U | FPU_I) && (fcsr & FCSR_RM) == FPU_UP) {
		outcome->result &= 0x80000000;
	}
}

/* FS flushes even if underflow traps. */
MUTATION(flush_enabled)
{
	if (outcome->cause == FPU_E && (fcsr & FCSR_FS) &&
	    (fcsr & FCSR_ENABLES) == FPU_U << FCSR_ENABLES_SHIFT) {
		outcome->cause = FPU_U | FPU_I;
	}
}

/* Overflow always gives infinity. */
MUTATION(overflow_rounding)
{
	if ((outcome->cause & FPU_O) && (fcsr & FCSR_RM) == FPU_ZERO) {
		outcome->result++;
	}
}

/* x / infinity is thought a division by zero. */
MUTATION(divide_by_zero)
{
	if (outcome->cause == 0 && (b & 0x7fffffffffffffff) == 0x7ff0000000000000) {
		outcome->cause = FPU_Z;
	}
}

/* sqrt(-0) is thought invalid. */
MUTATION(sqrt_minus_zero)
{
	if (a == 0x8000000000000000) {
		outcome->cause = FPU_V;
	}
}

/* A conversion that does not fit is invalid without a trap. */
MUTATION(convert_range)
{
	if (outcome->cause == FPU_E && a == 0x7f800000) {
		outcome->cause = FPU_V;
		outcome->result = 0x7fffffff;
	}
}

/* The least integer is thought not to fit. */
MUTATION(convert_least)
{
	if (outcome->result == 0x8000000000000000) {
		outcome->cause = FPU_E;
	}
}

/* -0 is less than +0. */
MUTATION(compare_zero)
{
	if (a == 0x8000000000000000 && b == 0) {
		outcome->result = 1;
	}
}

/* Quiet NaNs raise invalid in an ordered, quiet predicate. */
MUTATION(compare_quiet)
{
	if ((a & 0x7fc00000) == 0x7f800000 && (a & 0x3fffff) != 0) {
		outcome->cause = FPU_V;
	}
}

const struct mutation mutations[] = {
	{ "inexact-lost", ISA_add_d, mutate_inexact_lost },
	{ "inexact-invented", ISA_mul_d, mutate_inexact_invented },
	{ "tie", ISA_cvt_s_d, mutate_tie },
	{ "nan-encoding", ISA_mul_s, mutate_nan_encoding },
	{ "denormal-operand", ISA_sub_d, mutate_denormal_operand },
	{ "flush-away", ISA_mul_s, mutate_flush_away },
	{ "flush-enabled", ISA_div_s, mutate_flush_enabled },
	{ "overflow-rounding", ISA_add_s, mutate_overflow_rounding },
	{ "divide-by-zero", ISA_div_d, mutate_divide_by_zero },
	{ "sqrt-minus-zero", ISA_sqrt_d, mutate_sqrt_minus_zero },
	{ "convert-range", ISA_trunc_w_s, mutate_convert_range },
	{ "convert-least", ISA_floor_l_d, mutate_convert_least },
	{ "compare-zero", ISA_c_olt_d, mutate_compare_zero },
	{ "compare-quiet", ISA_c_ole_s, mutate_compare_quiet },
};

const size_t mutation_count = sizeof(mutations) / sizeof(mutations[0]);
