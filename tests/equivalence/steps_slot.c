/* SPDX-License-Identifier: MIT */
/*
 * steps_slot.c - privileged instructions in delay slots: each of them behind each branch, taken or
 * not, on one page and across the boundary of two, with the second level of the TLB cold or warm.
 *
 * A case ends with a record of all registers and of CP0: what the instruction did, whether it was
 * executed at all, and where the branch went.
 */
#include "isa/cp0.h"
#include "tests/equivalence/generate.h"

/* A conditional branch and operands with which it is taken, and is not. */
struct branch {
	enum isa_id id;
	int16_t taken[2];
	int16_t other[2];
};

static const struct branch branches[] = {
	{ ISA_beq, { 5, 5 }, { 5, 6 } },      { ISA_bne, { 5, 6 }, { 5, 5 } },
	{ ISA_blez, { 0, 0 }, { 1, 0 } },     { ISA_bgtz, { 1, 0 }, { 0, 0 } },
	{ ISA_bltz, { -1, 0 }, { 0, 0 } },    { ISA_bgez, { 0, 0 }, { -1, 0 } },
	{ ISA_bltzal, { -1, 0 }, { 0, 0 } },  { ISA_bgezal, { 0, 0 }, { -1, 0 } },
	{ ISA_beql, { 5, 5 }, { 5, 6 } },     { ISA_bnel, { 5, 6 }, { 5, 5 } },
	{ ISA_blezl, { -1, 0 }, { 1, 0 } },   { ISA_bgtzl, { 1, 0 }, { -1, 0 } },
	{ ISA_bltzl, { -1, 0 }, { 0, 0 } },   { ISA_bgezl, { 0, 0 }, { -1, 0 } },
	{ ISA_bltzall, { -1, 0 }, { 0, 0 } }, { ISA_bgezall, { 0, 0 }, { -1, 0 } },
	{ ISA_bc1t, { 0x80, 0 }, { 0, 0 } },  { ISA_bc1f, { 0, 0 }, { 0x80, 0 } },
	{ ISA_bc1tl, { 0x80, 0 }, { 0, 0 } }, { ISA_bc1fl, { 0, 0 }, { 0x80, 0 } },
	{ ISA_j, { 0, 0 }, { 0, 0 } },        { ISA_jal, { 0, 0 }, { 0, 0 } },
	{ ISA_jr, { 0, 0 }, { 0, 0 } },       { ISA_jalr, { 0, 0 }, { 0, 0 } },
};

#define BRANCHES    (sizeof(branches) / sizeof(branches[0]))
#define CONDITIONAL (BRANCHES - 4)

static const enum isa_id slots[] = {
	ISA_mfc0, ISA_dmfc0, ISA_mtc0,  ISA_dmtc0, ISA_tlbp,
	ISA_tlbr, ISA_tlbwi, ISA_tlbwr, ISA_cache,
};

#define SLOTS (sizeof(slots) / sizeof(slots[0]))
/* Of each pair: taken, boundary, cold. */
#define VARIANTS 8
_Static_assert(SLOT_CASES == BRANCHES * SLOTS * VARIANTS, "generate.h");

#define UNMATCHED 0xffffffff80000000
#define INDEX     46 /* nobody else's, like 47 */

/* CP0 registers that a case may write; EntryHi would take the program's pages away. */
static const uint8_t registers[] = { CP0_ENTRYLO0, CP0_ENTRYLO1, CP0_TAGLO,   CP0_EPC,
				     CP0_CONTEXT,  CP0_COMPARE,  CP0_ERROREPC };

static void emit_tlb_registers(struct gen *gen, unsigned reg, uint64_t hi, uint64_t lo)
{
	emit_cp0_write(gen, CP0_ENTRYHI, reg, hi, true);
	emit_cp0_write(gen, CP0_INDEX, reg, INDEX, false);
	emit_cp0_write(gen, CP0_ENTRYLO0, reg, lo, false);
	emit_cp0_write(gen, CP0_ENTRYLO1, reg, lo, false);
}

/*
 * Linux's way to flush the TLB, here an entry that never matches over such an entry: the monitor
 * forgets what its second level knows, and the guest's slots stay.
 */
