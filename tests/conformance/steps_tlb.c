/* SPDX-License-Identifier: MIT */
/*
 * steps_tlb.c - TLB entries of every page size written, read, probed and used.
 *
 * Each index from 16 to 39 has 32 MB of addresses of its own, so that no two entries ever match the
 * same address; 40 to 47 are for TLBWR. The program's own mappings are below 16. All pages lie on
 * the program's data. R4000 UM chapter 4.
 */
#include "isa/cp0.h"
#include "tests/conformance/generate.h"

#define INDEX_FIRST  16
#define INDEX_RANDOM 40
#define PIECE_LOG2   25

/* Regions of the address space that kernel mode maps. */
static uint64_t choose_region(struct gen *gen, unsigned index)
{
	uint64_t piece = (uint64_t)(index - INDEX_FIRST) << PIECE_LOG2;
	uint64_t high = (uint64_t)random_below(&gen->random, 256) << 32;
	bool wide = gen_mode(gen) == MODE_KERNEL64;

	switch (random_below(&gen->random, 5)) {
	case 0:
		if (gen->in_vm) {
			/* What a virtual machine maps behind the program's own 128 MB. */
			return index < 19 ? 0xffffffffd8000000 + piece : 0x40000000 + piece;
		}
		/* kseg3 for 16 to 31 but for its last page (runtime addresses from $0), ksseg
		 * above. */
		return index < 32 ? 0xffffffffe0000000 + (piece & 0x1fffffff)
				  : 0xffffffffc0000000 + (piece & 0x1fffffff);
	case 1:
		if (wide && (gen->status & STATUS_UX) != 0) {
			return high | (0x40000000 + piece);
		}
		break;
	case 2:
		if (wide && (gen->status & STATUS_SX) != 0) {
			return 0x4000000000000000 | high | piece;
		}
		break;
	case 3:
		/* xkseg ends at 0xc00000ff7fffffff. */
		if (wide) {
			return 0xc000000000000000 | (high & 0x7f00000000) | piece;
		}
		break;
	default:
		break;
	}
	return 0x40000000 + piece;
}

static uint64_t choose_lo(struct gen *gen, unsigned size, bool global)
{
	uint64_t page_bytes = UINT64_C(4096) << 2 * size;
	uint64_t paddr = DATA_BASE;
	uint64_t lo = 3 + random_below(&gen->random, 4); /* non-coherent to update */

	if (random_chance(&gen->random, 20)) {
		lo = 2; /* uncached */
	}
	lo = lo << ENTRYLO_C_SHIFT | (global ? ENTRYLO_G : 0);
	if (page_bytes < DATA_BYTES) {
		paddr += page_bytes *
			 random_below(&gen->random, (unsigned)(DATA_BYTES / page_bytes));
	}
	if (random_chance(&gen->random, 85)) {
		lo |= ENTRYLO_V;
	}
	if (random_chance(&gen->random, 75)) {
		lo |= ENTRYLO_D;
	}
	return lo | (paddr >> 12) << ENTRYLO_PFN_SHIFT;
}

static void emit_entry(struct gen *gen, const struct tlb_entry *entry, unsigned reg)
{
	emit_cp0_write(gen, CP0_ENTRYHI, reg, entry->hi, true);
	emit_cp0_write(gen, CP0_PAGEMASK, reg, entry->mask, false);
	emit_cp0_write(gen, CP0_ENTRYLO0, reg, entry->lo[0], false);
	emit_cp0_write(gen, CP0_ENTRYLO1, reg, entry->lo[1], false);
}

static void emit_tlb(struct gen *gen, enum isa_id id)
{
	emit_tested(gen, id, (struct operands){ 0 });
	emit_nops(gen, 8);
}

static void choose_entry(struct gen *gen, unsigned index, struct tlb_entry *entry)
{
	unsigned size = random_below(&gen->random, 7);
	bool global = random_chance(&gen->random, 40);
	/* G counts only if both halves have it. */
	bool one_only = random_chance(&gen->random, 20);

	entry->exists = true;
	entry->size = size;
	entry->mask = page_mask(size);
	entry->hi = choose_region(gen, index) & (ENTRYHI_R | ENTRYHI_VPN2);
	entry->hi |= random_chance(&gen->random, 65) ? gen->program->entryhi & ENTRYHI_ASID
						     : random_below(&gen->random, 256);
	entry->lo[0] = choose_lo(gen, size, global || one_only);
	entry->lo[1] = choose_lo(gen, size, global);
}

