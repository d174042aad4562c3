/* SPDX-License-Identifier: MIT */
/*
 * exec_cp0.c - CP0 moves, TLB instructions, ERET, CACHE (R4000 UM appendix A and chapters 4, 5,
 * 11).
 *
 * CP0 is usable in kernel mode always, elsewhere when Status.CU0 is set. Whatever may change mode,
 * mapping or interrupts ends its block (ISA_F_ENDS), so the next instruction sees it.
 */
#include <string.h>

#include "sim/core/cp0.h"
#include "sim/core/exception.h"
#include "sim/core/exec.h"
#include "sim/core/mmu.h"
#include "sim/core/tlb.h"

static bool cp0_is_usable(const struct core *core)
{
	uint32_t status = core->cp0.status;

	/* In most handlers the first half decides; EXL and ERL mean kernel mode. */
	return (status & (STATUS_CU0 | STATUS_EXL | STATUS_ERL)) ||
	       core_mode_of(status) == CORE_KERNEL;
}

#define CP0_CHECK()                                             \
	do {                                                    \
		if (unlikely(!cp0_is_usable(core))) {           \
			return exc_raise_unusable(core, op, 0); \
		}                                               \
	} while (0)

struct block *op_mfc0(struct core *core, const struct op *op)
{
	CP0_CHECK();
	core->gpr[op->d] = (uint64_t)(int64_t)(int32_t)cp0_read(core, op->a, exec_cycle(core, op));
	OP_NEXT();
}

struct block *op_dmfc0(struct core *core, const struct op *op)
{
	CP0_CHECK();
	core->gpr[op->d] = cp0_read(core, op->a, exec_cycle(core, op));
	OP_NEXT();
}

struct block *op_mtc0(struct core *core, const struct op *op)
{
	CP0_CHECK();
	cp0_write(core, op->a, core->gpr[op->t], exec_cycle(core, op));
	OP_NEXT();
}

struct block *op_dmtc0(struct core *core, const struct op *op)
{
	return op_mtc0(core, op);
}

/* Moves of registers that are plain fields: the decoder puts the field's offset into `imm`. */
struct block *op_mfc0_word(struct core *core, const struct op *op)
{
	CP0_CHECK();
	int32_t value;

	memcpy(&value, (const uint8_t *)&core->cp0 + op->imm, sizeof(value));
	core->gpr[op->d] = (uint64_t)(int64_t)value;
	OP_NEXT();
}

/* The low word of a 64-bit field; the host is little-endian. */
struct block *op_dmfc0_field(struct core *core, const struct op *op)
{
	CP0_CHECK();
	memcpy(&core->gpr[op->d], (const uint8_t *)&core->cp0 + op->imm, sizeof(uint64_t));
	OP_NEXT();
}

struct block *op_mtc0_field(struct core *core, const struct op *op)
{
	CP0_CHECK();
	memcpy((uint8_t *)&core->cp0 + op->imm, &core->gpr[op->t], sizeof(uint64_t));
	OP_NEXT();
}

static void flush_entry(struct core *core, const struct core_tlb_entry *entry)
{
	/* The pair: twice the page. */
	uint64_t bytes = 2 * tlb_page_bytes(entry);
	uint64_t vaddr = entry->vpn2 & ~(bytes - 1);

	/* Of region 3, the top 2 GB are the sign-extended compatibility segments. */
	if ((vaddr >> 62) == 3 && ((vaddr >> 31) & 0x1ff) == 0x1ff) {
		vaddr |= 0x3fffff0000000000ULL;
	}
	mmu_flush_range(core, vaddr, bytes);
}

static void write_entry(struct core *core, unsigned index)
{
	const struct core_cp0 *cp0 = &core->cp0;
	struct core_tlb_entry entry = {
		.vpn2 = cp0->entry_hi & (ENTRYHI_R | ENTRYHI_VPN2),
		.mask = cp0->page_mask,
		.lo = { (uint32_t)cp0->entry_lo[0] & ~1U, (uint32_t)cp0->entry_lo[1] & ~1U },
		.asid = (uint8_t)cp0->entry_hi,
		.global = (cp0->entry_lo[0] & cp0->entry_lo[1] & ENTRYLO_G) != 0,
	};

	if (index >= core->tlb.count) {
		/* Undefined in the manual: nothing is written. */
		core_warn(core, "TLB write beyond the TLB");
		return;
	}
	flush_entry(core, &core->tlb.entry[index]);
	tlb_write(&core->tlb, index, &entry);
	/* The soft TLB has no page of the new entry unless another entry has it, too. */
	if (unlikely(tlb_overlaps(&core->tlb, index))) {
		flush_entry(core, &core->tlb.entry[index]);
	}
	mmu_expect(core, &core->tlb.entry[index]);
	if (core->hooks.tlb_write != NULL) {
		core->hooks.tlb_write(core->hooks.trace, core, index);
	}
	if (core->hooks.guard != NULL) {
		core->hooks.guard_tlb_write(core->hooks.guard, core, index);
	}
}

