/* SPDX-License-Identifier: MIT */
/*
 * exec.h - what the exec_*.c files share: the handlers' names and how one hands over to the next.
 *
 * Every row of mips3.def has a handler op_<id> in the exec_*.c file of its chapter. A handler does
 * its work and ends with OP_NEXT(), which optimising compilers turn into a jump: direct-threaded
 * code. The depth of calls is bounded by BLOCK_INSNS_MAX even where they do not.
 *
 * Loads and stores exist for both byte orders and both speeds; the decoder takes the machine's.
 */
#pragma once

#include "sim/core/block.h"
#include "sim/core/core.h"

/*
 * Goes on with the next operation. The empty statement makes `next` a register before it is used:
 * the compiler would otherwise address op->run and op + 1 one after the other, two instructions
 * more for each of the guest's.
 */
#define OP_NEXT()                               \
	do {                                    \
		const struct op *next = op + 1; \
		__asm__("" : "+r"(next));       \
		return next->run(core, next);   \
	} while (0)

#define likely(condition)   __builtin_expect(!!(condition), 1)
#define unlikely(condition) __builtin_expect(!!(condition), 0)

/*
 * Handler names by class. Those of memory classes exist for both byte orders and both speeds;
 * `variant` is big, little, big_timed or little_timed.
 */
#define EXEC_ALU(id, variant)     op_##id
#define EXEC_MULDIV(id, variant)  op_##id
#define EXEC_LOAD(id, variant)    op_##id##_##variant
#define EXEC_STORE(id, variant)   op_##id##_##variant
#define EXEC_BRANCH(id, variant)  op_##id
#define EXEC_JUMP(id, variant)    op_##id
#define EXEC_TRAP(id, variant)    op_##id
#define EXEC_SYNC(id, variant)    op_##id
#define EXEC_CACHE(id, variant)   op_##id
#define EXEC_CP0(id, variant)     op_##id
#define EXEC_TLB(id, variant)     op_##id
#define EXEC_FPU(id, variant)     op_##id
#define EXEC_FPMOVE(id, variant)  op_##id
#define EXEC_FPLOAD(id, variant)  op_##id##_##variant
#define EXEC_FPSTORE(id, variant) op_##id##_##variant
#define EXEC_COP2(id, variant)    op_##id

#define INSN(table, code, id, text, operands, class, flags) \
	op_fn EXEC_##class(id, big);                        \
	op_fn EXEC_##class(id, little);                     \
	op_fn EXEC_##class(id, big_timed);                  \
	op_fn EXEC_##class(id, little_timed);
#include "isa/mips3.def"
#undef INSN

/* Operations that are no instruction of their own. */
op_fn op_reserved;      /* reserved instruction */
op_fn op_reserved_x64;  /* 64-bit operation where the mode does not allow it */
op_fn op_reserved_unit; /* undefined operation of CP0 or CP1; `imm`: does nothing where usable */
op_fn op_nop;
op_fn op_constant; /* d = imm: lui, and immediates on $0 */
op_fn op_move;     /* d = s: or, addu and daddu with $0 */

op_fn op_mfc0_word;   /* mfc0 of a register that is a plain field */
op_fn op_dmfc0_field; /* dmfc0 likewise */
op_fn op_mtc0_field;  /* mtc0, dmtc0 of a 64-bit register without read-only bits */

/* Endings. */
op_fn op_end_fall;   /* goes on after the block */
op_fn op_end_stop;   /* likewise, where mode or mapping may have changed */
op_fn op_end_branch; /* conditional branch and slot are done */
op_fn op_end_jump;   /* jump and slot are done */
op_fn op_end_step;   /* one stepped instruction is done */
op_fn op_step;       /* a block that has to be stepped */
op_fn op_point;      /* shows the block's beginning to hooks.point */

/*
 * A branch or jump fused with its ending, for slots that can be executed before it: the slot cannot
 * fault and neither reads nor writes what the branch uses. `a` has bit n set if next[n] may be
 * linked.
 */
op_fn op_beq_fused;
op_fn op_bne_fused;
op_fn op_blez_fused;
op_fn op_bgtz_fused;
op_fn op_bltz_fused;
op_fn op_bgez_fused;
op_fn op_j_fused;
op_fn op_jal_fused;
op_fn op_jr_fused;

/* What the first operation of a block really does: invariant B7 of block.h. */
static inline struct op *exec_point_real(struct block *block)
{
	return &block->ops[(CORE_CHECKED ? 2U : 1U) * block->insns + 1U];
}

/* Virtual address of `op`. */
static inline uint64_t exec_pc(const struct core *core, const struct op *op)
{
	return core->pc + (uint64_t)(op - core->block->ops) * 4;
}

/* Cycle at which `op` executes. Not for fused endings. */
static inline uint64_t exec_cycle(const struct core *core, const struct op *op)
{
	uint64_t after = core->block->insns - (uint64_t)(op - core->block->ops);

	return core_now(core) - after;
}

/*
 * Ends the block after `op`, which is done and is not a branch: for effects that the next
 * instruction must see (interrupts, written code). In a delay slot the ending does that itself.
 */
struct block *exec_leave_after(struct core *core, const struct op *op);

/* Makes the operations of a finished block show `words` to hooks.check: torture build. */
void observe_block(struct block *block, const uint32_t *words, bool is_fused);