static void emit_tlb_end(struct gen *gen, unsigned reg)
{
	emit_cp0_write(gen, CP0_ENTRYHI, reg, gen->program->entryhi, true);
	emit_constant(gen, reg, random_word(&gen->random));
	step_end(gen);
}

static unsigned choose_index(struct gen *gen)
{
	return INDEX_FIRST + random_below(&gen->random, INDEX_RANDOM - INDEX_FIRST);
}

static void step_tlb_write(struct gen *gen)
{
	unsigned index = choose_index(gen);
	struct tlb_entry *entry = &gen->entries[index];
	unsigned reg = choose_scratch(gen, 0);

	choose_entry(gen, index, entry);
	(void)step_begin(gen, ISA_tlbwi, 0);
	emit_cp0_write(gen, CP0_INDEX, reg, index, false);
	emit_entry(gen, entry, reg);
	emit_tlb(gen, ISA_tlbwi);
	emit_tlb_end(gen, reg);
}

/* An index that has an entry; false if there is none yet. */
static bool choose_existing(struct gen *gen, unsigned *index)
{
	for (unsigned attempt = 0; attempt < 40; attempt++) {
		*index = choose_index(gen);
		if (gen->entries[*index].exists) {
			return true;
		}
	}
	return false;
}

static bool entry_is_global(const struct tlb_entry *entry)
{
	return (entry->lo[0] & entry->lo[1] & ENTRYLO_G) != 0;
}

static void step_tlb_read(struct gen *gen)
{
	static const struct {
		unsigned number;
		bool wide;
	} parts[] = { { CP0_ENTRYHI, true },
		      { CP0_PAGEMASK, false },
		      { CP0_ENTRYLO0, false },
		      { CP0_ENTRYLO1, false } };
	unsigned reg = choose_scratch(gen, 0);
	unsigned index;

	if (!choose_existing(gen, &index)) {
		return;
	}
	(void)step_begin(gen, ISA_tlbr, 0);
	emit_cp0_write(gen, CP0_INDEX, reg, index, false);
	emit_tlb(gen, ISA_tlbr);
	for (unsigned i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		emit_cp0_read(gen, parts[i].number, reg, parts[i].wide);
		emit_observe(gen, reg);
	}
	emit_tlb_end(gen, reg);
}

/* Looks for an entry, with its ASID or another one. Without a match only P is defined. */
static void step_tlb_probe(struct gen *gen)
{
	unsigned reg = choose_scratch(gen, 0);
	const struct tlb_entry *entry;
	uint64_t hi;
	unsigned index;
	bool found;

	if (!choose_existing(gen, &index)) {
		return;
	}
	entry = &gen->entries[index];
	hi = entry->hi;
	/* Any page of the entry finds it. */
	hi |= random_next(&gen->random) & entry->mask;
	if (random_chance(&gen->random, 40)) {
		hi ^= 1 + random_below(&gen->random, 255);
	}
	found = entry_is_global(entry) || ((hi ^ entry->hi) & ENTRYHI_ASID) == 0;
	(void)step_begin(gen, ISA_tlbp, 0);
	emit_cp0_write(gen, CP0_ENTRYHI, reg, hi, true);
	emit_tlb(gen, ISA_tlbp);
	emit_cp0_read(gen, CP0_INDEX, reg, false);
	if (!found) {
		emit_row(gen, ISA_srl, (struct operands){ .rt = reg, .rd = reg, .sa = 31 });
	}
	emit_observe(gen, reg);
	emit_tlb_end(gen, reg);
}

