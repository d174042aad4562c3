/* SPDX-License-Identifier: MIT */
/*
 * exec_fpu.c - floating-point arithmetic (R4000 UM chapters 6 and 7, appendix B).
 *
 * The numbers come from sim/fpu; here are registers, FCR31 and exceptions. Every operation replaces
 * FCR31.Cause. If it raises an enabled exception, or an unimplemented one, nothing else changes;
 * otherwise its exceptions are or-ed into the flags and the result is written.
 */
#include "sim/core/exception.h"
#include "sim/core/exec.h"
#include "sim/fpu/fpu.h"

/* Enters the exceptions of an operation; false if one of them traps. */
static inline bool fp_accept(struct core *core, uint32_t cause)
{
	uint32_t fcsr = (core->fcsr & ~(uint32_t)FCSR_CAUSE) | (cause << FCSR_CAUSE_SHIFT);
	uint32_t enables = ((fcsr & FCSR_ENABLES) >> FCSR_ENABLES_SHIFT) | FPU_E;

	if (unlikely(cause & enables)) {
		core->fcsr = fcsr;
		return false;
	}
	core->fcsr = fcsr | (cause << FCSR_FLAGS_SHIFT);
	return true;
}

#define FP_CHECK()                                                \
	do {                                                      \
		if (unlikely(!(core->cp0.status & STATUS_CU1))) { \
			return exc_raise_unusable(core, op, 1);   \
		}                                                 \
	} while (0)

#define S_W (core->fpr.w[op->s])
#define T_W (core->fpr.w[op->t])
#define S_D (core->fpr.d[op->s])
#define T_D (core->fpr.d[op->t])

/* The operation `id`: computes `expression`, which sets `cause`, into the register bank `bank`. */
#define FP_OP(id, type, bank, expression)                             \
	struct block *op_##id(struct core *core, const struct op *op) \
	{                                                             \
		FP_CHECK();                                           \
		uint32_t cause;                                       \
		type result = (expression);                           \
                                                                      \
		if (unlikely(!fp_accept(core, cause))) {              \
			return exc_raise(core, op, EXC_FPE);          \
		}                                                     \
		core->fpr.bank[op->d] = result;                       \
		OP_NEXT();                                            \
	}

FP_OP(add_s, uint32_t, w, fpu_add_s(S_W, T_W, core->fcsr, &cause))
FP_OP(sub_s, uint32_t, w, fpu_sub_s(S_W, T_W, core->fcsr, &cause))
FP_OP(mul_s, uint32_t, w, fpu_mul_s(S_W, T_W, core->fcsr, &cause))
FP_OP(div_s, uint32_t, w, fpu_div_s(S_W, T_W, core->fcsr, &cause))
FP_OP(sqrt_s, uint32_t, w, fpu_sqrt_s(S_W, core->fcsr, &cause))
FP_OP(abs_s, uint32_t, w, fpu_abs_s(S_W, &cause))
FP_OP(neg_s, uint32_t, w, fpu_neg_s(S_W, &cause))
FP_OP(add_d, uint64_t, d, fpu_add_d(S_D, T_D, core->fcsr, &cause))
FP_OP(sub_d, uint64_t, d, fpu_sub_d(S_D, T_D, core->fcsr, &cause))
FP_OP(mul_d, uint64_t, d, fpu_mul_d(S_D, T_D, core->fcsr, &cause))
FP_OP(div_d, uint64_t, d, fpu_div_d(S_D, T_D, core->fcsr, &cause))
FP_OP(sqrt_d, uint64_t, d, fpu_sqrt_d(S_D, core->fcsr, &cause))
FP_OP(abs_d, uint64_t, d, fpu_abs_d(S_D, &cause))
FP_OP(neg_d, uint64_t, d, fpu_neg_d(S_D, &cause))

FP_OP(cvt_s_d, uint32_t, w, fpu_cvt_s_d(S_D, core->fcsr, &cause))
FP_OP(cvt_s_w, uint32_t, w, fpu_from_w_s(S_W, core->fcsr, &cause))
FP_OP(cvt_s_l, uint32_t, w, fpu_from_l_s(S_D, core->fcsr, &cause))
FP_OP(cvt_d_s, uint64_t, d, fpu_cvt_d_s(S_W, core->fcsr, &cause))
FP_OP(cvt_d_w, uint64_t, d, fpu_from_w_d(S_W, &cause))
FP_OP(cvt_d_l, uint64_t, d, fpu_from_l_d(S_D, core->fcsr, &cause))

#define FP_TO_INTEGER(name, rounding)                                     \
	FP_OP(name##_w_s, uint32_t, w, fpu_to_w_s(S_W, rounding, &cause)) \
	FP_OP(name##_w_d, uint32_t, w, fpu_to_w_d(S_D, rounding, &cause)) \
	FP_OP(name##_l_s, uint64_t, d, fpu_to_l_s(S_W, rounding, &cause)) \
	FP_OP(name##_l_d, uint64_t, d, fpu_to_l_d(S_D, rounding, &cause))

FP_TO_INTEGER(round, FPU_NEAREST)
FP_TO_INTEGER(trunc, FPU_ZERO)
FP_TO_INTEGER(ceil, FPU_UP)
FP_TO_INTEGER(floor, FPU_DOWN)
FP_TO_INTEGER(cvt, (enum fpu_rounding)(core->fcsr &FCSR_RM))

/* Moves look at nothing and raise nothing; they leave FCR31 alone. */
struct block *op_mov_s(struct core *core, const struct op *op)
{
	FP_CHECK();
	core->fpr.w[op->d] = S_W;
	OP_NEXT();
}

struct block *op_mov_d(struct core *core, const struct op *op)
{
	FP_CHECK();
	core->fpr.d[op->d] = S_D;
	OP_NEXT();
}

#define FP_COMPARE(id, condition, left, right, function)                                   \
	struct block *op_##id(struct core *core, const struct op *op)                      \
	{                                                                                  \
		FP_CHECK();                                                                \
		uint32_t cause;                                                            \
		bool holds = function(left, right, condition, &cause);                     \
                                                                                           \
		if (unlikely(!fp_accept(core, cause))) {                                   \
			return exc_raise(core, op, EXC_FPE);                               \
		}                                                                          \
		core->fcsr = holds ? core->fcsr | FCSR_C : core->fcsr & ~(uint32_t)FCSR_C; \
		OP_NEXT();                                                                 \
	}

#define FP_COMPARES(name, condition)                                 \
	FP_COMPARE(c_##name##_s, condition, S_W, T_W, fpu_compare_s) \
	FP_COMPARE(c_##name##_d, condition, S_D, T_D, fpu_compare_d)

FP_COMPARES(f, 0)
FP_COMPARES(un, 1)
FP_COMPARES(eq, 2)
FP_COMPARES(ueq, 3)
FP_COMPARES(olt, 4)
FP_COMPARES(ult, 5)
FP_COMPARES(ole, 6)
FP_COMPARES(ule, 7)
FP_COMPARES(sf, 8)
FP_COMPARES(ngle, 9)
FP_COMPARES(seq, 10)
FP_COMPARES(ngl, 11)
FP_COMPARES(lt, 12)
FP_COMPARES(nge, 13)
FP_COMPARES(le, 14)
FP_COMPARES(ngt, 15)

/* An operation or format that does not exist (R4000 UM 7.4). */
struct block *op_cop1_undefined(struct core *core, const struct op *op)
{
	FP_CHECK();
	fp_accept(core, FPU_E);
	return exc_raise(core, op, EXC_FPE);
}
