/* SPDX-License-Identifier: MIT */
/*
 * run.c - the execution loop: blocks while they fit into the slice, single instructions otherwise.
 *
 * Everything that happens to a core at a point in time (timer, interrupts, stops) happens at the
 * top of core_run()'s loop, at an exact cycle: of a block that would run past the end of the slice
 * only the beginning is executed, so block boundaries never show in results.
 */
#include <string.h>

#include "sim/core/check.h"
#include "sim/core/cp0.h"
#include "sim/core/debug.h"
#include "sim/core/exception.h"
#include "sim/core/exec.h"
#include "sim/core/mmu.h"
#include "sim/core/timed.h"

/* A block of one operation and its ending, built on the stack for stepping. */
struct step_block {
	_Alignas(struct block) uint8_t bytes[sizeof(struct block) + 2 * sizeof(struct op)];
};

struct block *exec_leave_after(struct core *core, const struct op *op)
{
	uint64_t done = (uint64_t)(op - core->block->ops) + 1;

	if (done == core->block->insns) {
		/* Last of its block: the ending moves pc, and the kick has ended the slice. */
		OP_NEXT();
	}
	core->cycles_left += (int64_t)(core->block->insns - done);
	core->pc += done * 4;
	return NULL;
}

static void run_single(struct core *core, uint32_t word, uint8_t decode_key)
{
	struct step_block storage;
	struct block *block = (struct block *)storage.bytes;
	enum isa_id id = isa_decode(word);

	memset(block, 0, sizeof(*block));
	block->insns = 1;
	code_decode(word, decode_key, &block->ops[0]);
	block->ops[1] = (struct op){
		.run = op_end_step,
		.a = isa_descs[id].class,
		.d = (isa_descs[id].flags & ISA_F_LIKELY) != 0,
		.imm = isa_simm(word) * 4,
	};
	core->block = block;
	core->cycles_left--;
	block->ops[0].run(core, &block->ops[0]);
	core->block = NULL;
}

/* It writes to CP0 or the TLB, which probe() keeps away from, and raises nothing. */
static bool is_sound_cp0(const struct core *core, uint32_t word)
{
	const struct isa_desc *desc = &isa_descs[isa_decode(word)];
	bool is_usable = (core->cp0.status & STATUS_CU0) || core_get_mode(core) == CORE_KERNEL;
	bool is_legal = !(desc->flags & ISA_F_X64) || (core->map->decode_key & DECODE_X64);

	return (desc->class == ISA_CLASS_CP0 || desc->class == ISA_CLASS_TLB) && is_usable &&
	       is_legal;
}

/*
 * Would the instruction at pc raise an exception, its fetch included? It is executed without
 * observers, without touching memory or devices, and undone. Interrupts are enabled: EXL is clear.
 */
static bool probe(struct core *core)
{
	uint8_t saved[offsetof(struct core, maps)];
	uint32_t word;

	memcpy(saved, core, sizeof(saved));
	core->hooks = (struct core_hooks){ 0 };
	core->show_exceptions = 0;
	core->is_probing = true;
	if (mmu_fetch_word(core, &word) && !is_sound_cp0(core, word)) {
		uint8_t key = core->map->decode_key;

		core->map = &core->map_off; /* every access takes the slow path */
		run_single(core, word, key);
	}
	bool is_raised = (core->cp0.status & STATUS_EXL) != 0;

	memcpy(core, saved, sizeof(saved));
	return is_raised;
}

/*
 * An interrupt comes instead of the instruction at pc, unless that raises an exception: interrupts
 * have the lowest priority of all (R4000 UM table 5-13). A postponed Watch exception belongs to an
 * earlier instruction and waits for none.
 */
static bool interrupt_is_due(struct core *core)
{
	return core->irq_ready && !core->retry && (core->cp0.watch_postponed || !probe(core));
}

