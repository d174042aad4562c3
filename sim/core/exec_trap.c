/* SPDX-License-Identifier: MIT */
/*
 * exec_trap.c - system call, breakpoint, conditional traps, reserved and absent instructions.
 */
#include "sim/core/exception.h"
#include "sim/core/exec.h"

#define S   (core->gpr[op->s])
#define T   (core->gpr[op->t])
#define IMM ((uint64_t)(int64_t)op->imm)

struct block *op_syscall(struct core *core, const struct op *op)
{
	return exc_raise(core, op, EXC_SYS);
}

struct block *op_break(struct core *core, const struct op *op)
{
	return exc_raise(core, op, EXC_BP);
}

struct block *op_reserved(struct core *core, const struct op *op)
{
	return exc_raise(core, op, EXC_RI);
}

/* A coprocessor's instruction is first asked whether the coprocessor is usable. */
struct block *op_reserved_x64(struct core *core, const struct op *op)
{
	if (op->a < 3 && !(core->cp0.status & ((uint32_t)STATUS_CU0 << op->a))) {
		return exc_raise_unusable(core, op, op->a);
	}
	return exc_raise(core, op, EXC_RI);
}

struct block *op_reserved_unit(struct core *core, const struct op *op)
{
	bool is_usable = (core->cp0.status & ((uint32_t)STATUS_CU0 << op->a)) ||
			 (op->a == 0 && core_get_mode(core) == CORE_KERNEL);

	if (!is_usable) {
		return exc_raise_unusable(core, op, op->a);
	}
	if (op->imm) {
		OP_NEXT();
	}
	return exc_raise(core, op, EXC_RI);
}

#define TRAP_OP(id, condition)                                        \
	struct block *op_##id(struct core *core, const struct op *op) \
	{                                                             \
		if (unlikely(condition)) {                            \
			return exc_raise(core, op, EXC_TR);           \
		}                                                     \
		OP_NEXT();                                            \
	}

TRAP_OP(tge, (int64_t)S >= (int64_t)T)
TRAP_OP(tgeu, S >= T)
TRAP_OP(tlt, (int64_t)S < (int64_t)T)
TRAP_OP(tltu, S < T)
TRAP_OP(teq, S == T)
TRAP_OP(tne, S != T)
TRAP_OP(tgei, (int64_t)S >= (int64_t)IMM)
TRAP_OP(tgeiu, S >= IMM)
TRAP_OP(tlti, (int64_t)S < (int64_t)IMM)
TRAP_OP(tltiu, S < IMM)
TRAP_OP(teqi, S == IMM)
TRAP_OP(tnei, S != IMM)
