/* SPDX-License-Identifier: MIT */
/*
 * observe.c - operations that show themselves to observers before they execute: first ones of
 * blocks to hooks.point, and in the torture build all to the checkers of programs (hooks.check).
 * Elsewhere a checker makes the core step instead.
 */
#include <string.h>

#include "sim/core/exec.h"

struct block *op_point(struct core *core, const struct op *op)
{
	if (core->hooks.point != NULL) {
		core->hooks.point(core->hooks.measure, core, core->pc, exec_cycle(core, op));
	}
	return exec_point_real(core->block)->run(core, op);
}

/* What an observed operation really is, and its word: invariant B5 of block.h. */
static struct op *real_op(struct block *block, size_t index)
{
	return &block->ops[block->insns + 1U + index];
}

static void show(struct core *core, uint32_t index)
{
	const struct block *block = core->block;
	uint64_t block_pc = core->pc;
	int64_t ahead = (int64_t)block->insns - (int64_t)index;
	uint32_t word = (uint32_t)block->ops[block->insns + 1U + index].imm;

	/* The core as it would be if it stepped. */
	core->cycles_left += ahead;
	core->pc += index * 4ULL;
	core->hooks.check(core->hooks.checker, core, core->pc, word);
	core->pc = block_pc;
	core->cycles_left -= ahead;
}

/* `a` of the real operation is how many instructions come with it: a branch may bring its slot. */
static struct block *op_observe(struct core *core, const struct op *op)
{
	uint32_t index = (uint32_t)(op - core->block->ops);
	const struct op *real = real_op(core->block, index);

	if (core->hooks.check != NULL) {
		for (uint32_t i = 0; i < real->a; i++) {
			show(core, real->d + i);
		}
	}
	return real->run(core, op);
}

void observe_block(struct block *block, const uint32_t *words, bool is_fused)
{
	uint32_t insns = block->insns;

	for (uint32_t i = 0; i < insns; i++) {
		*real_op(block, i) = (struct op){
			.run = block->ops[i].run,
			.d = (uint8_t)i,
			.a = 1,
			.imm = (int32_t)words[i],
		};
		block->ops[i].run = op_observe;
	}
	if (is_fused) {
		/* [slot,] branch: both are shown with what comes first, in their order. */
		real_op(block, insns - 2)->a = 2;
		real_op(block, insns - 1)->a = 0;
	}
}
