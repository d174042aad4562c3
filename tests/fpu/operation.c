/* SPDX-License-Identifier: MIT */
/*
 * operation.c - the table of FPU operations under test.
 */
#include "tests/fpu/operation.h"

#include "sim/fpu/fpu.h"

#define UNUSED __attribute__((unused))

#define RUN(id, expression)                                                                  \
	static uint64_t run_##id(uint64_t a UNUSED, uint64_t b UNUSED, uint32_t fcsr UNUSED, \
				 uint32_t *cause)                                            \
	{                                                                                    \
		return (expression);                                                         \
	}

#define A_S ((uint32_t)a)
#define B_S ((uint32_t)b)

RUN(add_s, fpu_add_s(A_S, B_S, fcsr, cause))
RUN(sub_s, fpu_sub_s(A_S, B_S, fcsr, cause))
RUN(mul_s, fpu_mul_s(A_S, B_S, fcsr, cause))
RUN(div_s, fpu_div_s(A_S, B_S, fcsr, cause))
RUN(sqrt_s, fpu_sqrt_s(A_S, fcsr, cause))
RUN(abs_s, fpu_abs_s(A_S, cause))
RUN(neg_s, fpu_neg_s(A_S, cause))
RUN(add_d, fpu_add_d(a, b, fcsr, cause))
RUN(sub_d, fpu_sub_d(a, b, fcsr, cause))
RUN(mul_d, fpu_mul_d(a, b, fcsr, cause))
RUN(div_d, fpu_div_d(a, b, fcsr, cause))
RUN(sqrt_d, fpu_sqrt_d(a, fcsr, cause))
RUN(abs_d, fpu_abs_d(a, cause))
RUN(neg_d, fpu_neg_d(a, cause))

RUN(cvt_s_d, fpu_cvt_s_d(a, fcsr, cause))
RUN(cvt_d_s, fpu_cvt_d_s(A_S, fcsr, cause))
RUN(cvt_s_w, fpu_from_w_s(A_S, fcsr, cause))
RUN(cvt_d_w, fpu_from_w_d(A_S, cause))
RUN(cvt_s_l, fpu_from_l_s(a, fcsr, cause))
RUN(cvt_d_l, fpu_from_l_d(a, fcsr, cause))

RUN(slow_add_s, fpu_slow_add_s(A_S, B_S, fcsr, cause))
RUN(slow_sub_s, fpu_slow_sub_s(A_S, B_S, fcsr, cause))
RUN(slow_mul_s, fpu_slow_mul_s(A_S, B_S, fcsr, cause))
RUN(slow_div_s, fpu_slow_div_s(A_S, B_S, fcsr, cause))
RUN(slow_sqrt_s, fpu_slow_sqrt_s(A_S, fcsr, cause))
RUN(slow_add_d, fpu_slow_add_d(a, b, fcsr, cause))
RUN(slow_sub_d, fpu_slow_sub_d(a, b, fcsr, cause))
RUN(slow_mul_d, fpu_slow_mul_d(a, b, fcsr, cause))
RUN(slow_div_d, fpu_slow_div_d(a, b, fcsr, cause))
RUN(slow_sqrt_d, fpu_slow_sqrt_d(a, fcsr, cause))
RUN(slow_abs_s, fpu_slow_abs_s(A_S, cause))
RUN(slow_neg_s, fpu_slow_neg_s(A_S, cause))
RUN(slow_abs_d, fpu_slow_abs_d(a, cause))
RUN(slow_neg_d, fpu_slow_neg_d(a, cause))
RUN(slow_cvt_s_w, fpu_slow_from_w_s(A_S, fcsr, cause))
RUN(slow_cvt_d_w, fpu_slow_from_w_d(A_S, fcsr, cause))
RUN(slow_cvt_s_d, fpu_slow_cvt_s_d(a, fcsr, cause))
RUN(slow_cvt_d_s, fpu_slow_cvt_d_s(A_S, fcsr, cause))

