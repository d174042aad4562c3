/* SPDX-License-Identifier: MIT */
/*
 * steps_fpu.c - one FPU instruction a step, with chosen operands, rounding mode, enables and FS.
 *
 * Operands go in and results come out through general registers, a word at a time if FR = 0. Each
 * step observes the result and FCR31 and then loads the destination and FCR31 again, so that an
 * Unimplemented exception that only the R4000 takes stays in its step. R4000 UM chapters 6 and 7.
 */
#include "isa/cp0.h"
#include "tests/conformance/fpu_values.h"
#include "tests/conformance/generate.h"

static bool is_wide_format(enum fpu_format format)
{
	return format == FPU_DOUBLE || format == FPU_LONG;
}

static bool has_pairs(const struct gen *gen)
{
	return (gen->status & STATUS_FR) == 0;
}

unsigned choose_fpr(struct gen *gen)
{
	return has_pairs(gen) ? random_below(&gen->random, 16) * 2 : random_below(&gen->random, 32);
}

/* Loads all 64 bits of an FPU register (a pair if FR = 0) through general register `reg`. */
void emit_fpr_constant(struct gen *gen, unsigned fpr, unsigned reg, uint64_t value)
{
	if (!has_pairs(gen)) {
		emit_constant(gen, reg, value);
		emit_tested(gen, ISA_dmtc1, (struct operands){ .rt = reg, .rd = fpr });
		return;
	}
	emit_constant(gen, reg, (uint64_t)(int64_t)(int32_t)(uint32_t)value);
	emit_tested(gen, ISA_mtc1, (struct operands){ .rt = reg, .rd = fpr });
	emit_constant(gen, reg, (uint64_t)(int64_t)(int32_t)(uint32_t)(value >> 32));
	emit_tested(gen, ISA_mtc1, (struct operands){ .rt = reg, .rd = fpr + 1 });
}

/* Observes the part of an FPU register that the format has. */
void emit_fpr_observe(struct gen *gen, unsigned fpr, unsigned reg, enum fpu_format format)
{
	if (is_wide_format(format) && !has_pairs(gen)) {
		emit_tested(gen, ISA_dmfc1, (struct operands){ .rt = reg, .rd = fpr });
		set_sign_extended(gen, reg, false);
		emit_nops(gen, 1);
		emit_observe(gen, reg);
		return;
	}
	emit_tested(gen, ISA_mfc1, (struct operands){ .rt = reg, .rd = fpr });
	set_sign_extended(gen, reg, true);
	emit_nops(gen, 1);
	emit_observe(gen, reg);
	if (is_wide_format(format)) {
		emit_tested(gen, ISA_mfc1, (struct operands){ .rt = reg, .rd = fpr + 1 });
		emit_nops(gen, 1);
		emit_observe(gen, reg);
	}
}

/* The same behind the load or store that the last step is about. */
void emit_fpr_accessed(struct gen *gen, unsigned fpr, unsigned reg)
{
	struct program *program = gen->program;
	const struct step *step = &program->steps[program->step_count - 1];
	enum isa_id id = step->row;
	bool fault = id == ISA_ldc1 && step->expected != EXPECT_NONE;
	unsigned at = 0;

	if (fault) {
		/* A step of its own, so that the exception is compared with GXemul too. */
		(void)step_begin(gen, id, 0);
		at = exclude_begin(gen, RULE_gxemul_ldc1_fault);
	}
	emit_fpr_observe(gen, fpr, reg, id == ISA_ldc1 || id == ISA_sdc1 ? FPU_DOUBLE : FPU_SINGLE);
	if (fault) {
		exclude_end(gen, at);
	}
}

void emit_fcr31(struct gen *gen, unsigned reg, uint32_t value)
{
	emit_constant(gen, reg, (uint64_t)(int64_t)(int32_t)value);
	emit_tested(gen, ISA_ctc1, (struct operands){ .rt = reg, .rd = FCR_CSR });
	emit_nops(gen, 3);
}

/* A computational row: class FPU, but for moves and words that no row describes. */
static enum isa_id choose_fpu_row(struct gen *gen)
{
	enum isa_id id;

	do {
		id = choose_row_next(&gen->fpu_row);
	} while (isa_descs[id].class != ISA_CLASS_FPU);
	return id;
}

static bool is_compare(enum isa_id id)
{
	return isa_descs[id].operands == ISA_OPD_FS_FT;
}

static bool is_move(enum isa_id id)
{
	return id == ISA_mov_s || id == ISA_mov_d;
}

static uint32_t choose_fcr31(struct gen *gen)
{
	uint32_t value = random_below(&gen->random, 4);

	if (random_chance(&gen->random, 40)) {
		value |= random_below(&gen->random, 32) << FCSR_ENABLES_SHIFT;
	}
	if (random_chance(&gen->random, 40)) {
		value |= FCSR_FS;
	}
	if (random_chance(&gen->random, 30)) {
		value |= random_below(&gen->random, 32) << FCSR_FLAGS_SHIFT;
	}
	if (random_chance(&gen->random, 30)) {
		value |= FCSR_C;
	}
	return value;
}

