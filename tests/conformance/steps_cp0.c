/* SPDX-License-Identifier: MIT */
/*
 * steps_cp0.c - steps about CP0 registers, ERET and CACHE, in kernel mode.
 *
 * Only documented bits are looked at: what is read back is masked in the program before it is
 * observed. Between dependent CP0 instructions stand more nops than the R4000 wants (R4000 UM
 * appendix F).
 */
#include "isa/cp0.h"
#include "tests/conformance/generate.h"

/* Registers that can be written and read, and the bits that must come back. */
struct cp0_register {
	unsigned number;
	bool wide; /* 64 bits: DMTC0 and DMFC0 are defined too */
	uint64_t mask;
};

static const struct cp0_register cp0_registers[] = {
	{ CP0_ENTRYLO0, false, ENTRYLO_PFN | ENTRYLO_C | ENTRYLO_D | ENTRYLO_V | ENTRYLO_G },
	{ CP0_ENTRYLO1, false, ENTRYLO_PFN | ENTRYLO_C | ENTRYLO_D | ENTRYLO_V | ENTRYLO_G },
	{ CP0_CONTEXT, true, CONTEXT_PTEBASE },
	{ CP0_XCONTEXT, true, XCONTEXT_PTEBASE },
	{ CP0_ENTRYHI, true, ENTRYHI_R | ENTRYHI_VPN2 | ENTRYHI_ASID },
	{ CP0_EPC, true, UINT64_MAX },
	{ CP0_ERROREPC, true, UINT64_MAX },
	{ CP0_COMPARE, false, 0xffffffff },
	{ CP0_CAUSE, false, CAUSE_IP_SOFTWARE },
	{ CP0_LLADDR, false, 0xffffffff },
};

/* Eight nops cover every row of the hazard table. */
#define HAZARD 8

void emit_cp0_write(struct gen *gen, unsigned number, unsigned reg, uint64_t value, bool wide)
{
	emit_constant(gen, reg, value);
	emit_tested(gen, wide ? ISA_dmtc0 : ISA_mtc0, (struct operands){ .rt = reg, .rd = number });
	emit_nops(gen, HAZARD);
}

void emit_cp0_read(struct gen *gen, unsigned number, unsigned reg, bool wide)
{
	emit_tested(gen, wide ? ISA_dmfc0 : ISA_mfc0, (struct operands){ .rt = reg, .rd = number });
	emit_nops(gen, 2);
	set_sign_extended(gen, reg, !wide);
}

/* Observes the bits of register `value` under a mask; `scratch` is overwritten too. */
void emit_observe_masked(struct gen *gen, unsigned value, unsigned scratch, uint64_t mask)
{
	emit_constant(gen, scratch, mask);
	emit_row(gen, ISA_and, (struct operands){ .rs = value, .rt = scratch, .rd = value });
	set_sign_extended(gen, value, false);
	emit_observe(gen, value);
}

/* Registers whose value matters to the rest of the program. */
static void emit_cp0_restore(struct gen *gen, unsigned number, unsigned reg)
{
	switch (number) {
	case CP0_ENTRYHI:
		emit_cp0_write(gen, number, reg, gen->program->entryhi, true);
		break;
	case CP0_COMPARE:
		emit_cp0_write(gen, number, reg, UINT64_MAX, false);
		break;
	case CP0_CAUSE:
		emit_cp0_write(gen, number, reg, 0, false);
		break;
	case CP0_WIRED:
		emit_cp0_write(gen, number, reg, gen->program->wired, false);
		break;
	default:
		break;
	}
}