/* TLBWR writes an entry from Wired on: probed, found there, and thrown out again. */
static void step_tlb_random(struct gen *gen)
{
	unsigned wired = INDEX_RANDOM + random_below(&gen->random, TLB_ENTRIES - INDEX_RANDOM);
	unsigned reg = choose_scratch(gen, 0);
	struct tlb_entry entry;

	choose_entry(gen, INDEX_RANDOM - 1, &entry);
	/* Beside the pieces of all indices. */
	entry.hi = 0x20000000 | (gen->program->entryhi & ENTRYHI_ASID);
	entry.mask = 0;
	entry.lo[0] &= ~(uint64_t)ENTRYLO_G;
	(void)step_begin(gen, ISA_tlbwr, 0);
	emit_cp0_write(gen, CP0_WIRED, reg, wired, false);
	emit_entry(gen, &entry, reg);
	emit_tlb(gen, ISA_tlbwr);
	emit_tlb(gen, ISA_tlbp);
	emit_cp0_read(gen, CP0_INDEX, reg, false);
	emit_row(gen, ISA_addiu,
		 (struct operands){ .rs = reg, .rt = reg, .imm = (0 - wired) & 0xffff });
	emit_row(gen, ISA_sltiu,
		 (struct operands){ .rs = reg, .rt = reg, .imm = TLB_ENTRIES - wired });
	if (gen->in_vm) {
		/* Its records have Index, and Random is nobody's business. */
		emit_cp0_write(gen, CP0_INDEX, choose_scratch(gen, 1U << reg), 0, false);
	}
	emit_observe(gen, reg);
	entry = (struct tlb_entry){ 0 };
	for (unsigned i = wired; i < TLB_ENTRIES; i++) {
		entry.hi = 0xffffffff80000000 + ((uint64_t)i << 13);
		emit_entry(gen, &entry, reg);
		emit_cp0_write(gen, CP0_INDEX, reg, i, false);
		emit_tlb(gen, ISA_tlbwi);
	}
	emit_cp0_write(gen, CP0_WIRED, reg, gen->program->wired, false);
	emit_tlb_end(gen, reg);
}

/* Any load or store; the unaligned ones take any address. */
static enum isa_id choose_access(struct gen *gen, unsigned *bytes, bool *store)
{
	static const struct {
		enum isa_id id;
		unsigned bytes;
	} rows[] = {
		{ ISA_lb, 1 },   { ISA_lbu, 1 },  { ISA_lh, 2 },  { ISA_lhu, 2 },  { ISA_lw, 4 },
		{ ISA_lwu, 4 },  { ISA_ld, 8 },   { ISA_lwl, 1 }, { ISA_lwr, 1 },  { ISA_ldl, 1 },
		{ ISA_ldr, 1 },  { ISA_ll, 4 },   { ISA_lld, 8 }, { ISA_lwc1, 4 }, { ISA_ldc1, 8 },
		{ ISA_sb, 1 },   { ISA_sh, 2 },   { ISA_sw, 4 },  { ISA_sd, 8 },   { ISA_swl, 1 },
		{ ISA_swr, 1 },  { ISA_sdl, 1 },  { ISA_sdr, 1 }, { ISA_sc, 4 },   { ISA_scd, 8 },
		{ ISA_swc1, 4 }, { ISA_sdc1, 8 },
	};
	unsigned i = random_below(&gen->random, sizeof(rows) / sizeof(rows[0]));

	*bytes = rows[i].bytes;
	*store = isa_descs[rows[i].id].class == ISA_CLASS_STORE ||
		 isa_descs[rows[i].id].class == ISA_CLASS_FPSTORE;
	return rows[i].id;
}

/* What the manual says about an access through `entry` (R4000 UM figure 4-18). */
static unsigned expected_access(const struct tlb_entry *entry, unsigned half, uint64_t asid,
				bool store)
{
	uint64_t lo = entry->lo[half];

	if (!entry_is_global(entry) && ((entry->hi ^ asid) & ENTRYHI_ASID) != 0) {
		return store ? EXC_TLBS : EXC_TLBL;
	}
	if ((lo & ENTRYLO_V) == 0) {
		return store ? EXC_TLBS : EXC_TLBL;
	}
	if (store && (lo & ENTRYLO_D) == 0) {
		return EXC_MOD;
	}
	return EXPECT_NONE;
}

