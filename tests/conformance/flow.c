/* SPDX-License-Identifier: MIT */
/*
 * flow.c - free-running code: integer instructions, memory accesses, branches and traps whose
 * outcome the manual defines, so that registers and memory may flow through all of it.
 *
 * What the manual leaves undefined is never emitted: 32-bit operations on operands that are not
 * sign-extended, division by zero, HI and LO written within two instructions of a read, branches
 * in delay slots (R4000 UM 2.4, appendix A).
 */
#include "isa/cp0.h"
#include "tests/conformance/generate.h"

/* What a row asks of its operands and says about its result. */
enum needs {
	NEEDS_NOTHING = 0,
	NEEDS_RS = 1, /* rs must be sign-extended */
	NEEDS_RT = 2,
};

static unsigned row_needs(enum isa_id id)
{
	switch (id) {
	case ISA_add:
	case ISA_addu:
	case ISA_sub:
	case ISA_subu:
	case ISA_mult:
	case ISA_multu:
	case ISA_div:
	case ISA_divu:
		return NEEDS_RS | NEEDS_RT;
	case ISA_addi:
	case ISA_addiu:
		return NEEDS_RS;
	case ISA_srl:
	case ISA_sra:
	case ISA_srlv:
	case ISA_srav:
	case ISA_lwl: /* the part that is not loaded stays */
	case ISA_lwr:
		return NEEDS_RT;
	default:
		return NEEDS_NOTHING;
	}
}

static bool row_result_is_word(const struct gen *gen, enum isa_id id, const struct operands *o)
{
	bool rs = (gen->sign_extended >> o->rs & 1) != 0;
	bool rt = (gen->sign_extended >> o->rt & 1) != 0;

	if (id == ISA_lwu || (isa_descs[id].flags & ISA_F_X64) != 0) {
		return false;
	}
	switch (id) {
	case ISA_and:
	case ISA_or:
	case ISA_xor:
	case ISA_nor:
		return rs && rt;
	case ISA_ori:
	case ISA_xori:
		return rs;
	case ISA_mfhi:
	case ISA_mflo:
		return (gen->sign_extended & HILO_BIT) != 0;
	default:
		return true;
	}
}

static bool is_legal(const struct gen *gen, enum isa_id id)
{
	return (isa_descs[id].flags & ISA_F_X64) == 0 || gen_is_wide(gen);
}

/* A random row of one of two classes that is legal in this mode. */
static enum isa_id choose_row(struct gen *gen, enum isa_class a, enum isa_class b)
{
	for (;;) {
		enum isa_id id = choose_row_any(gen);
		unsigned class = isa_descs[id].class;

		if ((class == a || class == b) && is_legal(gen, id)) {
			return id;
		}
	}
}

/* Makes `reg` sign-extended: SLL by 0 is defined for every operand (R4000 UM, SLL). */
static void canonicalize(struct gen *gen, unsigned reg)
{
	if ((gen->sign_extended >> reg & 1) == 0) {
		emit_row(gen, ISA_sll, (struct operands){ .rt = reg, .rd = reg });
		set_sign_extended(gen, reg, true);
	}
}

/* A source register as the row needs it; reserved ones cannot be canonicalized. */
static unsigned choose_operand(struct gen *gen, bool needs_word)
{
	unsigned reg = choose_source(gen);

	if (!needs_word || (gen->sign_extended >> reg & 1) != 0) {
		return reg;
	}
	reg = choose_scratch(gen, 0);
	canonicalize(gen, reg);
	return reg;
}

static bool is_division(enum isa_id id)
{
	return id == ISA_div || id == ISA_divu || id == ISA_ddiv || id == ISA_ddivu;
}

static bool writes_hilo(enum isa_id id)
{
	return isa_descs[id].class == ISA_CLASS_MULDIV && id != ISA_mfhi && id != ISA_mflo;
}

/* Divisors: never 0, and never -1, whose quotient may not be representable. */
static uint64_t choose_divisor(struct gen *gen, bool wide)
{
	uint64_t value;

	do {
		value = wide ? random_value(&gen->random) : random_word(&gen->random);
	} while (value == 0 || value == UINT64_MAX);
	return value;
}

static void note_result(struct gen *gen, enum isa_id id, const struct operands *o, unsigned dest)
{
	bool word = row_result_is_word(gen, id, o);

	if (id == ISA_add || id == ISA_addi || id == ISA_sub) {
		/* After an overflow the register still holds what it held. */
		word = (gen->sign_extended >> dest & 1) != 0;
	}

	if (writes_hilo(id)) {
		/* MTHI writes one half only: unknown unless both were and are words. */
		bool moved = id == ISA_mthi || id == ISA_mtlo;
		bool is = moved ? (gen->sign_extended & HILO_BIT) != 0 &&
					  (gen->sign_extended >> o->rs & 1) != 0
				: (isa_descs[id].flags & ISA_F_X64) == 0;

		gen->sign_extended =
			is ? gen->sign_extended | HILO_BIT : gen->sign_extended & ~HILO_BIT;
	} else {
		set_sign_extended(gen, dest, word);
	}
}