static void step_insn(struct core *core)
{
	uint32_t word;

	if (!mmu_fetch_word(core, &word)) {
		return;
	}
	if (unlikely(core->hooks.point != NULL) && !core->retry &&
	    code_is_point(core->code, core->pc)) {
		core->hooks.point(core->hooks.measure, core, core->pc, core_now(core));
	}
	core->retry = false;
	if (unlikely(core->hooks.insn != NULL)) {
		core->hooks.insn(core->hooks.trace, core, core->pc, word);
	}
	if (unlikely(core->hooks.check != NULL)) {
		core->hooks.check(core->hooks.checker, core, core->pc, word);
	}
	uint64_t pc = core->pc;

	run_single(core, word, core->map->decode_key);
	if (unlikely(core->hooks.block != NULL)) {
		core->hooks.block(core->hooks.profile, core, pc, 1);
	}
}

void core_step(struct core *core)
{
	if (interrupt_is_due(core)) {
		exc_interrupt(core);
	} else {
		step_insn(core);
	}
}

/* Brings the timer up to date; the slice ends at the next event. */
static void begin_slice(struct core *core, uint64_t until)
{
	uint64_t now = core_now(core);

	if (now >= core->timer_cycle) {
		core->cp0.cause |= CAUSE_IP_TIMER;
		cp0_set_timer(core, now);
		core_update_irq(core);
	}
	core->slice_end = until < core->timer_cycle ? until : core->timer_cycle;
	core->cycles_left = (int64_t)(core->slice_end - now);
}

/* A waiting core goes on as soon as an interrupt is pending and unmasked, enabled or not. */
static bool wakes_up(struct core *core)
{
	core->waiting = (core->cp0.cause & core->cp0.status & CAUSE_IP) == 0;
	return !core->waiting;
}

void core_advance(struct core *core)
{
	begin_slice(core, core_now(core) + 1);
	if (core->reset_pending != CORE_RESET_NONE) {
		core_take_reset(core);
		return;
	}
	if (core->waiting && !wakes_up(core)) {
		core_skip_to(core, core->slice_end);
		return;
	}
	core_step(core);
}

/* Executes one block: the profiler counts it, a breakpoint may follow it. */
static void run_one_block(struct core *core, struct block *block)
{
	uint64_t pc = core->pc;
	uint64_t before = core_instructions(core);

	core->block = block;
	core->cycles_left -= block->insns;
	block->ops[0].run(core, block->ops);
	core->link = NULL;
	if (core->hooks.block != NULL) {
		core->hooks.block(core->hooks.profile, core, pc,
				  (unsigned)(core_instructions(core) - before));
	}
}

/* Executes `block` and those that follow it, as long as they fit. */
static void run_blocks(struct core *core, struct block *block)
{
	if (unlikely(core->hooks.block != NULL || core->debug != NULL)) {
		run_one_block(core, block);
		return;
	}
	do {
		core->block = block;
		core->cycles_left -= block->insns;
		block = block->ops[0].run(core, block->ops);
	} while (block != NULL && block->insns <= core->cycles_left && !CORE_CHECKED);
}

/* The same in timing mode: as long as the instruction cache has them. */
static void run_blocks_timed(struct core *core, struct block *block)
{
	if (unlikely(core->hooks.block != NULL || core->debug != NULL)) {
		run_one_block(core, block);
		return;
	}
	do {
		core->block = block;
		core->cycles_left -= block->insns;
		block = block->ops[0].run(core, block->ops);
	} while (block != NULL && block->insns <= core->cycles_left &&
		 timed_block_hits(core, block) && !CORE_CHECKED);
}

/* The beginning of a block, built on the stack. */
struct part_block {
	_Alignas(struct block)
		uint8_t bytes[sizeof(struct block) + (2 * BLOCK_INSNS_MAX + 2) * sizeof(struct op)];
};

/*
 * Executes as much of `block` as the slice has room for: all of it does not fit. A branch is not
 * parted from its slot; it is stepped.
 */
