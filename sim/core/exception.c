/* SPDX-License-Identifier: MIT */
/*
 * exception.c - exceptions, interrupts, resets, and what follows from Status (R4000 UM chapter 5).
 */
#include "sim/core/exception.h"

#include "sim/core/cp0.h"
#include "sim/core/exec.h"
#include "sim/core/mmu.h"

/*
 * Makes the map of `mode` empty and ready for what Status asks for now; with ERL or RE none is to
 * be used. `wanted` is what core_update_mode() found in Status.
 */
static struct core_map *prepare_map(struct core *core, enum core_mode mode, uint32_t wanted)
{
	struct core_map *map = &core->maps[mode];
	uint8_t key = core->big_endian ? 0 : DECODE_LITTLE;

	/* Kernel mode may always use 64-bit operations (R4000 UM 4.2). */
	if (core_is_x64(core) || mode == CORE_KERNEL) {
		key |= DECODE_X64;
	}
	if (wanted & STATUS_FR) {
		key |= DECODE_FR;
	}
	if (core->cache != NULL) {
		key |= DECODE_TIMED;
	}
	/* ERL unmaps kuseg and RE swaps addresses: rare, so every access takes the slow path. */
	if (wanted & (STATUS_ERL | STATUS_RE)) {
		map = &core->map_off;
	} else {
		mmu_flush_map(map);
		map->filled_for = wanted;
	}
	map->decode_key = key;
	return map;
}

void core_update_mode(struct core *core)
{
	enum core_mode mode = core_get_mode(core);
	uint32_t wanted = core_map_bits(core->cp0.status, mode);
	struct core_map *map = &core->maps[mode];

	if (core->cache != NULL) {
		timed_account(core);
	}
	if (core->hooks.mode != NULL) {
		core->hooks.mode(core->hooks.account, core);
	}
	if (core->hooks.guard != NULL) {
		core->hooks.guard_mode(core->hooks.guard, core);
	}
	if (map->filled_for != wanted) {
		map = prepare_map(core, mode, wanted);
	}
	core->map = map;
}

void core_note_observers(struct core *core)
{
	core->is_observed = core->cache != NULL || core->show_exceptions != 0 ||
			    core->hooks.check_exception != NULL || core->hooks.exception != NULL ||
			    core->hooks.mode != NULL || core->hooks.guard != NULL;
}

void core_update_asid(struct core *core)
{
	core->map_tag = (core->cp0.entry_hi & ENTRYHI_ASID) << CORE_TAG_ASID_SHIFT;
}

void core_set_irq(struct core *core, unsigned line, bool level)
{
	uint32_t bit = 1U << (CAUSE_IP_SHIFT + line);

	core->external_ip = level ? core->external_ip | bit : core->external_ip & ~bit;
	core->cp0.cause = level ? core->cp0.cause | bit : core->cp0.cause & ~bit;
	core_update_irq(core);
}

/* Where the exception happened: EPC and BD, with time wound back to just after `op`. */
struct place {
	uint64_t epc;
	bool in_slot;
};

static inline struct place locate(struct core *core, const struct op *op)
{
	struct place place = { core->pc, core->in_slot };

	if (unlikely(op == NULL)) {
		/* Nothing was executed, but an endless loop of exceptions must take time. */
		core->cycles_left--;
		core->idle_cycles++;
	} else {
		uint64_t index = (uint64_t)(op - core->block->ops);

		core->cycles_left += (int64_t)(core->block->insns - index) - 1;
		place.epc += index * 4;
		if (core->block->has_slot && index + 1 == core->block->insns) {
			place.in_slot = true;
			place.epc -= 4;
		}
	}
	if (unlikely(core->in_slot)) {
		place.epc = core->slot_branch_pc;
	}
	return place;
}

/* Tells the tracer, and stops for a debugger that wants to see this exception. */
static void show_exception(struct core *core, unsigned code, uint64_t epc)
{
	if (core->hooks.exception != NULL) {
		core->hooks.exception(core->hooks.trace, core, code, epc, core->pc);
	}
	if (core->show_exceptions & (1U << code)) {
		core->exception_shown = true;
		core->stop = true;
		core_kick(core);
	}
}

/* The end of enter_vector() where there is more to do than usual. */
static __attribute__((noinline)) struct block *enter_slowly(struct core *core, unsigned code,
							    uint64_t epc)
{
	core_update_mode(core);
	show_exception(core, code, epc);
	return mmu_find_block(core);
}

/*
 * Exceptions have to be quick: system calls and TLB misses are nothing else. So this is one piece
 * of code in each that can occur, and what is rare is called at its very end.
 */
static inline struct block *enter_vector(struct core *core, unsigned code, struct place place,
					 uint64_t offset)
{
	struct core_cp0 *cp0 = &core->cp0;

	if (!(cp0->status & STATUS_EXL)) {
		cp0->epc = place.epc;
		cp0->cause = place.in_slot ? cp0->cause | CAUSE_BD : cp0->cause & ~CAUSE_BD;
	}
	cp0->cause = (cp0->cause & ~(uint32_t)CAUSE_EXCCODE) | (code << CAUSE_EXCCODE_SHIFT);
	cp0->status |= STATUS_EXL;
	core->in_slot = false;
	core->retry = false;
	core->link = NULL;
	core->pc = core_vector_base(core) + offset;
	core->exception_count[code]++;
	core->irq_ready = false; /* EXL is set */
	if (unlikely(!core_take_map(core, CORE_KERNEL))) {
		return enter_slowly(core, code, place.epc);
	}
	return mmu_find_block(core);
}