/* Which operand field names the destination of an integer row or load. */
static unsigned destination_of(enum isa_id id, const struct operands *o)
{
	switch ((enum isa_operands)isa_descs[id].operands) {
	case ISA_OPD_RT_RS_SIMM:
	case ISA_OPD_RT_RS_UIMM:
	case ISA_OPD_RT_UIMM:
	case ISA_OPD_RT_MEM:
		return o->rt;
	default:
		return o->rd;
	}
}

static void emit_integer(struct gen *gen, enum isa_id id, struct operands o)
{
	emit_row(gen, id, o);
	note_result(gen, id, &o, destination_of(id, &o));
}

/* The same, and it may stand in a delay slot. */
static void emit_tested_integer(struct gen *gen, enum isa_id id, struct operands o)
{
	emit_tested(gen, id, o);
	note_result(gen, id, &o, destination_of(id, &o));
}

/* GXemul's overflow is wrong for some operands of these (differences.def). */
static bool is_delicate(enum isa_id id)
{
	return id == ISA_sub || id == ISA_dsub || id == ISA_daddi;
}

/* ADD, ADDI and the like: exceptions if the sum does not fit. */
static bool can_overflow(enum isa_id id)
{
	return id == ISA_add || id == ISA_addi || id == ISA_dadd || is_delicate(id);
}

/* Makes the operands of a delicate row such that the overflow is right everywhere. */
static void prepare_delicate(struct gen *gen, enum isa_id id, struct operands *o)
{
	unsigned reg = choose_scratch(gen, 1U << o->rs);

	if (id == ISA_daddi) {
		/* Half of any number never overflows. */
		emit_integer(gen, ISA_dsra, (struct operands){ .rt = o->rs, .rd = reg, .sa = 1 });
		o->rs = reg;
	} else {
		/* Odd: not the most negative number. */
		emit_integer(gen, ISA_ori, (struct operands){ .rs = o->rt, .rt = reg, .imm = 1 });
		o->rt = reg;
	}
}

/* One ALU, multiply or divide instruction, with what it needs in front of it. */
void flow_integer(struct gen *gen)
{
	enum isa_id id = choose_row(gen, ISA_CLASS_ALU, ISA_CLASS_MULDIV);
	unsigned needs = row_needs(id);
	struct operands o = {
		.sa = random_below(&gen->random, 32),
		.imm = (unsigned)random_value(&gen->random) & 0xffff,
	};

	o.rs = choose_operand(gen, (needs & NEEDS_RS) != 0);
	if (is_division(id)) {
		o.rt = choose_scratch(gen, 1U << o.rs);
		emit_constant(gen, o.rt, choose_divisor(gen, (needs & NEEDS_RT) == 0));
	} else if (id == ISA_addi || id == ISA_daddi) {
		o.rt = choose_scratch(gen, 0);
	} else if (isa_descs[id].operands == ISA_OPD_RT_RS_SIMM ||
		   isa_descs[id].operands == ISA_OPD_RT_RS_UIMM ||
		   isa_descs[id].operands == ISA_OPD_RT_UIMM) {
		o.rt = choose_destination(gen);
	} else {
		o.rt = choose_operand(gen, (needs & NEEDS_RT) != 0);
	}
	if (is_delicate(id)) {
		prepare_delicate(gen, id, &o);
	}
	o.rd = can_overflow(id) ? choose_scratch(gen, 0) : choose_destination(gen);
	if (writes_hilo(id) && gen->since_hilo_read < 2) {
		emit_nops(gen, 2 - gen->since_hilo_read);
	}
	emit_tested_integer(gen, id, o);
}

/*
 * Exactly one instruction, for a delay slot: no multiply or divide unit (its hazards cross the
 * branch), nothing that needs preparation. False if no attempt fits; then a nop is emitted.
 */