static void step_cp0_register(struct gen *gen)
{
	const struct cp0_register *r = &cp0_registers[random_below(
		&gen->random, sizeof(cp0_registers) / sizeof(cp0_registers[0]))];
	bool write_wide = r->wide && random_chance(&gen->random, 50);
	bool read_wide = r->wide && random_chance(&gen->random, 50);
	unsigned reg = choose_scratch(gen, 0);
	unsigned back = choose_scratch(gen, 1U << reg);

	if (gen->narrow_registers && gen_mode(gen) == MODE_KERNEL32) {
		write_wide = false;
	}
	(void)step_begin(gen, write_wide ? ISA_dmtc0 : ISA_mtc0, 0);
	/* MTC0 takes sign-extended words only, so that both readings of the manual agree. */
	emit_cp0_write(gen, r->number, reg,
		       write_wide ? random_value(&gen->random) : random_word(&gen->random),
		       write_wide);
	emit_cp0_read(gen, r->number, back, read_wide);
	emit_observe_masked(gen, back, reg,
			    read_wide ? r->mask : (uint64_t)(int64_t)(int32_t)(uint32_t)r->mask);
	emit_cp0_restore(gen, r->number, reg);
	emit_constant(gen, reg, random_word(&gen->random));
	emit_constant(gen, back, random_word(&gen->random));
	step_end(gen);
}

/* Index and Wired take TLB indices, PageMask one of seven masks. */
static void step_cp0_index(struct gen *gen)
{
	static const unsigned numbers[] = { CP0_INDEX, CP0_WIRED, CP0_PAGEMASK };
	unsigned number = numbers[random_below(&gen->random, 3)];
	unsigned reg = choose_scratch(gen, 0);
	unsigned back = choose_scratch(gen, 1U << reg);
	uint64_t value = number == CP0_PAGEMASK ? page_mask(random_below(&gen->random, 7))
						: random_below(&gen->random, TLB_ENTRIES);

	(void)step_begin(gen, ISA_mtc0, 0);
	emit_cp0_write(gen, number, reg, value, false);
	emit_cp0_read(gen, number, back, false);
	emit_observe_masked(gen, back, reg, number == CP0_PAGEMASK ? PAGEMASK_MASK : INDEX_INDEX);
	emit_cp0_restore(gen, number, reg);
	emit_constant(gen, reg, random_word(&gen->random));
	emit_constant(gen, back, random_word(&gen->random));
	step_end(gen);
}

/* Random lies between Wired and the last entry; its value is nobody's business. */
static void step_cp0_random(struct gen *gen)
{
	unsigned reg = choose_scratch(gen, 0);
	unsigned back = choose_scratch(gen, 1U << reg);
	unsigned wired = random_below(&gen->random, TLB_ENTRIES);

	(void)step_begin(gen, ISA_mfc0, 0);
	emit_cp0_write(gen, CP0_WIRED, reg, wired, false);
	emit_cp0_read(gen, CP0_RANDOM, back, false);
	/* 0 <= Random - Wired < 48 - Wired */
	emit_row(gen, ISA_subu, (struct operands){ .rs = back, .rt = reg, .rd = back });
	emit_row(gen, ISA_sltiu,
		 (struct operands){ .rs = back, .rt = back, .imm = TLB_ENTRIES - wired });
	emit_observe(gen, back);
	emit_cp0_restore(gen, CP0_WIRED, reg);
	emit_constant(gen, reg, random_word(&gen->random));
	step_end(gen);
}

/* Count goes on from what is written; how fast is not compared. */
static void step_cp0_count(struct gen *gen)
{
	unsigned reg = choose_scratch(gen, 0);
	unsigned back = choose_scratch(gen, 1U << reg);

	(void)step_begin(gen, ISA_mtc0, 0);
	emit_cp0_write(gen, CP0_COUNT, reg, random_below(&gen->random, 0x7fff) << 8, false);
	emit_cp0_read(gen, CP0_COUNT, back, false);
	emit_row(gen, ISA_subu, (struct operands){ .rs = back, .rt = reg, .rd = back });
	emit_row(gen, ISA_srl, (struct operands){ .rt = back, .rd = back, .sa = 26 });
	emit_observe(gen, back);
	emit_constant(gen, reg, random_word(&gen->random));
	emit_constant(gen, back, random_word(&gen->random));
	step_end(gen);
}