/* Everything the step has used is as if it had not been. */
static void emit_fpu_reset(struct gen *gen, unsigned fpr, unsigned reg)
{
	emit_fpr_constant(gen, fpr, reg, fpu_value(&gen->random, FPU_LONG));
	emit_fcr31(gen, reg, random_below(&gen->random, 4));
	emit_constant(gen, reg, random_word(&gen->random));
}

static void step_fpu_operation(struct gen *gen)
{
	enum isa_id id = choose_fpu_row(gen);
	enum fpu_format format = fpu_row_source(id);
	unsigned reg = choose_scratch(gen, 0);
	unsigned fs = choose_fpr(gen);
	unsigned ft = random_chance(&gen->random, 10) ? fs : choose_fpr(gen);
	unsigned fd = random_chance(&gen->random, 20) ? fs : choose_fpr(gen);
	struct step *step = step_begin(gen, id, TRAIT_BIT(FPU));
	bool two = isa_descs[id].operands != ISA_OPD_FD_FS;
	unsigned excluded;

	step->fs = fpu_value(&gen->random, format);
	step->ft = fs == ft ? step->fs : fpu_value(&gen->random, format);
	step->fcr31 = choose_fcr31(gen);
	if (is_compare(id) && random_chance(&gen->random, 40)) {
		/* Invalid Operation, more often than by chance. */
		step->fs = format == FPU_SINGLE ? 0x7fc00001 : 0x7ff8000000000001;
		step->ft = fs == ft ? step->fs : step->ft;
		step->fcr31 |= 0x10U << FCSR_ENABLES_SHIFT;
	}
	if (!is_compare(id) && !is_move(id) &&
	    (fpu_is_unimplemented(step->fs, format) ||
	     (two && fpu_is_unimplemented(step->ft, format)))) {
		step->unimplemented_operand = true;
		step->expected = EXC_FPE;
	}
	excluded = exclude_begin(gen, RULE_gxemul_fpu);
	step->fd = fd == fs ? step->fs : fd == ft ? step->ft : 0x3ff123456789abcd;
	if (fd != fs && fd != ft) {
		emit_fpr_constant(gen, fd, reg, step->fd);
	}
	emit_fpr_constant(gen, fs, reg, step->fs);
	if (ft != fs) {
		emit_fpr_constant(gen, ft, reg, step->ft);
	}
	emit_fcr31(gen, reg, step->fcr31);
	emit_subject(gen, step, id, (struct operands){ .rd = fs, .rt = ft, .sa = fd });
	emit_observe(gen, 0);
	emit_nops(gen, 1);
	emit_fpr_observe(gen, fd, reg, is_compare(id) ? format : fpu_row_result(id));
	emit_tested(gen, ISA_cfc1, (struct operands){ .rt = reg, .rd = FCR_CSR });
	emit_nops(gen, 1);
	emit_observe(gen, reg);
	exclude_end(gen, excluded);
	emit_fpr_constant(gen, fs, reg, random_next(&gen->random));
	emit_fpr_constant(gen, ft, reg, random_next(&gen->random));
	emit_fpu_reset(gen, fd, reg);
	step_end(gen);
}

/* Writing a Cause bit whose Enable is set, or E, traps (R4000 UM 6.3, FCR31). */
static void step_fpu_control(struct gen *gen)
{
	unsigned reg = choose_scratch(gen, 0);
	struct step *step = step_begin(gen, ISA_ctc1, TRAIT_BIT(FPU));
	uint32_t enables = random_below(&gen->random, 32);
	uint32_t causes = random_below(&gen->random, 64);
	unsigned excluded = exclude_begin(gen, RULE_gxemul_fpu);

	step->fcr31 = choose_fcr31(gen) & ~(uint32_t)FCSR_ENABLES;
	step->fcr31 |= enables << FCSR_ENABLES_SHIFT | causes << FCSR_CAUSE_SHIFT;
	step->expected = (causes & (enables | 0x20)) != 0 ? EXC_FPE : EXPECT_NONE;
	emit_fcr31(gen, reg, step->fcr31);
	emit_tested(gen, ISA_cfc1, (struct operands){ .rt = reg, .rd = FCR_CSR });
	emit_nops(gen, 1);
	emit_observe(gen, reg);
	exclude_end(gen, excluded);
	emit_fcr31(gen, reg, 0);
	emit_constant(gen, reg, random_word(&gen->random));
	step_end(gen);
}