static void emit_cold(struct gen *gen, unsigned reg)
{
	emit_tlb_registers(gen, reg, UNMATCHED + (INDEX << 13), 0);
	emit_row(gen, ISA_tlbwi, (struct operands){ 0 });
	emit_cp0_write(gen, CP0_ENTRYHI, reg, gen->program->entryhi, true);
}

/* Nops up to the last word of a page, and a branch over them; false if there is no room. */
static bool emit_to_boundary(struct gen *gen, unsigned words)
{
	unsigned here = (unsigned)(emit_vaddr(gen, gen->program->code_count) >> 2 & 1023);
	unsigned end = here + words + 8 < 1024 ? 1024 - words : 2048 - words;
	unsigned at = gen->program->code_count;

	if (!emit_has_room(gen, end - here + 64)) {
		return false;
	}
	emit_row(gen, ISA_beq, (struct operands){ 0 });
	gen->uncertain++;
	emit_nops(gen, end - here - 1);
	gen->uncertain--;
	emit_patch_branch(gen, at, gen->program->code_count);
	return true;
}

/* Registers of a case: those the branch tests, and what the slot moves. */
struct used {
	unsigned a;
	unsigned b;
	unsigned value;
	unsigned mark;
};

static uint32_t bits_of(const struct used *used)
{
	return 1U << used->a | 1U << used->b | 1U << used->value | 1U << 31;
}

static struct operands slot_operands(struct gen *gen, enum isa_id id, const struct used *used)
{
	struct operands o = { .rt = used->value };

	if (id == ISA_mfc0 || id == ISA_dmfc0) {
		static const uint8_t readable[] = { CP0_PRID, CP0_CONFIG, CP0_STATUS,  CP0_INDEX,
						    CP0_EPC,  CP0_WIRED,  CP0_ENTRYLO1 };

		o.rd = readable[random_below(&gen->random, sizeof(readable))];
	} else if (id == ISA_mtc0 || id == ISA_dmtc0) {
		o.rd = registers[random_below(&gen->random, sizeof(registers))];
	} else if (id == ISA_cache) {
		o = (struct operands){ .rs = gen->base[0], .rt = 0x19 };
	}
	return o;
}

/* What the case finds: a TLB entry to read, an entry to write, an address to probe. */
static void emit_prepare(struct gen *gen, enum isa_id id, const struct used *used)
{
	unsigned reg = used->value;

	if (id == ISA_tlbr || id == ISA_tlbp) {
		emit_tlb_registers(gen, reg, 0x20000000 | (gen->program->entryhi & ENTRYHI_ASID),
				   2 << ENTRYLO_C_SHIFT);
		emit_row(gen, ISA_tlbwi, (struct operands){ 0 });
		emit_cp0_write(gen, CP0_ENTRYLO0, reg, 0, false);
		emit_cp0_write(gen, CP0_INDEX, reg, id == ISA_tlbr ? INDEX : 3, false);
	} else if (id == ISA_tlbwi || id == ISA_tlbwr) {
		/* Random is 47 then. */
		emit_cp0_write(gen, CP0_WIRED, reg, TLB_ENTRIES - 1, false);
		emit_tlb_registers(gen, reg, 0x20000000 | (gen->program->entryhi & ENTRYHI_ASID),
				   3 << ENTRYLO_C_SHIFT);
	}
	emit_constant(gen, used->value, random_word(&gen->random));
}

/* After the record: nothing is left in the TLB. */
static void emit_clean(struct gen *gen, const struct used *used)
{
	for (unsigned i = INDEX; i < TLB_ENTRIES; i++) {
		emit_tlb_registers(gen, used->value, UNMATCHED + ((uint64_t)i << 13), 0);
		emit_cp0_write(gen, CP0_INDEX, used->value, i, false);
		emit_row(gen, ISA_tlbwi, (struct operands){ 0 });
	}
	emit_cp0_write(gen, CP0_ENTRYHI, used->value, gen->program->entryhi, true);
	emit_cp0_write(gen, CP0_WIRED, used->value, gen->program->wired, false);
	emit_cp0_write(gen, CP0_COMPARE, used->value, UINT64_MAX, false);
	emit_constant(gen, used->value, random_word(&gen->random));
}

