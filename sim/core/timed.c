/* SPDX-License-Identifier: MIT */
/* timed.c - misses, stalls and accesses around the caches: the slow half of timing mode. */
#include "sim/core/timed.h"

#include "sim/core/exception.h"
#include "sim/core/exec.h"
#include "sim/core/mmu.h"

/* A stall of `op` itself: what follows it is later by that much. */
static void stall(struct core *core, uint32_t cycles)
{
	core->cycles_left -= (int64_t)cycles;
	core->stall_cycles += cycles;
}

/*
 * Puts the core before `op`, in time and place, and stops it there. In a block the branch before a
 * slot has been executed already, so that the core stands in the slot, as after stepping it.
 */
static void block_at(struct core *core, const struct op *op)
{
	const struct block *block = core->block;
	uint64_t index = (uint64_t)(op - block->ops);
	uint64_t first = core->pc;

	core->cycles_left += (int64_t)(block->insns - index);
	core->pc += index * 4;
	if (block->has_slot && index + 1 == block->insns) {
		core->in_slot = true;
		core->slot_branch_pc = core->pc - 4;
		core->slot_target =
			block->ops[block->insns].run == op_end_jump
				? core->target
				: first + (uint64_t)(int64_t)block->distance[core->taken];
	}
	core->link = NULL;
	core->blocked = true;
	core->retry = true;
}

static bool finish(struct core *core, const struct op *op, uint32_t cycles)
{
	if (cycles == MEMSYS_BLOCKED) {
		block_at(core, op);
		return false;
	}
	stall(core, cycles);
	return true;
}

bool timed_load(struct core *core, const struct op *op, uint64_t paddr)
{
	return finish(core, op, memsys_load(core->cache, paddr, exec_cycle(core, op)));
}

bool timed_store(struct core *core, const struct op *op, uint64_t paddr, unsigned bytes)
{
	return finish(core, op, memsys_store(core->cache, paddr, bytes, exec_cycle(core, op)));
}

bool timed_fetch(struct core *core, uint64_t paddr)
{
	uint32_t cycles = memsys_fetch(core->cache, paddr, core_now(core));

	if (cycles == MEMSYS_BLOCKED) {
		core->blocked = true;
		return false;
	}
	stall(core, cycles);
	return cycles == 0;
}

bool timed_bypass(struct core *core, const struct op *op, const struct core_bypass *wanted,
		  uint64_t *value)
{
	struct core_bypass *bypass = &core->bypass;
	uint64_t now = exec_cycle(core, op);
	uint64_t frame;

	if (bypass->is_done) {
		bypass->is_done = false;
		if (bypass->has_failed) {
			exc_raise(core, op, EXC_DBE);
			return false;
		}
		if (value != NULL) {
			*value = bypass->value;
		}
		return true;
	}
	*bypass = *wanted;
	if (ram_frame(core->ram, bypass->paddr, &frame)) {
		memsys_uncached(core->cache, bypass->paddr, bypass->size, bypass->is_store, now);
	} else {
		memsys_device(core->cache, core->bus.node(core->bus.context, bypass->paddr),
			      bypass->is_store, now);
	}
	block_at(core, op);
	return false;
}

void timed_perform(struct core *core)
{
	struct core_bypass *bypass = &core->bypass;

	mmu_bypass(core, bypass);
	bypass->is_done = true;
}

void timed_resume(struct core *core, uint64_t cycle)
{
	uint64_t now = core_now(core);

	core->blocked = false;
	if (cycle > now) {
		core->stall_cycles += cycle - now;
		core->slice_end = cycle;
		core->cycles_left = 0;
	}
}

void timed_lost(struct core *core, uint64_t line, uint32_t bytes)
{
	if (core->llbit && line < core->link_paddr + CORE_LINK_BYTES &&
	    core->link_paddr < line + bytes) {
		core->llbit = false;
	}
}

/* All cycles up to `now`, by what they were spent on. */
static struct core_split totals(const struct core *core, uint64_t now)
{
	const struct memsys_cpu_stats *stats = core->cache_stats;

	return (struct core_split){
		.execution = core_instructions(core),
		.stall_l2 = stats->stall_l2_cycles,
		.stall_local = stats->stall_local_cycles,
		.stall_remote = stats->stall_remote_cycles,
		.stall_uncached = stats->stall_uncached_cycles,
		.idle = core_idle_cycles(core, now),
	};
}

/* Adds to `split` what has come since the mark. */
static void add_since(struct core_split *split, const struct core_split *now,
		      const struct core_split *mark)
{
	split->execution += now->execution - mark->execution;
	split->stall_l2 += now->stall_l2 - mark->stall_l2;
	split->stall_local += now->stall_local - mark->stall_local;
	split->stall_remote += now->stall_remote - mark->stall_remote;
	split->stall_uncached += now->stall_uncached - mark->stall_uncached;
	split->idle += now->idle - mark->idle;
}

void timed_account(struct core *core)
{
	if (!core->running) {
		return; /* a debugger's doing; until the CPU goes on it is idle in its old mode */
	}
	struct core_split now = totals(core, core_now(core));

	add_since(&core->split[core->split_mode], &now, &core->split_mark);
	core->split_mark = now;
	core->split_mode = core_get_mode(core);
}

struct core_split timed_split(const struct core *core, enum core_mode mode, uint64_t now)
{
	struct core_split split = core->split[mode];

	if (core->cache != NULL && mode == core->split_mode) {
		struct core_split all = totals(core, now);

		add_since(&split, &all, &core->split_mark);
	}
	return split;
}

void timed_switch(struct core *core, struct memsys_cpu *cache, const struct memsys_cpu_stats *stats,
		  uint64_t now)
{
	if (cache == NULL && core->cache != NULL) {
		struct core_split all = totals(core, now);

		add_since(&core->split[core->split_mode], &all, &core->split_mark);
	}
	core->cache = cache;
	core->cache_stats = stats;
	core_note_observers(core);
	if (cache != NULL) {
		core->split_mark = totals(core, now);
		core->split_mode = core_get_mode(core);
	}
	core->link = NULL;
	for (unsigned mode = 0; mode < CORE_MODE_COUNT; mode++) {
		core->maps[mode].filled_for = CORE_MAP_UNUSED;
	}
	core_update_mode(core);
	mmu_watch_link(core); /* the others may come first */
}
