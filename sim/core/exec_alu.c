/* SPDX-License-Identifier: MIT */
/*
 * exec_alu.c - integer arithmetic, logic, shifts, multiply and divide (R4000 UM appendix A).
 *
 * 32-bit operations produce sign-extended results. Where an operand is not sign-extended, which
 * the manual calls undefined, they use its low word.
 */
#include "sim/core/exception.h"
#include "sim/core/exec.h"

static inline uint64_t sext32(uint32_t value)
{
	return (uint64_t)(int64_t)(int32_t)value;
}

#define S   (core->gpr[op->s])
#define T   (core->gpr[op->t])
#define S32 ((uint32_t)S)
#define T32 ((uint32_t)T)
#define IMM ((uint64_t)(int64_t)op->imm)

/* An operation that only computes its destination. */
#define ALU_OP(id, expression)                                        \
	struct block *op_##id(struct core *core, const struct op *op) \
	{                                                             \
		core->gpr[op->d] = (expression);                      \
		OP_NEXT();                                            \
	}

ALU_OP(addu, sext32(S32 + T32))
ALU_OP(subu, sext32(S32 - T32))
ALU_OP(and, S &T)
ALU_OP(or, S | T)
ALU_OP(xor, S ^ T)
ALU_OP(nor, ~(S | T))
ALU_OP(slt, (int64_t)S < (int64_t)T)
ALU_OP(sltu, S < T)
ALU_OP(daddu, S + T)
ALU_OP(dsubu, S - T)

ALU_OP(addiu, sext32(S32 + (uint32_t)op->imm))
ALU_OP(daddiu, S + IMM)
ALU_OP(slti, (int64_t)S < (int64_t)op->imm)
ALU_OP(sltiu, S < IMM)
ALU_OP(andi, S &IMM)
ALU_OP(ori, S | IMM)
ALU_OP(xori, S ^ IMM)
ALU_OP(lui, IMM)
ALU_OP(constant, IMM)
ALU_OP(move, S)

ALU_OP(sll, sext32(T32 << op->a))
ALU_OP(srl, sext32(T32 >> op->a))
/* Sign-extension of the 32-bit shift; the R4000 shifts the 64-bit register (UM, SRA). */
ALU_OP(sra, sext32((uint32_t)((int32_t)T32 >> op->a)))
ALU_OP(sllv, sext32(T32 << (S & 31)))
ALU_OP(srlv, sext32(T32 >> (S & 31)))
ALU_OP(srav, sext32((uint32_t)((int32_t)T32 >> (S & 31))))
ALU_OP(dsll, T << op->a)
ALU_OP(dsrl, T >> op->a)
ALU_OP(dsra, (uint64_t)((int64_t)T >> op->a))
ALU_OP(dsll32, T << (op->a + 32))
ALU_OP(dsrl32, T >> (op->a + 32))
ALU_OP(dsra32, (uint64_t)((int64_t)T >> (op->a + 32)))
ALU_OP(dsllv, T << (S & 63))
ALU_OP(dsrlv, T >> (S & 63))
ALU_OP(dsrav, (uint64_t)((int64_t)T >> (S & 63)))

ALU_OP(mfhi, core->hi)
ALU_OP(mflo, core->lo)

struct block *op_nop(struct core *core, const struct op *op)
{
	OP_NEXT();
}

struct block *op_sync(struct core *core, const struct op *op)
{
	/* Memory is sequentially consistent: nothing to wait for. */
	OP_NEXT();
}

struct block *op_mthi(struct core *core, const struct op *op)
{
	core->hi = S;
	OP_NEXT();
}

struct block *op_mtlo(struct core *core, const struct op *op)
{
	core->lo = S;
	OP_NEXT();
}

/* Arithmetic that traps on signed overflow leaves the destination alone then. */
#define OVERFLOW_OP(id, type, builtin, left, right)                            \
	struct block *op_##id(struct core *core, const struct op *op)          \
	{                                                                      \
		type result;                                                   \
                                                                               \
		if (unlikely(builtin((type)(left), (type)(right), &result))) { \
			return exc_raise(core, op, EXC_OV);                    \
		}                                                              \
		core->gpr[op->d] = (uint64_t)(int64_t)result;                  \
		OP_NEXT();                                                     \
	}

