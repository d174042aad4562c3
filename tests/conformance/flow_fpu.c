/* SPDX-License-Identifier: MIT */
/*
 * flow_fpu.c - chains of FPU instructions whose results are exact, for all three simulators.
 *
 * The generator computes along with host doubles and emits only what yields a number other than 0
 * exactly: then neither rounding mode nor flags matter, which GXemul does not have. A chain loads a
 * few registers, works on them, branches on compares, observes what it has and loads the registers
 * again, because the upper half of a register after a 32-bit result is undefined with FR = 1
 * (R4000 UM 6.2).
 */
#include <math.h>
#include <string.h>

#include "isa/cp0.h"
#include "tests/conformance/generate.h"

#define REGISTERS 4
#define FORMATS   3 /* single, double, word */

/* A register of the chain and what it holds. */
struct holder {
	unsigned fpr;
	enum fpu_format format;
	double value;
};

struct chain {
	struct holder holders[REGISTERS];
	unsigned reg; /* general register for moves */
};

static uint64_t double_bits(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

static uint32_t single_bits(float value)
{
	uint32_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

static uint64_t holder_bits(const struct holder *holder)
{
	switch (holder->format) {
	case FPU_SINGLE:
		return single_bits((float)holder->value);
	case FPU_DOUBLE:
		return double_bits(holder->value);
	default:
		return (uint32_t)(int32_t)holder->value;
	}
}

/* A number that the format holds exactly, far from its limits; never 0, whose sign GXemul loses. */
static bool is_exact(double value, enum fpu_format format)
{
	double limit = format == FPU_SINGLE ? 0x1p24 : format == FPU_WORD ? 0x1p31 : 0x1p50;

	return value != 0 && fabs(value) < limit && value == trunc(value);
}

static void chain_load(struct gen *gen, struct chain *chain, struct holder *holder)
{
	holder->format = random_below(&gen->random, FORMATS);
	holder->value = 1 + random_below(&gen->random, 1000);
	if (random_chance(&gen->random, 40)) {
		holder->value = -holder->value;
	}
	emit_fpr_constant(gen, holder->fpr, chain->reg, holder_bits(holder));
}

/* The rows of a chain for each operand format, and what they compute. */
struct operation {
	enum isa_id rows[2]; /* single, double */
	char kind;
};

static const struct operation operations[] = {
	{ { ISA_add_s, ISA_add_d }, '+' },   { { ISA_sub_s, ISA_sub_d }, '-' },
	{ { ISA_mul_s, ISA_mul_d }, '*' },   { { ISA_div_s, ISA_div_d }, '/' },
	{ { ISA_sqrt_s, ISA_sqrt_d }, 'q' }, { { ISA_abs_s, ISA_abs_d }, 'a' },
	{ { ISA_neg_s, ISA_neg_d }, 'n' },   { { ISA_mov_s, ISA_mov_d }, 'm' },
};

static double compute(char kind, double a, double b)
{
	switch (kind) {
	case '+':
		return a + b;
	case '-':
		return a - b;
	case '*':
		return a * b;
	case '/':
		return a / b;
	case 'q':
		return sqrt(a);
	case 'a':
		return fabs(a);
	case 'n':
		return -a;
	default:
		return a;
	}
}

static struct holder *choose_holder(struct gen *gen, struct chain *chain)
{
	return &chain->holders[random_below(&gen->random, REGISTERS)];
}

static void chain_compute(struct gen *gen, struct chain *chain)
{
	const struct operation *operation =
		&operations[random_below(&gen->random, sizeof(operations) / sizeof(operations[0]))];
	struct holder *a = choose_holder(gen, chain);
	struct holder *b = choose_holder(gen, chain);
	struct holder *d = choose_holder(gen, chain);
	double value;

	if (a->format == FPU_WORD) {
		return;
	}
	b = b->format == a->format ? b : a;
	value = compute(operation->kind, a->value, b->value);
	if (!is_exact(value, a->format)) {
		return;
	}
	emit_tested(gen, operation->rows[a->format],
		    (struct operands){ .rd = a->fpr, .rt = b->fpr, .sa = d->fpr });
	d->format = a->format;
	d->value = value;
}

/* Conversions that keep the number. */
static void chain_convert(struct gen *gen, struct chain *chain)
{
	static const struct {
		enum isa_id id;
		enum fpu_format from;
		enum fpu_format to;
	} rows[] = {
		{ ISA_cvt_d_s, FPU_SINGLE, FPU_DOUBLE }, { ISA_cvt_s_d, FPU_DOUBLE, FPU_SINGLE },
		{ ISA_cvt_s_w, FPU_WORD, FPU_SINGLE },   { ISA_cvt_d_w, FPU_WORD, FPU_DOUBLE },
		{ ISA_cvt_w_s, FPU_SINGLE, FPU_WORD },   { ISA_cvt_w_d, FPU_DOUBLE, FPU_WORD },
		{ ISA_trunc_w_s, FPU_SINGLE, FPU_WORD }, { ISA_trunc_w_d, FPU_DOUBLE, FPU_WORD },
	};
	struct holder *a = choose_holder(gen, chain);
	struct holder *d = choose_holder(gen, chain);
	unsigned i = random_below(&gen->random, sizeof(rows) / sizeof(rows[0]));

	if (rows[i].from != a->format || !is_exact(a->value, rows[i].to)) {
		return;
	}
	emit_tested(gen, rows[i].id, (struct operands){ .rd = a->fpr, .sa = d->fpr });
	d->value = a->value;
	d->format = rows[i].to;
}

/* A compare that GXemul has, and a branch on it over one instruction. */
static void chain_compare(struct gen *gen, struct chain *chain)
{
	static const enum isa_id singles[] = { ISA_c_eq_s, ISA_c_ult_s, ISA_c_ule_s, ISA_c_lt_s,
					       ISA_c_le_s };
	static const enum isa_id doubles[] = { ISA_c_eq_d, ISA_c_ult_d, ISA_c_ule_d, ISA_c_lt_d,
					       ISA_c_le_d };
	static const enum isa_id branches[] = { ISA_bc1f, ISA_bc1t, ISA_bc1fl, ISA_bc1tl };
	struct holder *a = choose_holder(gen, chain);
	struct holder *b = choose_holder(gen, chain);
	unsigned i = random_below(&gen->random, 5);
	enum isa_id branch;
	unsigned at;

	if (a->format == FPU_WORD || b->format != a->format) {
		return;
	}
	emit_tested(gen, a->format == FPU_SINGLE ? singles[i] : doubles[i],
		    (struct operands){ .rd = a->fpr, .rt = b->fpr });
	/* A branch sees the condition one instruction later (R4000 UM B, BC1F). */
	emit_constant(gen, chain->reg, 1);
	branch = branches[random_below(&gen->random, 4)];
	emit_branch_place(gen, branch);
	at = gen->program->code_count;
	emit_row(gen, branch, (struct operands){ 0 });
	gen->uncertain++;
	emit_row(gen, ISA_addiu, (struct operands){ .rs = chain->reg, .rt = chain->reg, .imm = 2 });
	emit_row(gen, ISA_addiu, (struct operands){ .rs = chain->reg, .rt = chain->reg, .imm = 4 });
	gen->uncertain--;
	emit_patch_branch(gen, at, gen->program->code_count);
	emit_observe(gen, chain->reg);
}

/* To memory and back into another register. */
static void chain_memory(struct gen *gen, struct chain *chain)
{
	struct holder *a = choose_holder(gen, chain);
	struct holder *d = choose_holder(gen, chain);
	bool wide = a->format == FPU_DOUBLE;
	struct operands o = { .rs = gen->base[random_below(&gen->random, 2)] };

	o.imm = random_below(&gen->random, 0x2000) * 8;
	o.rt = a->fpr;
	emit_tested(gen, wide ? ISA_sdc1 : ISA_swc1, o);
	o.rt = d->fpr;
	emit_tested(gen, wide ? ISA_ldc1 : ISA_lwc1, o);
	d->value = a->value;
	d->format = a->format;
}

static void chain_element(struct gen *gen, struct chain *chain)
{
	switch (random_below(&gen->random, 10)) {
	case 0:
		chain_load(gen, chain, choose_holder(gen, chain));
		break;
	case 1:
	case 2:
		chain_convert(gen, chain);
		break;
	case 3:
		chain_compare(gen, chain);
		break;
	case 4:
		chain_memory(gen, chain);
		break;
	default:
		chain_compute(gen, chain);
		break;
	}
}

void flow_fpu(struct gen *gen)
{
	struct chain chain = { .reg = choose_scratch(gen, 0) };
	uint32_t used = 0;

	if (!fpu_is_accessible(gen)) {
		return;
	}
	for (unsigned i = 0; i < REGISTERS; i++) {
		do {
			chain.holders[i].fpr = choose_fpr(gen);
		} while ((used & 1U << chain.holders[i].fpr) != 0);
		used |= 1U << chain.holders[i].fpr;
		chain_load(gen, &chain, &chain.holders[i]);
	}
	for (unsigned i = 8 + random_below(&gen->random, 16); i > 0; i--) {
		chain_element(gen, &chain);
	}
	for (unsigned i = 0; i < REGISTERS; i++) {
		emit_fpr_observe(gen, chain.holders[i].fpr, chain.reg, chain.holders[i].format);
		emit_fpr_constant(gen, chain.holders[i].fpr, chain.reg, random_next(&gen->random));
	}
}