/* Status bits that can change without moving the program somewhere else. */
static void step_cp0_status(struct gen *gen)
{
	const uint64_t bits =
		STATUS_IM | STATUS_CU0 | STATUS_CU1 | STATUS_FR | STATUS_SX | STATUS_UX;
	uint64_t status = gen->status ^ (random_next(&gen->random) & bits);
	unsigned reg = choose_scratch(gen, 0);
	unsigned back = choose_scratch(gen, 1U << reg);

	(void)step_begin(gen, ISA_mtc0, 0);
	emit_cp0_write(gen, CP0_STATUS, reg, status, false);
	emit_cp0_read(gen, CP0_STATUS, back, false);
	emit_observe_masked(gen, back, reg,
			    bits | STATUS_KX | STATUS_KSU | STATUS_ERL | STATUS_EXL | STATUS_IE);
	emit_cp0_write(gen, CP0_STATUS, reg, gen->status, false);
	emit_constant(gen, reg, random_word(&gen->random));
	emit_constant(gen, back, random_word(&gen->random));
	step_end(gen);
}

/* What a TLB exception leaves in CP0, and that other exceptions do not touch BadVAddr. */
static void step_cp0_after_fault(struct gen *gen)
{
	static const struct cp0_register registers[] = {
		{ CP0_BADVADDR, true, UINT64_MAX },
		{ CP0_CONTEXT, true, CONTEXT_PTEBASE | CONTEXT_BADVPN2 },
		{ CP0_XCONTEXT, true, XCONTEXT_PTEBASE | XCONTEXT_R | XCONTEXT_BADVPN2 },
		{ CP0_ENTRYHI, true, UINT64_MAX },
	};
	const struct cp0_register *r = &registers[random_below(&gen->random, 4)];
	bool wide = random_chance(&gen->random, 50);
	unsigned reg = choose_scratch(gen, 0);
	unsigned mask = choose_scratch(gen, 1U << reg);
	unsigned at = 0;
	uint64_t address = 0x20000000 + random_below(&gen->random, 0x400) * UINT64_C(0x1004);
	bool store = random_chance(&gen->random, 50);
	struct step *step = step_begin(gen, wide ? ISA_dmfc0 : ISA_mfc0, 0);

	step->expected = store ? EXC_TLBS : EXC_TLBL;
	emit_constant(gen, reg, address);
	emit_tested(gen, store ? ISA_sb : ISA_lb, (struct operands){ .rs = reg, .rt = reg });
	if (r->number == CP0_BADVADDR) {
		emit_observe(gen, reg);
	}
	/* A step of its own, so that the exception is compared with GXemul too. */
	(void)step_begin(gen, step->row, 0);
	if (r->number == CP0_CONTEXT || r->number == CP0_XCONTEXT) {
		at = exclude_begin(gen, RULE_gxemul_context_read);
	}
	emit_cp0_read(gen, r->number, reg, wide);
	emit_observe_masked(gen, reg, mask,
			    wide ? r->mask : (uint64_t)(int64_t)(int32_t)(uint32_t)r->mask);
	if (at != 0) {
		exclude_end(gen, at);
	}
	emit_constant(gen, mask, random_word(&gen->random));
	emit_cp0_restore(gen, CP0_ENTRYHI, reg);
	emit_constant(gen, reg, random_word(&gen->random));
	step_end(gen);
}

/* ERET by way of EPC or ErrorEPC; it has no delay slot and clears EXL or ERL. */
static void step_eret(struct gen *gen)
{
	bool error = random_chance(&gen->random, 30);
	unsigned reg = choose_scratch(gen, 0);
	unsigned at;

	(void)step_begin(gen, ISA_eret, 0);
	at = emit_code_address(gen, reg);
	emit_row(gen, ISA_dmtc0,
		 (struct operands){ .rt = reg, .rd = error ? CP0_ERROREPC : CP0_EPC });
	emit_cp0_write(gen, CP0_STATUS, reg, gen->status | (error ? STATUS_ERL : STATUS_EXL),
		       false);
	emit_row(gen, ISA_eret, (struct operands){ 0 });
	/* Skipped. */
	emit_row(gen, ISA_addiu, (struct operands){ .rt = reg, .imm = 1 });
	emit_row(gen, ISA_addiu, (struct operands){ .rt = reg, .imm = 2 });
	emit_patch_code_address(gen, at, reg, gen->program->code_count);
	emit_observe(gen, reg);
	emit_cp0_read(gen, CP0_STATUS, reg, false);
	emit_row(gen, ISA_andi,
		 (struct operands){ .rs = reg,
				    .rt = reg,
				    .imm = STATUS_KSU | STATUS_ERL | STATUS_EXL | STATUS_IE });
	emit_isolate(gen, reg);
	step_end(gen);
}