bool emit_simple(struct gen *gen)
{
	for (unsigned attempt = 0; attempt < 8; attempt++) {
		enum isa_id id = choose_row(gen, ISA_CLASS_ALU, ISA_CLASS_ALU);
		unsigned needs = row_needs(id);
		struct operands o = {
			.rs = choose_source(gen),
			.rt = choose_source(gen),
			.rd = choose_destination(gen),
			.sa = random_below(&gen->random, 32),
			.imm = (unsigned)random_value(&gen->random) & 0xffff,
		};

		if (isa_descs[id].operands != ISA_OPD_RD_RS_RT &&
		    isa_descs[id].operands != ISA_OPD_RD_RT_SA &&
		    isa_descs[id].operands != ISA_OPD_RD_RT_RS) {
			o.rt = choose_destination(gen);
		}
		if (is_delicate(id) || (can_overflow(id) && destination_of(id, &o) == 0) ||
		    ((needs & NEEDS_RS) != 0 && (gen->sign_extended >> o.rs & 1) == 0) ||
		    ((needs & NEEDS_RT) != 0 && (gen->sign_extended >> o.rt & 1) == 0)) {
			continue;
		}
		emit_integer(gen, id, o);
		return true;
	}
	emit_nops(gen, 1);
	return false;
}

static unsigned access_bytes(enum isa_id id)
{
	switch (id) {
	case ISA_lh:
	case ISA_lhu:
	case ISA_sh:
		return 2;
	case ISA_lw:
	case ISA_lwu:
	case ISA_ll:
	case ISA_sw:
	case ISA_sc:
	case ISA_lwc1:
	case ISA_swc1:
		return 4;
	case ISA_ld:
	case ISA_lld:
	case ISA_sd:
	case ISA_scd:
	case ISA_ldc1:
	case ISA_sdc1:
		return 8;
	default:
		return 1; /* bytes, and the unaligned ones */
	}
}

/* LL or LLD, something harmless, SC or SCD to the same place; it succeeds unless interrupted. */
static void flow_linked(struct gen *gen)
{
	bool wide = gen_is_wide(gen) && random_chance(&gen->random, 50);
	unsigned bytes = wide ? 8 : 4;
	unsigned base = random_below(&gen->random, 2);
	unsigned value = choose_scratch(gen, 0);
	unsigned imm = (random_below(&gen->random, 0x10000) - 0x8000) & ~(bytes - 1) & 0xffff;
	struct operands o = { .rs = gen->base[base], .rt = value, .imm = imm };

	emit_tested(gen, wide ? ISA_lld : ISA_ll, o);
	set_sign_extended(gen, value, !wide);
	if (random_chance(&gen->random, 30)) {
		/* ERET clears the link (R4000 UM, ERET): the store must fail. */
		emit_observe(gen, value);
	}
	if (random_chance(&gen->random, 50)) {
		(void)emit_simple(gen);
	}
	o.rt = choose_scratch(gen, 0);
	emit_tested(gen, wide ? ISA_scd : ISA_sc, o);
	set_sign_extended(gen, o.rt, true);
}

/* An address that no program maps (generate.c, choose_mapped(); steps_tlb.c). */
static void flow_fault(struct gen *gen, enum isa_id id)
{
	static const uint64_t addresses[] = { 0x00001000, 0x1ffffff0, 0x22aaa554,
					      0x3ffffff0, 0x20000018, 0x3d5555fc };
	struct operands o = { .rs = choose_scratch(gen, 0), .imm = random_below(&gen->random, 8) };

	emit_constant(gen, o.rs, addresses[random_below(&gen->random, 6)]);
	o.rt = choose_scratch(gen, 0);
	if ((row_needs(id) & NEEDS_RT) != 0) {
		canonicalize(gen, o.rt);
	}
	/* Nothing is loaded: the register keeps what is known about it. */
	emit_tested(gen, id, o);
}

void flow_memory(struct gen *gen)
{
	enum isa_id id = choose_row(gen, ISA_CLASS_LOAD, ISA_CLASS_STORE);
	unsigned bytes = access_bytes(id);
	unsigned base = random_below(&gen->random, 2);
	struct operands o = { .rs = gen->base[base] };

	if (id == ISA_ll || id == ISA_lld || id == ISA_sc || id == ISA_scd) {
		if (!gen->in_vm) {
			flow_linked(gen);
		}
		return;
	}
	if (random_chance(&gen->random, 3)) {
		flow_fault(gen, id);
		return;
	}
	o.imm = random_below(&gen->random, 0x10000);
	if (!random_chance(&gen->random, 5)) {
		o.imm &= ~(bytes - 1);
	}
	if (isa_descs[id].class == ISA_CLASS_STORE) {
		o.rt = choose_source(gen);
		emit_tested(gen, id, o);
		return;
	}
	o.rt = choose_destination(gen);
	if ((row_needs(id) & NEEDS_RT) != 0) {
		canonicalize(gen, o.rt);
	}
	if ((o.imm & (bytes - 1)) != 0) {
		emit_tested(gen, id, o); /* address error: the register keeps its value */
	} else {
		emit_tested_integer(gen, id, o);
	}
}