OVERFLOW_OP(add, int32_t, __builtin_add_overflow, S, T)
OVERFLOW_OP(sub, int32_t, __builtin_sub_overflow, S, T)
OVERFLOW_OP(addi, int32_t, __builtin_add_overflow, S, op->imm)
OVERFLOW_OP(dadd, int64_t, __builtin_add_overflow, S, T)
OVERFLOW_OP(dsub, int64_t, __builtin_sub_overflow, S, T)
OVERFLOW_OP(daddi, int64_t, __builtin_add_overflow, S, op->imm)

struct block *op_mult(struct core *core, const struct op *op)
{
	int64_t product = (int64_t)(int32_t)S32 * (int32_t)T32;

	core->lo = sext32((uint32_t)product);
	core->hi = sext32((uint32_t)((uint64_t)product >> 32));
	OP_NEXT();
}

struct block *op_multu(struct core *core, const struct op *op)
{
	uint64_t product = (uint64_t)S32 * T32;

	core->lo = sext32((uint32_t)product);
	core->hi = sext32((uint32_t)(product >> 32));
	OP_NEXT();
}

struct block *op_dmult(struct core *core, const struct op *op)
{
	__int128 product = (__int128)(int64_t)S * (int64_t)T;

	core->lo = (uint64_t)product;
	core->hi = (uint64_t)((unsigned __int128)product >> 64);
	OP_NEXT();
}

struct block *op_dmultu(struct core *core, const struct op *op)
{
	unsigned __int128 product = (unsigned __int128)S * T;

	core->lo = (uint64_t)product;
	core->hi = (uint64_t)(product >> 64);
	OP_NEXT();
}

/*
 * Division by zero never traps and its result is undefined (R4000 UM, DIV). Here: the quotient is
 * all ones (1 for a negative signed dividend), the remainder the dividend, what a restoring
 * divider leaves. The one overflowing signed division gives the dividend and 0.
 */
struct block *op_div(struct core *core, const struct op *op)
{
	int32_t dividend = (int32_t)S32;
	int32_t divisor = (int32_t)T32;

	if (unlikely(divisor == 0)) {
		core->lo = dividend < 0 ? 1 : ~0ULL;
		core->hi = sext32((uint32_t)dividend);
	} else {
		/* In 64 bits, so that INT32_MIN / -1 does not overflow. */
		core->lo = sext32((uint32_t)((int64_t)dividend / divisor));
		core->hi = sext32((uint32_t)((int64_t)dividend % divisor));
	}
	OP_NEXT();
}

struct block *op_divu(struct core *core, const struct op *op)
{
	if (unlikely(T32 == 0)) {
		core->lo = ~0ULL;
		core->hi = sext32(S32);
	} else {
		uint32_t quotient = S32 / T32;
		uint32_t remainder = S32 % T32;

		core->lo = sext32(quotient);
		core->hi = sext32(remainder);
	}
	OP_NEXT();
}

struct block *op_ddiv(struct core *core, const struct op *op)
{
	int64_t dividend = (int64_t)S;
	int64_t divisor = (int64_t)T;

	if (unlikely(divisor == 0)) {
		core->lo = dividend < 0 ? 1 : ~0ULL;
		core->hi = (uint64_t)dividend;
	} else if (unlikely(divisor == -1)) {
		core->lo = 0 - (uint64_t)dividend;
		core->hi = 0;
	} else {
		core->lo = (uint64_t)(dividend / divisor);
		core->hi = (uint64_t)(dividend % divisor);
	}
	OP_NEXT();
}

struct block *op_ddivu(struct core *core, const struct op *op)
{
	uint64_t dividend = S;
	uint64_t divisor = T;

	if (unlikely(divisor == 0)) {
		core->lo = ~0ULL;
		core->hi = dividend;
	} else {
		core->lo = dividend / divisor;
		core->hi = dividend % divisor;
	}
	OP_NEXT();
}
