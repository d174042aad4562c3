/* SPDX-License-Identifier: MIT */
/*
 * exec_branch.c - branches, jumps, and the endings of blocks.
 *
 * A branch only decides: it sets `taken` (and a jump `target`). Its delay slot executes next like
 * any instruction, and the block's ending moves pc. A branch-likely that is not taken skips its
 * slot, which then costs no cycle.
 */
#include "sim/core/exception.h"
#include "sim/core/exec.h"
#include "sim/core/mmu.h"

#define S  (core->gpr[op->s])
#define T  (core->gpr[op->t])
#define RA 31

#define BRANCH_OP(id, condition)                                      \
	struct block *op_##id(struct core *core, const struct op *op) \
	{                                                             \
		core->taken = (condition);                            \
		OP_NEXT();                                            \
	}

BRANCH_OP(beq, S == T)
BRANCH_OP(bne, S != T)
BRANCH_OP(blez, (int64_t)S <= 0)
BRANCH_OP(bgtz, (int64_t)S > 0)
BRANCH_OP(bltz, (int64_t)S < 0)
BRANCH_OP(bgez, (int64_t)S >= 0)

/* Ends the block without the slot. When stepping, the slot is not part of it anyway. */
static struct block *nullify_slot(struct core *core, const struct op *op)
{
	const struct op *end = &core->block->ops[core->block->insns];

	if (core->block->has_slot) {
		core->cycles_left++;
		return end->run(core, end);
	}
	return op[1].run(core, op + 1);
}

#define LIKELY_OP(id, condition)                                      \
	struct block *op_##id(struct core *core, const struct op *op) \
	{                                                             \
		core->taken = (condition);                            \
		if (!core->taken) {                                   \
			return nullify_slot(core, op);                \
		}                                                     \
		OP_NEXT();                                            \
	}

LIKELY_OP(beql, S == T)
LIKELY_OP(bnel, S != T)
LIKELY_OP(blezl, (int64_t)S <= 0)
LIKELY_OP(bgtzl, (int64_t)S > 0)
LIKELY_OP(bltzl, (int64_t)S < 0)
LIKELY_OP(bgezl, (int64_t)S >= 0)

/* The link register is written whether or not the branch is taken (R4000 UM, BGEZAL). */
#define LINK_OP(id, condition, skip)                                  \
	struct block *op_##id(struct core *core, const struct op *op) \
	{                                                             \
		core->taken = (condition);                            \
		core->gpr[RA] = exec_pc(core, op) + 8;                \
		if (skip && !core->taken) {                           \
			return nullify_slot(core, op);                \
		}                                                     \
		OP_NEXT();                                            \
	}

LINK_OP(bltzal, (int64_t)S < 0, false)
LINK_OP(bgezal, (int64_t)S >= 0, false)
LINK_OP(bltzall, (int64_t)S < 0, true)
LINK_OP(bgezall, (int64_t)S >= 0, true)

#define FP_BRANCH_OP(id, condition, skip)                             \
	struct block *op_##id(struct core *core, const struct op *op) \
	{                                                             \
		if (unlikely(!(core->cp0.status & STATUS_CU1))) {     \
			return exc_raise_unusable(core, op, 1);       \
		}                                                     \
		core->taken = (condition);                            \
		if (skip && !core->taken) {                           \
			return nullify_slot(core, op);                \
		}                                                     \
		OP_NEXT();                                            \
	}

FP_BRANCH_OP(bc1f, !(core->fcsr & FCSR_C), false)
FP_BRANCH_OP(bc1t, (core->fcsr & FCSR_C) != 0, false)
FP_BRANCH_OP(bc1fl, !(core->fcsr & FCSR_C), true)
FP_BRANCH_OP(bc1tl, (core->fcsr & FCSR_C) != 0, true)

/* Target: 256 MB region of the delay slot (R4000 UM, J). */
static uint64_t jump_target(const struct core *core, const struct op *op)
{
	return ((exec_pc(core, op) + 4) & ~0x0fffffffULL) | ((uint64_t)(uint32_t)op->imm << 2);
}

struct block *op_j(struct core *core, const struct op *op)
{
	core->target = jump_target(core, op);
	core->taken = true;
	OP_NEXT();
}

struct block *op_jal(struct core *core, const struct op *op)
{
	core->target = jump_target(core, op);
	core->gpr[RA] = exec_pc(core, op) + 8;
	core->taken = true;
	OP_NEXT();
}

struct block *op_jr(struct core *core, const struct op *op)
{
	core->target = S;
	core->taken = true;
	OP_NEXT();
}