/* Operations and formats of COP1 that no row describes: Unimplemented (R4000 UM 7.4). */
static void step_fpu_undefined(struct gen *gen)
{
	unsigned reg = choose_scratch(gen, 0);
	struct step *step = step_begin(gen, ISA_cop1_undefined, TRAIT_BIT(FPU));
	unsigned excluded = exclude_begin(gen, RULE_gxemul_fpu);
	uint32_t word;

	do {
		/* Even registers, so that FR = 0 is no reason of its own. */
		word = 0x44000000 | ((uint32_t)random_next(&gen->random) & 0x03def7bf);
		word |= (uint32_t)(16 + random_below(&gen->random, 16)) << 21;
	} while (isa_decode(word) != ISA_cop1_undefined);
	step->expected = EXC_FPE;
	step->unimplemented_operand = true;
	emit_fcr31(gen, reg, 0);
	emit_subject_word(gen, step, word);
	emit_observe(gen, 0);
	emit_tested(gen, ISA_cfc1, (struct operands){ .rt = reg, .rd = FCR_CSR });
	emit_nops(gen, 1);
	emit_observe(gen, reg);
	exclude_end(gen, excluded);
	emit_fpu_reset(gen, isa_fd(word), reg);
	step_end(gen);
}

/* Branches on the condition, taken and not. */
static void step_fpu_branch(struct gen *gen)
{
	static const enum isa_id rows[] = { ISA_bc1f, ISA_bc1t, ISA_bc1fl, ISA_bc1tl };
	enum isa_id id = rows[random_below(&gen->random, 4)];
	unsigned reg = choose_scratch(gen, 0);
	unsigned at;

	(void)step_begin(gen, id, 0);
	emit_fcr31(gen, reg, random_chance(&gen->random, 50) ? FCSR_C : 0);
	emit_constant(gen, reg, 1);
	emit_branch_place(gen, id);
	at = gen->program->code_count;
	emit_row(gen, id, (struct operands){ 0 });
	gen->uncertain++;
	emit_row(gen, ISA_addiu, (struct operands){ .rs = reg, .rt = reg, .imm = 2 });
	emit_row(gen, ISA_addiu, (struct operands){ .rs = reg, .rt = reg, .imm = 4 });
	gen->uncertain--;
	emit_patch_branch(gen, at, gen->program->code_count);
	emit_observe(gen, reg);
	emit_fcr31(gen, reg, 0);
	step_end(gen);
}

/* Loads and stores: what they move, address errors, TLB misses. */
static void step_fpu_memory(struct gen *gen)
{
	static const enum isa_id rows[] = { ISA_lwc1, ISA_ldc1, ISA_swc1, ISA_sdc1 };
	enum isa_id id = rows[random_below(&gen->random, 4)];
	bool store = isa_descs[id].class == ISA_CLASS_FPSTORE;
	bool wide = id == ISA_ldc1 || id == ISA_sdc1;
	unsigned reg = choose_scratch(gen, 0);
	unsigned fpr = choose_fpr(gen);
	struct operands o = { .rs = gen->base[random_below(&gen->random, 2)], .rt = fpr };
	struct step *step = step_begin(gen, id, 0);

	step->expected = EXPECT_NONE;
	o.imm = random_below(&gen->random, 0x2000) * 8;
	emit_fpr_constant(gen, fpr, reg, random_next(&gen->random));
	switch (random_below(&gen->random, 3)) {
	case 0:
		o.imm += 1 + random_below(&gen->random, wide ? 7 : 3);
		step->expected = store ? EXC_ADES : EXC_ADEL;
		break;
	case 1:
		emit_constant(gen, reg, 0x20000000 + 0x10000 * random_below(&gen->random, 0x1000));
		o.rs = reg;
		o.imm &= 0x7fff;
		step->expected = store ? EXC_TLBS : EXC_TLBL;
		break;
	default:
		break;
	}
	emit_tested(gen, id, o);
	emit_nops(gen, 1);
	emit_fpr_accessed(gen, fpr, reg);
	emit_fpr_constant(gen, fpr, reg, random_next(&gen->random));
	emit_constant(gen, reg, random_word(&gen->random));
	step_end(gen);
}

/* FPU registers need 64-bit moves if FR = 1. */
bool fpu_is_accessible(const struct gen *gen)
{
	return has_pairs(gen) || gen_is_wide(gen);
}

void step_fpu(struct gen *gen)
{
	unsigned point = random_below(&gen->random, 100);

	if (!fpu_is_accessible(gen)) {
		return;
	}
	if (point < 70) {
		step_fpu_operation(gen);
	} else if (point < 74) {
		step_fpu_control(gen);
	} else if (point < 78) {
		step_fpu_undefined(gen);
	} else if (point < 90) {
		step_fpu_unusable(gen);
	} else if (point < 96) {
		step_fpu_memory(gen);
	} else {
		step_fpu_branch(gen);
	}
}