static void run_part(struct core *core, struct block *block)
{
	static const struct op end = { .run = op_end_stop };
	struct part_block storage;
	struct block *part = (struct block *)storage.bytes;
	uint64_t insns = block->insns - (block->has_slot ? 2U : 0U);

	if (insns > (uint64_t)core->cycles_left) {
		insns = (uint64_t)core->cycles_left;
	}
	if (insns == 0 || (core->cache != NULL && !timed_line_hits(core, block))) {
		core_step(core);
		return;
	}
	memset(part, 0, sizeof(*part));
	part->insns = (uint16_t)insns;
	part->distance[0] = (int32_t)(insns * 4);
	memcpy(part->ops, block->ops, insns * sizeof(part->ops[0]));
	part->ops[insns] = end;
	if (CORE_CHECKED) {
		memcpy(&part->ops[insns + 1], &block->ops[block->insns + 1U],
		       insns * sizeof(part->ops[0]));
	}
	if (part->ops[0].run == op_point) {
		*exec_point_real(part) = *exec_point_real(block);
	}
	run_one_block(core, part);
	core->block = NULL;
}

/* Runs `block` or steps; in timing mode after its line has been fetched, which may take time. */
static void run_or_step(struct core *core, struct block *block)
{
	if (block == NULL) {
		core_step(core);
	} else if (block->insns > core->cycles_left) {
		run_part(core, block);
	} else if (core->cache == NULL) {
		run_blocks(core, block);
	} else if (timed_block_hits(core, block)) {
		run_blocks_timed(core, block);
	} else if (timed_fetch(core, block->line)) {
		if (timed_block_hits(core, block)) {
			run_blocks_timed(core, block);
		} else {
			core_step(core); /* its slot's line is missing */
		}
	}
}

static bool must_step(const struct core *core)
{
	return core->step_engine || core->in_slot || core->retry ||
	       (core->debug != NULL && core->debug->watchpoint_count != 0);
}

/* The block at pc, found or built; links the exit that led here. NULL: look again, or step. */
static struct block *next_block(struct core *core, bool *must_be_stepped)
{
	struct block **link = core->link;
	struct block *block = mmu_find_block(core);

	*must_be_stepped = false;
	core->link = NULL;
	if (block == NULL) {
		if (unlikely(code_is_full(core->code))) {
			for (unsigned i = 0; i < core->peer_count; i++) {
				mmu_flush(core->peers[i]);
				core->peers[i]->link = NULL;
			}
			code_reclaim(core->code);
			link = NULL;
		}
		block = mmu_fetch_block(core, must_be_stepped);
	}
	if (link != NULL && block != NULL) {
		/* The slot of its own branch may have moved the page away from under a block. */
		if (!core->remapped) {
			*link = block;
		}
		core->remapped = false;
	}
	return block;
}

void core_run(struct core *core, uint64_t until)
{
	/* A breakpoint at the very first pc has been shown already. */
	bool skip_break = core->skip_break;

	core->skip_break = false;
	while (core_now(core) < until && !core->stop && !core->blocked) {
		begin_slice(core, until);
		if (CORE_CHECKED) {
			core_check(core);
		}
		if (unlikely(core->reset_pending != CORE_RESET_NONE) && !core->retry) {
			core_take_reset(core);
			continue;
		}
		if (core->waiting && !wakes_up(core)) {
			core_skip_to(core, core->slice_end);
			continue;
		}
		if (interrupt_is_due(core)) {
			exc_interrupt(core);
			continue;
		}
		if (unlikely(core->debug != NULL) && !skip_break && !core->retry &&
		    debug_breaks_at(core, core->pc)) {
			core->break_hit = true;
			core->stop = true;
			break;
		}
		skip_break = false;
		if (core->irq_ready || must_step(core)) {
			step_insn(core);
			continue;
		}
		bool must_be_stepped;
		struct block *block = next_block(core, &must_be_stepped);

		if (block != NULL || must_be_stepped) {
			run_or_step(core, block);
		}
	}
}
