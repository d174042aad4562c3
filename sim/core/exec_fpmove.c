/* SPDX-License-Identifier: MIT */
/*
 * exec_fpmove.c - moves between general and floating-point registers (R4000 UM 6.3, appendix B).
 *
 * With FR = 1 a 32-bit move changes the low word of its register; the high word, undefined in the
 * manual, stays.
 */
#include "sim/core/exception.h"
#include "sim/core/exec.h"

#define FP_CHECK()                                                \
	do {                                                      \
		if (unlikely(!(core->cp0.status & STATUS_CU1))) { \
			return exc_raise_unusable(core, op, 1);   \
		}                                                 \
	} while (0)

#define FCSR_WRITABLE (FCSR_RM | FCSR_FLAGS | FCSR_ENABLES | FCSR_CAUSE | FCSR_C | FCSR_FS)

struct block *op_mfc1(struct core *core, const struct op *op)
{
	FP_CHECK();
	core->gpr[op->d] = (uint64_t)(int64_t)(int32_t)core->fpr.w[op->s];
	OP_NEXT();
}

struct block *op_dmfc1(struct core *core, const struct op *op)
{
	FP_CHECK();
	core->gpr[op->d] = core->fpr.d[op->s];
	OP_NEXT();
}

struct block *op_mtc1(struct core *core, const struct op *op)
{
	FP_CHECK();
	core->fpr.w[op->d] = (uint32_t)core->gpr[op->t];
	OP_NEXT();
}

struct block *op_dmtc1(struct core *core, const struct op *op)
{
	FP_CHECK();
	core->fpr.d[op->d] = core->gpr[op->t];
	OP_NEXT();
}

/* Only FCR0 and FCR31 exist; the others are undefined and read as zero. */
struct block *op_cfc1(struct core *core, const struct op *op)
{
	FP_CHECK();
	uint32_t value = 0;

	if (op->a == FCR_REVISION) {
		value = FCR0_R4400;
	} else if (op->a == FCR_CSR) {
		value = core->fcsr;
	}
	core->gpr[op->d] = (uint64_t)(int64_t)(int32_t)value;
	OP_NEXT();
}

/*
 * A cause bit written together with its enable bit, or the cause bit of an unimplemented operation,
 * raises the exception; the register is written first (R4000 UM 6.4, 7.2).
 */
struct block *op_ctc1(struct core *core, const struct op *op)
{
	FP_CHECK();
	if (op->a == FCR_CSR) {
		core->fcsr = (uint32_t)core->gpr[op->t] & FCSR_WRITABLE;
		uint32_t causes = (core->fcsr & FCSR_CAUSE) >> FCSR_CAUSE_SHIFT;
		uint32_t enables = (core->fcsr & FCSR_ENABLES) >> FCSR_ENABLES_SHIFT;

		if ((core->fcsr & FCSR_CAUSE_E) || (causes & enables)) {
			return exc_raise(core, op, EXC_FPE);
		}
	}
	OP_NEXT();
}