/*
 * An exception while EXL is set: EPC and BD stay as they were, even a refill goes to the general
 * vector (R4000 UM 5.2).
 */
static void step_nested(struct gen *gen)
{
	unsigned kind = random_below(&gen->random, 3);
	unsigned reg = choose_scratch(gen, 0);
	unsigned bad = choose_scratch(gen, 1U << reg);
	static const enum isa_id rows[] = { ISA_break, ISA_lw, ISA_sw };
	struct step *step = step_begin(gen, rows[kind], 0);
	unsigned at;

	/* Leaves BD = 0 everywhere: that of an earlier call may be wrong (qemu_never_taken_slot).
	 */
	emit_observe(gen, 0);
	step->expected = kind == 0 ? EXC_BP : kind == 1 ? EXC_TLBL : EXC_ADES;
	emit_constant(gen, bad, 0x20000004);
	at = emit_code_address(gen, reg);
	emit_row(gen, ISA_dmtc0, (struct operands){ .rt = reg, .rd = CP0_EPC });
	emit_cp0_write(gen, CP0_STATUS, reg, gen->status | STATUS_EXL, false);
	if (kind == 0) {
		emit_row(gen, ISA_break, (struct operands){ .imm = 3 });
	} else {
		emit_row(gen, kind == 1 ? ISA_lw : ISA_sw,
			 (struct operands){ .rs = bad, .rt = reg, .imm = kind == 1 ? 0 : 1 });
	}
	emit_nops(gen, 2);
	/* The handler goes on behind EPC, or two further if it believes in a stale BD. */
	emit_patch_code_address(gen, at, reg, gen->program->code_count);
	emit_nops(gen, 3);
	emit_cp0_write(gen, CP0_STATUS, reg, gen->status, false);
	emit_cp0_restore(gen, CP0_ENTRYHI, reg);
	emit_constant(gen, reg, random_word(&gen->random));
	step_end(gen);
}

/* Operations that keep memory as it is; all caches are coherent. */
static void step_cache(struct gen *gen)
{
	static const unsigned operations[] = {
		0x00, /* index invalidate, instructions */
		0x01, /* index write-back invalidate, data */
		0x10, /* hit invalidate, instructions */
		0x14, /* fill, instructions */
		0x15, /* hit write-back invalidate, data */
		0x19, /* hit write-back, data */
	};
	struct operands o = { .rs = gen->base[random_below(&gen->random, 2)] };

	(void)step_begin(gen, ISA_cache, 0);
	o.rt = operations[random_below(&gen->random, sizeof(operations) / sizeof(operations[0]))];
	o.imm = random_below(&gen->random, 0x10000) & ~7U;
	/* The page is in the TLB: a fault is not what this is about. */
	emit_row(gen, ISA_lb, (struct operands){ .rs = o.rs, .imm = o.imm });
	emit_tested(gen, ISA_cache, o);
	step_end(gen);
}

void step_cp0(struct gen *gen)
{
	unsigned point = random_below(&gen->random, 100);

	if (point < 40) {
		step_cp0_register(gen);
	} else if (point < 52) {
		step_cp0_index(gen);
	} else if (point < 57) {
		step_cp0_random(gen);
	} else if (point < 60) {
		step_cp0_count(gen);
	} else if (point < 70) {
		step_cp0_status(gen);
	} else if (point < 80) {
		step_cp0_after_fault(gen);
	} else if (point < 88) {
		step_eret(gen);
	} else if (point < 94) {
		step_nested(gen);
	} else {
		step_cache(gen);
	}
}
