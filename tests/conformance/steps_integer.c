/* SPDX-License-Identifier: MIT */
/*
 * steps_integer.c - steps about integer instructions in which a simulator is known to differ.
 */
#include "isa/cp0.h"
#include "tests/conformance/generate.h"

/* Traps with an immediate operand: GXemul's R4000 does not have them. */
static void step_trap_immediate(struct gen *gen)
{
	static const enum isa_id rows[] = { ISA_tgei,  ISA_tgeiu, ISA_tlti,
					    ISA_tltiu, ISA_teqi,  ISA_tnei };
	enum isa_id id = rows[random_below(&gen->random, 6)];
	struct operands o = { .rs = choose_source(gen),
			      .imm = (unsigned)random_value(&gen->random) & 0xffff };

	(void)step_begin(gen, id, TRAIT_BIT(TRAP_IMMEDIATE));
	if (random_chance(&gen->random, 40)) {
		/* Equal, so that every row traps in some program. */
		o.rs = choose_scratch(gen, 0);
		emit_row(gen, ISA_addiu, (struct operands){ .rt = o.rs, .imm = o.imm });
		set_sign_extended(gen, o.rs, true);
	}
	emit_tested(gen, id, o);
	step_end(gen);
}

static void step_subtract(struct gen *gen)
{
	bool wide = gen_is_wide(gen) && random_chance(&gen->random, 50);
	uint64_t value = wide ? random_value(&gen->random) : random_word(&gen->random);
	unsigned rs = choose_scratch(gen, 0);
	unsigned rt = choose_scratch(gen, 1U << rs);
	unsigned rd = choose_scratch(gen, 0);
	struct step *step = step_begin(gen, wide ? ISA_dsub : ISA_sub, TRAIT_BIT(SUBTRACT_MINIMUM));

	step->expected = (int64_t)value >= 0 ? EXC_OV : EXPECT_NONE;
	emit_constant(gen, rs, value);
	emit_constant(gen, rt, wide ? UINT64_C(1) << 63 : 0xffffffff80000000);
	emit_subject(gen, step, step->row, (struct operands){ .rs = rs, .rt = rt, .rd = rd });
	emit_isolate(gen, rd);
	step_end(gen);
}

static void step_daddi_overflow(struct gen *gen)
{
	uint64_t imm = 3 + random_below(&gen->random, 0x7ffc);
	bool negative = random_chance(&gen->random, 50);
	/* Up to two steps within the limit or behind it. */
	uint64_t over = random_below(&gen->random, 4) - (uint64_t)1;
	uint64_t rs =
		negative ? (UINT64_C(1) << 63) + imm - over : (UINT64_C(1) << 63) - 1 - imm + over;
	unsigned reg = choose_scratch(gen, 0);
	unsigned rt = choose_scratch(gen, 0);
	struct step *step = step_begin(gen, ISA_daddi, TRAIT_BIT(DADDI_OVERFLOW));

	step->expected = (int64_t)over > 0 ? EXC_OV : EXPECT_NONE;
	emit_constant(gen, reg, rs);
	emit_subject(gen, step, ISA_daddi,
		     (struct operands){ .rs = reg,
					.rt = rt,
					.imm = (unsigned)(negative ? -imm : imm) & 0xffff });
	emit_isolate(gen, rt);
	step_end(gen);
}

/* An overflow is an exception even if nobody wants the result. */
static void step_zero_overflow(struct gen *gen)
{
	static const enum isa_id rows[] = { ISA_add, ISA_addi, ISA_dadd, ISA_daddi };
	unsigned which = random_below(&gen->random, gen_is_wide(gen) ? 4 : 2);
	unsigned reg = choose_scratch(gen, 0);
	struct step *step = step_begin(gen, rows[which], TRAIT_BIT(ZERO_OVERFLOW));

	step->expected = EXC_OV;
	emit_constant(gen, reg, which < 2 ? 0x7fffffff : INT64_MAX);
	emit_subject(gen, step, rows[which],
		     isa_descs[rows[which]].operands == ISA_OPD_RD_RS_RT
			     ? (struct operands){ .rs = reg, .rt = reg }
			     : (struct operands){ .rs = reg, .imm = 0x7fff });
	step_end(gen);
}

/* 64-bit operations where they are reserved (R4000 UM 5.3, UX and SX). */
static enum isa_id choose_wide_row(struct gen *gen)
{
	for (;;) {
		enum isa_id id = choose_row_any(gen);
		const struct isa_desc *desc = &isa_descs[id];

		if ((desc->flags & ISA_F_X64) != 0 && (desc->flags & ISA_F_CP0) == 0) {
			return id;
		}
	}
}

static void emit_wide_row(struct gen *gen, struct step *step, enum isa_id id)
{
	struct operands o = { .rs = choose_scratch(gen, 0), .sa = random_below(&gen->random, 32) };
	unsigned offset = random_below(&gen->random, 0x2000) * 8 & 0xffff;
	unsigned fs = random_below(&gen->random, 16) * 2;

	switch (isa_descs[id].class) {
	case ISA_CLASS_LOAD:
	case ISA_CLASS_STORE:
		o.rs = gen->base[0];
		o.rt = choose_scratch(gen, 0);
		o.imm = offset;
		/* Both fill the TLB, if need be, and restore what a store has changed. */
		emit_row(gen, ISA_sw, (struct operands){ .rs = o.rs, .imm = offset });
		emit_subject(gen, step, id, o);
		emit_isolate(gen, o.rt);
		emit_row(gen, ISA_sw, (struct operands){ .rs = o.rs, .imm = offset });
		emit_row(gen, ISA_sw, (struct operands){ .rs = o.rs, .imm = offset + 4 });
		break;
	case ISA_CLASS_FPMOVE:
		o.rt = choose_scratch(gen, 0);
		o.rd = fs;
		emit_subject(gen, step, id, o);
		emit_isolate(gen, o.rt);
		emit_row(gen, ISA_ldc1,
			 (struct operands){ .rs = gen->base[0], .rt = fs, .imm = offset });
		break;
	case ISA_CLASS_MULDIV:
		o.rt = choose_scratch(gen, 1U << o.rs);
		emit_constant(gen, o.rt, 7);
		emit_nops(gen, 2);
		emit_subject(gen, step, id, o);
		emit_observe(gen, 0);
		emit_isolate_hilo(gen);
		break;
	default:
		o.rt = choose_scratch(gen, 0);
		o.rd = choose_scratch(gen, 0);
		emit_subject(gen, step, id, o);
		emit_observe(gen, o.rd);
		emit_isolate(gen, o.rt);
		emit_constant(gen, o.rd, random_word(&gen->random));
		break;
	}
}

static void step_wide_operation(struct gen *gen)
{
	enum isa_id id = choose_wide_row(gen);
	struct step *step = step_begin(gen, id, TRAIT_BIT(WIDE_OPERATION));

	step->expected = EXC_RI;
	emit_wide_row(gen, step, id);
	step_end(gen);
}

void step_integer(struct gen *gen)
{
	unsigned point = random_below(&gen->random, 12);

	if (point >= 10) {
		step_zero_overflow(gen);
	} else if (point < 6 && !gen_is_wide(gen)) {
		step_wide_operation(gen);
	} else if (point < 8) {
		step_trap_immediate(gen);
	} else if (point == 8 && gen_is_wide(gen)) {
		step_daddi_overflow(gen);
	} else {
		step_subtract(gen);
	}
}