struct block *op_jalr(struct core *core, const struct op *op)
{
	core->target = S;
	core->gpr[op->d] = exec_pc(core, op) + 8;
	core->taken = true;
	OP_NEXT();
}

/* The block that exit `which` leads to; asks run.c to link it when it stays in the page. */
static inline struct block *follow(struct core *core, struct block *block, unsigned which,
				   bool linkable)
{
	struct block *next = block->next[which];

	if (unlikely(next == NULL)) {
		if (linkable) {
			core->link = &block->next[which];
			return NULL;
		}
		return mmu_find_block(core);
	}
	return next;
}

struct block *op_end_fall(struct core *core, const struct op *op)
{
	struct block *block = core->block;

	core->pc += (uint64_t)(int64_t)block->distance[0];
	return follow(core, block, 0, op->s);
}

struct block *op_end_stop(struct core *core, const struct op *op)
{
	(void)op;
	core->pc += (uint64_t)(int64_t)core->block->distance[0];
	return mmu_find_block(core);
}

struct block *op_end_branch(struct core *core, const struct op *op)
{
	struct block *block = core->block;

	if (core->taken) {
		core->pc += (uint64_t)(int64_t)block->distance[1];
		return follow(core, block, 1, op->t);
	}
	core->pc += (uint64_t)(int64_t)block->distance[0];
	return follow(core, block, 0, op->s);
}

struct block *op_end_jump(struct core *core, const struct op *op)
{
	(void)op;
	core->pc = core->target;
	return mmu_find_block(core);
}

#define FUSED_BRANCH(id, condition)                                           \
	struct block *op_##id##_fused(struct core *core, const struct op *op) \
	{                                                                     \
		struct block *block = core->block;                            \
                                                                              \
		if (condition) {                                              \
			core->pc += (uint64_t)(int64_t)block->distance[1];    \
			return follow(core, block, 1, op->a & 2);             \
		}                                                             \
		core->pc += (uint64_t)(int64_t)block->distance[0];            \
		return follow(core, block, 0, op->a & 1);                     \
	}

FUSED_BRANCH(beq, S == T)
FUSED_BRANCH(bne, S != T)
FUSED_BRANCH(blez, (int64_t)S <= 0)
FUSED_BRANCH(bgtz, (int64_t)S > 0)
FUSED_BRANCH(bltz, (int64_t)S < 0)
FUSED_BRANCH(bgez, (int64_t)S >= 0)

/* The slot is the last instruction of the block. */
static inline uint64_t fused_slot_pc(const struct core *core)
{
	return core->pc + (core->block->insns - 1U) * 4ULL;
}

struct block *op_j_fused(struct core *core, const struct op *op)
{
	core->pc = (fused_slot_pc(core) & ~0x0fffffffULL) | ((uint64_t)(uint32_t)op->imm << 2);
	return mmu_find_block(core);
}

struct block *op_jal_fused(struct core *core, const struct op *op)
{
	uint64_t slot = fused_slot_pc(core);

	core->gpr[RA] = slot + 4;
	core->pc = (slot & ~0x0fffffffULL) | ((uint64_t)(uint32_t)op->imm << 2);
	return mmu_find_block(core);
}

struct block *op_jr_fused(struct core *core, const struct op *op)
{
	core->pc = S;
	return mmu_find_block(core);
}

struct block *op_step(struct core *core, const struct op *op)
{
	(void)op;
	core->cycles_left += core->block->insns;
	core_step(core);
	return NULL;
}

/*
 * One instruction was stepped (run.c: core_step). If it was a branch, its slot comes next; if it
 * was a slot, the branch's target. A branch in a slot is undefined in the manual: here the second
 * one's slot is the target of the first.
 */
struct block *op_end_step(struct core *core, const struct op *op)
{
	uint64_t here = core->pc;
	bool was_in_slot = core->in_slot;
	uint64_t slot_target = core->slot_target;

	core->in_slot = false;
	core->pc = was_in_slot ? slot_target : here + 4;
	if (op->a == ISA_CLASS_BRANCH || op->a == ISA_CLASS_JUMP) {
		bool nullified = op->d && !core->taken;

		if (nullified && !was_in_slot) {
			core->pc = here + 8;
		} else if (!nullified) {
			uint64_t target = op->a == ISA_CLASS_JUMP
						  ? core->target
						  : here + 4 + (uint64_t)(int64_t)op->imm;

			core->slot_target = core->taken ? target : here + 8;
			core->slot_branch_pc = here;
			core->in_slot = true;
		}
		if (was_in_slot) {
			core_warn(core, "branch in a delay slot");
		}
	}
	return NULL;
}