static inline struct block *raise_unchecked(struct core *core, const struct op *op, unsigned code,
					    unsigned unit)
{
	struct place place = locate(core, op);

	core->cp0.cause = (core->cp0.cause & ~(uint32_t)CAUSE_CE) | (unit << CAUSE_CE_SHIFT);
	return enter_vector(core, code, place, VECTOR_GENERAL);
}

/* Comes first: nothing of the exception is in the registers yet. */
static void tell_checker(struct core *core, const struct op *op, unsigned code)
{
	if (core->hooks.check_exception != NULL) {
		core->hooks.check_exception(core->hooks.checker, core, code, op != NULL);
	}
}

static __attribute__((noinline)) struct block *
raise_observed(struct core *core, const struct op *op, unsigned code, unsigned unit)
{
	tell_checker(core, op, code);
	return raise_unchecked(core, op, code, unit);
}

struct block *exc_raise(struct core *core, const struct op *op, unsigned code)
{
	if (unlikely(core->is_observed)) {
		return raise_observed(core, op, code, 0);
	}
	return raise_unchecked(core, op, code, 0);
}

struct block *exc_raise_unusable(struct core *core, const struct op *op, unsigned unit)
{
	if (unlikely(core->is_observed)) {
		return raise_observed(core, op, EXC_CPU, unit);
	}
	return raise_unchecked(core, op, EXC_CPU, unit);
}

struct block *exc_raise_address(struct core *core, const struct op *op, unsigned code,
				uint64_t vaddr)
{
	core->cp0.bad_vaddr = vaddr;
	return exc_raise(core, op, code);
}

/*
 * The refill vector follows the addressing width of the mode the reference was made in (R4400; the
 * R10000 takes the address's region), and is used only while EXL is clear.
 */
struct block *exc_raise_tlb(struct core *core, const struct op *op, unsigned code, uint64_t vaddr,
			    bool refill)
{
	struct core_cp0 *cp0 = &core->cp0;
	uint64_t offset = VECTOR_GENERAL;

	if (unlikely(core->is_observed)) {
		tell_checker(core, op, code);
	}
	struct place place = locate(core, op);

	core->tlb_refills += refill;
	if (refill && !(cp0->status & STATUS_EXL)) {
		offset = core_is_x64(core) ? VECTOR_XTLB_REFILL : VECTOR_TLB_REFILL;
	}
	cp0->bad_vaddr = vaddr;
	cp0->context = (cp0->context & CONTEXT_PTEBASE) |
		       (((vaddr >> 13) << CONTEXT_BADVPN2_SHIFT) & CONTEXT_BADVPN2);
	cp0->xcontext = (cp0->xcontext & XCONTEXT_PTEBASE) | ((vaddr >> 62) << XCONTEXT_R_SHIFT) |
			(((vaddr >> 13) << XCONTEXT_BADVPN2_SHIFT) & XCONTEXT_BADVPN2);
	cp0->entry_hi = (vaddr & (ENTRYHI_R | ENTRYHI_VPN2)) | (cp0->entry_hi & ENTRYHI_ASID);
	cp0->cause &= ~(uint32_t)CAUSE_CE;
	return enter_vector(core, code, place, offset);
}

void exc_interrupt(struct core *core)
{
	bool is_watch = core->cp0.watch_postponed;

	core->cp0.watch_postponed = false;
	exc_raise(core, NULL, is_watch ? EXC_WATCH : EXC_INT);
}

/* What the resets share (R4000 UM figures 5-15 and 5-16). A waiting core goes on. */
static void enter_reset_vector(struct core *core)
{
	core->reset_pending = CORE_RESET_NONE;
	core->waiting = false;
	core->cp0.status |= STATUS_ERL | STATUS_BEV;
	core->cp0.status &= ~(uint32_t)STATUS_TS;
	core->pc = VECTOR_RESET;
	core->in_slot = false;
	core->retry = false;
	core->link = NULL;
	core_update_mode(core);
	core_update_asid(core);
	core_update_irq(core);
	core_kick(core);
}

/* Registers outside CP0 keep their values: the manual has them undefined. */
void core_reset(struct core *core)
{
	cp0_reset(core);
	enter_reset_vector(core);
}

/* Reset* and NMI look the same to software; here both wait for an instruction boundary. */
static void enter_soft_reset(struct core *core)
{
	core->cp0.error_epc = core->in_slot ? core->slot_branch_pc : core->pc;
	core->cp0.status |= STATUS_SR;
	enter_reset_vector(core);
}

void core_take_reset(struct core *core)
{
	if (core->hooks.check_exception != NULL) {
		core->hooks.check_exception(core->hooks.checker, core, EXC_INT, false);
	}
	if (core->reset_pending == CORE_RESET_COLD) {
		core_reset(core);
	} else {
		enter_soft_reset(core);
	}
}

void core_request_reset(struct core *core, enum core_reset_kind kind)
{
	if (kind > core->reset_pending) {
		core->reset_pending = kind;
	}
	core_kick(core);
}