/* The access of a step with what it wants around it; what it loads is observed. */
static void emit_access(struct gen *gen, struct step *step, unsigned address_reg,
			unsigned value_reg)
{
	enum isa_id id = step->row;
	bool fpu = (isa_descs[id].flags & ISA_F_CP1) != 0;
	unsigned fpr = choose_fpr(gen);
	unsigned at = 0;

	if (fpu) {
		emit_fpr_constant(gen, fpr, value_reg, random_next(&gen->random));
	}
	if ((id == ISA_sc || id == ISA_scd) && step->expected == EXC_TLBS) {
		step->traits |= TRAIT_BIT(UNLINKED);
		at = exclude_begin(gen, RULE_gxemul_store_unlinked);
	} else if ((id == ISA_sc || id == ISA_scd) && !gen->in_vm) {
		emit_row(gen, id == ISA_sc ? ISA_ll : ISA_lld,
			 (struct operands){ .rs = address_reg, .rt = value_reg });
	}
	emit_subject(gen, step, id,
		     (struct operands){ .rs = address_reg, .rt = fpu ? fpr : value_reg });
	if (at != 0) {
		exclude_end(gen, at);
	}
	if (fpu) {
		emit_fpr_accessed(gen, fpr, value_reg);
		emit_fpr_constant(gen, fpr, value_reg, random_next(&gen->random));
	}
	emit_isolate(gen, value_reg);
}

/* Reads or writes through an entry, sometimes as another address space. */
static void step_tlb_access(struct gen *gen)
{
	const struct tlb_entry *entry;
	unsigned address_reg = choose_scratch(gen, 0);
	unsigned value_reg = choose_scratch(gen, 1U << address_reg);
	uint64_t asid = gen->program->entryhi;
	unsigned half = random_below(&gen->random, 2);
	unsigned index;
	unsigned bytes;
	bool store;
	enum isa_id id = choose_access(gen, &bytes, &store);
	uint64_t page_bytes;
	uint64_t offset;
	struct step *step;

	if (!choose_existing(gen, &index)) {
		return;
	}
	entry = &gen->entries[index];
	page_bytes = UINT64_C(4096) << 2 * entry->size;
	/* Behind the data all is zero, and must stay so. */
	offset = random_next(&gen->random) &
		 ((page_bytes < DATA_BYTES || (!store && random_chance(&gen->random, 20))
			   ? page_bytes
			   : DATA_BYTES) -
		  1);
	if (random_chance(&gen->random, 20)) {
		asid = random_below(&gen->random, 256);
	}
	step = step_begin(gen, id, 0);
	step->address = (entry->hi & ~(uint64_t)ENTRYHI_ASID) & ~entry->mask;
	if (entry->hi >> 62 == 3) {
		/* EntryHi has no fill bits: the address is sign-extended from bit 39 in kseg2
		 * and 3. */
		step->address |= (step->address >> 39 & 1) != 0 ? 0x3fffff0000000000 : 0;
	}
	step->address += half * page_bytes + (offset & ~(uint64_t)(bytes - 1));
	step->expected = expected_access(entry, half, asid, store);
	step->asid = asid & ENTRYHI_ASID;
	step->refill = !entry_is_global(entry) && ((entry->hi ^ asid) & ENTRYHI_ASID) != 0;
	emit_constant(gen, address_reg, step->address);
	emit_constant(gen, value_reg, random_word(&gen->random));
	if (asid != gen->program->entryhi) {
		unsigned reg = choose_scratch(gen, 1U << address_reg | 1U << value_reg);

		emit_cp0_write(gen, CP0_ENTRYHI, reg, asid, true);
	}
	emit_access(gen, step, address_reg, value_reg);
	emit_tlb_end(gen, address_reg);
}

void step_tlb(struct gen *gen)
{
	unsigned point = random_below(&gen->random, 100);

	if (point < 25) {
		step_tlb_write(gen);
	} else if (point < 33) {
		step_tlb_read(gen);
	} else if (point < 45) {
		step_tlb_probe(gen);
	} else if (point < 50) {
		step_tlb_random(gen);
	} else {
		step_tlb_access(gen);
	}
}