struct block *op_tlbwi(struct core *core, const struct op *op)
{
	CP0_CHECK();
	write_entry(core, core->cp0.index & INDEX_INDEX);
	OP_NEXT();
}

struct block *op_tlbwr(struct core *core, const struct op *op)
{
	CP0_CHECK();
	write_entry(core, cp0_random(core, exec_cycle(core, op)));
	OP_NEXT();
}

struct block *op_tlbr(struct core *core, const struct op *op)
{
	CP0_CHECK();
	struct core_cp0 *cp0 = &core->cp0;
	unsigned index = cp0->index & INDEX_INDEX;

	if (index < core->tlb.count) {
		const struct core_tlb_entry *entry = &core->tlb.entry[index];

		cp0->page_mask = entry->mask;
		cp0->entry_hi = entry->vpn2 | entry->asid;
		cp0->entry_lo[0] = entry->lo[0] | (entry->global ? ENTRYLO_G : 0);
		cp0->entry_lo[1] = entry->lo[1] | (entry->global ? ENTRYLO_G : 0);
		core_update_asid(core);
	} else {
		core_warn(core, "TLB read beyond the TLB");
	}
	OP_NEXT();
}

struct block *op_tlbp(struct core *core, const struct op *op)
{
	CP0_CHECK();
	int found = tlb_lookup(&core->tlb, core->cp0.entry_hi, (uint8_t)core->cp0.entry_hi);

	if (found == TLB_SEVERAL_MATCH) {
		core->cp0.status |= STATUS_TS;
		mmu_flush(core);
	}
	/* After a miss the Index field is undefined; 0 is as good as any. */
	core->cp0.index = found >= 0 ? (uint32_t)found : INDEX_P;
	OP_NEXT();
}

static __attribute__((noinline)) struct block *enter_mode(struct core *core)
{
	core_update_mode(core);
	return mmu_find_block(core);
}

static __attribute__((noinline)) struct block *eret_in_slot(struct core *core, const struct op *op)
{
	core_warn(core, "ERET in a delay slot");
	core->in_slot = false;
	return op_eret(core, op);
}

/* ERET has no delay slot; in one it is undefined, and here simply returns. */
struct block *op_eret(struct core *core, const struct op *op)
{
	CP0_CHECK();
	struct core_cp0 *cp0 = &core->cp0;

	if (unlikely(core->in_slot)) {
		return eret_in_slot(core, op);
	}
	core->cycles_left += (int64_t)(core->block->insns - (op - core->block->ops)) - 1;
	if (unlikely(cp0->status & STATUS_ERL)) {
		core->pc = cp0->error_epc;
		cp0->status &= ~(uint32_t)STATUS_ERL;
	} else {
		core->pc = cp0->epc;
		cp0->status &= ~(uint32_t)STATUS_EXL;
	}
	core->llbit = false;
	core_update_irq(core);
	return likely(core_take_map(core, core_get_mode(core))) ? mmu_find_block(core)
								: enter_mode(core);
}

/*
 * CACHE: all caches are coherent, for instruction fetch too, and virtual coherency exceptions never
 * occur (docs/machine/cpu.md), so only what is visible otherwise is done: hit operations translate
 * their address with its exceptions; Index_Load_Tag reads an invalid line; the rest does nothing.
 */
struct block *op_cache(struct core *core, const struct op *op)
{
	CP0_CHECK();
	uint64_t vaddr = core->gpr[op->s] + (uint64_t)(int64_t)op->imm;
	unsigned operation = op->a >> 2;

	if (operation == 1) {
		core->cp0.tag_lo = 0;
		core->cp0.tag_hi = 0;
		core->cp0.ecc = 0;
	}
	if (!mmu_probe_cache(core, op, vaddr)) {
		return NULL;
	}
	core->cache_operations++;
	OP_NEXT();
}