#define RUN_TO_INTEGER(name, mode)                                  \
	RUN(name##_w_s, fpu_to_w_s(A_S, (mode), cause))             \
	RUN(name##_w_d, fpu_to_w_d(a, (mode), cause))               \
	RUN(name##_l_s, fpu_to_l_s(A_S, (mode), cause))             \
	RUN(name##_l_d, fpu_to_l_d(a, (mode), cause))               \
	RUN(slow_##name##_w_s, fpu_slow_to_w_s(A_S, (mode), cause)) \
	RUN(slow_##name##_w_d, fpu_slow_to_w_d(a, (mode), cause))

RUN_TO_INTEGER(cvt, (enum fpu_rounding)(fcsr &FCSR_RM))
RUN_TO_INTEGER(round, FPU_NEAREST)
RUN_TO_INTEGER(trunc, FPU_ZERO)
RUN_TO_INTEGER(ceil, FPU_UP)
RUN_TO_INTEGER(floor, FPU_DOWN)

#define RUN_COMPARE(name, condition)                                                     \
	RUN(c_##name##_s, fpu_compare_s(A_S, B_S, (condition), cause) ? 1 : 0)           \
	RUN(c_##name##_d, fpu_compare_d(a, b, (condition), cause) ? 1 : 0)               \
	RUN(slow_c_##name##_s, fpu_slow_compare_s(A_S, B_S, (condition), cause) ? 1 : 0) \
	RUN(slow_c_##name##_d, fpu_slow_compare_d(a, b, (condition), cause) ? 1 : 0)

RUN_COMPARE(f, 0)
RUN_COMPARE(un, 1)
RUN_COMPARE(eq, 2)
RUN_COMPARE(ueq, 3)
RUN_COMPARE(olt, 4)
RUN_COMPARE(ult, 5)
RUN_COMPARE(ole, 6)
RUN_COMPARE(ule, 7)
RUN_COMPARE(sf, 8)
RUN_COMPARE(ngle, 9)
RUN_COMPARE(seq, 10)
RUN_COMPARE(ngl, 11)
RUN_COMPARE(lt, 12)
RUN_COMPARE(nge, 13)
RUN_COMPARE(le, 14)
RUN_COMPARE(ngt, 15)

/* clang-format off */
#define BINARY(id, format, function) \
	{ ISA_##id, KIND_ARITHMETIC, format, format, -1, 0, true, function, run_##id, run_slow_##id },
#define UNARY(id, from, to, function) \
	{ ISA_##id, KIND_ARITHMETIC, from, to, -1, 0, false, function, run_##id, run_slow_##id },
#define SIGN(id, kind, format, function) \
	{ ISA_##id, kind, format, format, -1, 0, false, function, run_##id, run_slow_##id },
#define FROM_INTEGER(id, from, to, function, slow) \
	{ ISA_##id, KIND_FROM_INTEGER, from, to, -1, 0, false, function, run_##id, slow },
#define TO_INTEGER(id, mode, from, to, function, slow) \
	{ ISA_##id, KIND_TO_INTEGER, from, to, mode, 0, false, function, run_##id, slow },
#define TO_INTEGERS(name, mode)                                                               \
	TO_INTEGER(name##_w_s, mode, FORMAT_S, FORMAT_W, "f32_to_i32", run_slow_##name##_w_s) \
	TO_INTEGER(name##_l_s, mode, FORMAT_S, FORMAT_L, "f32_to_i64", NULL)                  \
	TO_INTEGER(name##_w_d, mode, FORMAT_D, FORMAT_W, "f64_to_i32", run_slow_##name##_w_d) \
	TO_INTEGER(name##_l_d, mode, FORMAT_D, FORMAT_L, "f64_to_i64", NULL)
#define COMPARE(id, condition, format, function)                                     \
	{ ISA_##id, KIND_COMPARE, format, format, -1, condition, true, function, run_##id, \
	  run_slow_##id },
#define COMPARES(name, condition, function)                          \
	COMPARE(c_##name##_s, condition, FORMAT_S, "f32_" function)  \
	COMPARE(c_##name##_d, condition, FORMAT_D, "f64_" function)

const struct operation operations[] = {
	BINARY(add_s, FORMAT_S, "f32_add")
	BINARY(sub_s, FORMAT_S, "f32_sub")
	BINARY(mul_s, FORMAT_S, "f32_mul")
	BINARY(div_s, FORMAT_S, "f32_div")
	UNARY(sqrt_s, FORMAT_S, FORMAT_S, "f32_sqrt")
	BINARY(add_d, FORMAT_D, "f64_add")
	BINARY(sub_d, FORMAT_D, "f64_sub")
	BINARY(mul_d, FORMAT_D, "f64_mul")
	BINARY(div_d, FORMAT_D, "f64_div")
	UNARY(sqrt_d, FORMAT_D, FORMAT_D, "f64_sqrt")
	UNARY(cvt_s_d, FORMAT_D, FORMAT_S, "f64_to_f32")
	UNARY(cvt_d_s, FORMAT_S, FORMAT_D, "f32_to_f64")
	SIGN(abs_s, KIND_ABS, FORMAT_S, "f32_sqrt")
	SIGN(neg_s, KIND_NEG, FORMAT_S, "f32_sqrt")
	SIGN(abs_d, KIND_ABS, FORMAT_D, "f64_sqrt")
	SIGN(neg_d, KIND_NEG, FORMAT_D, "f64_sqrt")
	FROM_INTEGER(cvt_s_w, FORMAT_W, FORMAT_S, "i32_to_f32", run_slow_cvt_s_w)
	FROM_INTEGER(cvt_d_w, FORMAT_W, FORMAT_D, "i32_to_f64", run_slow_cvt_d_w)
	FROM_INTEGER(cvt_s_l, FORMAT_L, FORMAT_S, "i64_to_f32", NULL)
	FROM_INTEGER(cvt_d_l, FORMAT_L, FORMAT_D, "i64_to_f64", NULL)
	TO_INTEGERS(cvt, -1)
	TO_INTEGERS(round, 0)
	TO_INTEGERS(trunc, 1)
	TO_INTEGERS(ceil, 2)
	TO_INTEGERS(floor, 3)
	COMPARES(f, 0, "eq")
	COMPARES(un, 1, "eq")
	COMPARES(eq, 2, "eq")
	COMPARES(ueq, 3, "eq")
	COMPARES(olt, 4, "lt_quiet")
	COMPARES(ult, 5, "lt_quiet")
	COMPARES(ole, 6, "le_quiet")
	COMPARES(ule, 7, "le_quiet")
	COMPARES(sf, 8, "eq_signaling")
	COMPARES(ngle, 9, "eq_signaling")
	COMPARES(seq, 10, "eq_signaling")
	COMPARES(ngl, 11, "eq_signaling")
	COMPARES(lt, 12, "lt")
	COMPARES(nge, 13, "lt")
	COMPARES(le, 14, "le")
	COMPARES(ngt, 15, "le")
};
/* clang-format on */

const size_t operation_count = sizeof(operations) / sizeof(operations[0]);