/* Loads what the branch tests; returns where its target's address is to be patched in. */
static unsigned emit_condition(struct gen *gen, const struct branch *branch, bool taken,
			       const struct used *used)
{
	const int16_t *values = taken ? branch->taken : branch->other;

	if ((isa_descs[branch->id].flags & ISA_F_CP1) != 0) {
		emit_fcr31(gen, used->a, (uint32_t)values[0] << 16);
	} else if (branch->id == ISA_jr || branch->id == ISA_jalr) {
		return emit_code_address(gen, used->a);
	} else {
		emit_constant(gen, used->a, (uint64_t)values[0]);
		emit_constant(gen, used->b, (uint64_t)values[1]);
	}
	return 0;
}

/* Of what was read of a register on the shared page, the bits that mean something. */
static void emit_page_bits(struct gen *gen, unsigned number, const struct used *used)
{
	uint32_t bits = ENTRYLO_PFN | ENTRYLO_C | ENTRYLO_D | ENTRYLO_V | ENTRYLO_G;

	if (!gen->narrow_registers || (number != CP0_INDEX && number != CP0_ENTRYLO1)) {
		return;
	}
	emit_constant(gen, used->a, number == CP0_INDEX ? INDEX_INDEX : bits);
	emit_row(gen, ISA_and,
		 (struct operands){ .rs = used->value, .rt = used->a, .rd = used->value });
}

static void emit_case(struct gen *gen, const struct branch *branch, enum isa_id slot, bool taken,
		      bool boundary, bool cold, const struct used *used)
{
	bool by_register = branch->id == ISA_jr || branch->id == ISA_jalr;
	struct operands o = { .rs = used->a, .rt = used->b, .rd = 31 };
	struct operands in_slot;
	unsigned address;
	unsigned at;

	emit_prepare(gen, slot, used);
	if (cold && slot != ISA_tlbp && slot != ISA_tlbr && slot != ISA_tlbwi &&
	    slot != ISA_tlbwr) {
		emit_cold(gen, used->b);
	}
	emit_constant(gen, used->mark, 0);
	if (boundary && !emit_to_boundary(gen, 16)) {
		return;
	}
	address = emit_condition(gen, branch, taken, used);
	while (boundary && (emit_vaddr(gen, gen->program->code_count) & 0xfff) != 0xffc) {
		emit_nops(gen, 1);
	}
	at = gen->program->code_count;
	emit_row(gen, branch->id, o);
	in_slot = slot_operands(gen, slot, used);
	emit_row(gen, slot, in_slot);
	set_sign_extended(gen, used->value, false);
	emit_row(gen, ISA_addiu, (struct operands){ .rt = used->mark, .imm = 1 });
	if (by_register) {
		emit_patch_code_address(gen, address, used->a, gen->program->code_count);
	} else {
		emit_patch_branch(gen, at, gen->program->code_count);
	}
	if (slot == ISA_mfc0 || slot == ISA_dmfc0) {
		emit_page_bits(gen, in_slot.rd, used);
	}
	emit_observe(gen, used->mark);
}

bool step_slot_case(struct gen *gen, unsigned number)
{
	const struct branch *branch = &branches[number / (SLOTS * VARIANTS) % BRANCHES];
	enum isa_id slot = slots[number / VARIANTS % SLOTS];
	bool taken = (number & 1) != 0;
	struct used used;

	if (!taken && branch >= branches + CONDITIONAL) {
		return false;
	}
	if (!emit_has_room(gen, 300)) {
		return false;
	}
	used.a = choose_scratch(gen, 1U << 31);
	used.b = choose_scratch(gen, 1U << 31 | 1U << used.a);
	used.value = choose_scratch(gen, 1U << 31 | 1U << used.a | 1U << used.b);
	used.mark = choose_scratch(gen, bits_of(&used));
	(void)step_begin(gen, slot, 0);
	emit_case(gen, branch, slot, taken, (number & 2) != 0, (number & 4) != 0, &used);
	emit_clean(gen, &used);
	emit_fcr31(gen, used.a, 0);
	emit_constant(gen, used.a, 1);
	emit_constant(gen, used.b, 1);
	set_sign_extended(gen, 31, false);
	step_end(gen);
	return true;
}

void step_slot(struct gen *gen)
{
	(void)step_slot_case(gen, random_below(&gen->random, SLOT_CASES));
}
