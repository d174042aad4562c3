/* SPDX-License-Identifier: MIT */
/*
 * emit.c - writes instructions into a program and keeps the books about them.
 *
 * Words come from the rows of isa/mips3.def; every word written is decoded again, so that the row
 * counted is the row that a CPU sees.
 */
#include <stdio.h>
#include <stdlib.h>

#include "isa/cp0.h"
#include "tests/conformance/generate.h"

enum program_mode gen_mode(const struct gen *gen)
{
	switch (gen->status & STATUS_KSU) {
	case STATUS_KSU_USER:
		return (gen->status & STATUS_UX) != 0 ? MODE_USER64 : MODE_USER32;
	case STATUS_KSU_SUPERVISOR:
		return (gen->status & STATUS_SX) != 0 ? MODE_SUPERVISOR64 : MODE_SUPERVISOR32;
	default:
		return (gen->status & STATUS_KX) != 0 ? MODE_KERNEL64 : MODE_KERNEL32;
	}
}

bool gen_mode_is_kernel(const struct gen *gen)
{
	return (gen->status & STATUS_KSU) == STATUS_KSU_KERNEL;
}

/* 64-bit operations are legal in kernel mode whatever KX is (R4000 UM 5.3, Status). */
bool gen_is_wide(const struct gen *gen)
{
	enum program_mode mode = gen_mode(gen);

	return mode != MODE_USER32 && mode != MODE_SUPERVISOR32;
}

static void fail(const char *what)
{
	fprintf(stderr, "conformance: generator error: %s\n", what);
	abort();
}

uint32_t emit_encode(enum isa_id id, const struct operands *o)
{
	const struct isa_desc *desc = &isa_descs[id];
	uint32_t rs = (uint32_t)(o->rs & 31) << 21;
	uint32_t rt = (uint32_t)(o->rt & 31) << 16;
	uint32_t rd = (uint32_t)(o->rd & 31) << 11;
	uint32_t sa = (uint32_t)(o->sa & 31) << 6;
	uint32_t imm = o->imm & 0xffff;

	switch ((enum isa_operands)desc->operands) {
	case ISA_OPD_NONE:
		return desc->match;
	case ISA_OPD_RD_RS_RT:
	case ISA_OPD_RD_RT_RS:
		return desc->match | rs | rt | rd;
	case ISA_OPD_RD_RT_SA:
	case ISA_OPD_FD_FS_FT: /* fs in rd, ft in rt, fd in sa */
		return desc->match | rt | rd | sa;
	case ISA_OPD_RT_RS_SIMM:
	case ISA_OPD_RT_RS_UIMM:
	case ISA_OPD_RS_RT_OFF:
	case ISA_OPD_RT_MEM:
	case ISA_OPD_FT_MEM:
	case ISA_OPD_C2_MEM:
	case ISA_OPD_CACHE_MEM:
		return desc->match | rs | rt | imm;
	case ISA_OPD_RT_UIMM:
		return desc->match | rt | imm;
	case ISA_OPD_RS_RT:
		return desc->match | rs | rt;
	case ISA_OPD_RS_RT_CODE:
		return desc->match | rs | rt | (o->imm & 0x3ff) << 6;
	case ISA_OPD_RS_SIMM:
	case ISA_OPD_RS_OFF:
		return desc->match | rs | imm;
	case ISA_OPD_RD:
		return desc->match | rd;
	case ISA_OPD_RS:
		return desc->match | rs;
	case ISA_OPD_RD_RS:
		return desc->match | rs | rd;
	case ISA_OPD_TARGET:
		return desc->match | (o->imm & 0x03ffffff);
	case ISA_OPD_OFF:
		return desc->match | imm;
	case ISA_OPD_CODE20:
		return desc->match | (o->imm & 0xfffff) << 6;
	case ISA_OPD_RT_C0:
	case ISA_OPD_RT_FS:
	case ISA_OPD_RT_C1:
	case ISA_OPD_FS_FT:
		return desc->match | rt | rd;
	case ISA_OPD_FD_FS:
		return desc->match | rd | sa;
	case ISA_OPD_COFUN:
		return desc->match | (o->imm & 0x01ffffff) | 1U << 25;
	default:
		fail("unknown operands");
		return 0;
	}
}

bool emit_has_room(const struct gen *gen, unsigned words)
{
	return gen->program->code_count + words + 64 < PROGRAM_CODE_WORDS &&
	       gen->program->step_count + 8 < PROGRAM_STEPS;
}

/* Behind a branch stands its delay slot: whoever jumps elsewhere jumps behind the slot. */
static bool is_slot(const struct program *program)
{
	unsigned at = program->code_count;

	return at > 0 && (isa_descs[isa_decode(program->code[at - 1])].flags & ISA_F_DELAY) != 0;
}

static void count_executed(struct gen *gen, enum isa_id id)
{
	struct program *program = gen->program;
	bool in_slot = is_slot(program);

	program->executed[id][gen_mode(gen)]++;
	for (unsigned s = 0; s < SIMULATORS; s++) {
		if ((program->platforms & ~gen->skipped & PLATFORM_OF(s)) != 0) {
			program->ran[id][s]++;
			program->in_slot[id][s] += in_slot;
		}
	}
}

void emit_word(struct gen *gen, uint32_t word)
{
	struct program *program = gen->program;

	if (program->code_count == PROGRAM_CODE_WORDS) {
		fail("program too long");
	}
	if (gen->uncertain == 0) {
		count_executed(gen, isa_decode(word));
	}
	program->code[program->code_count++] = word;
	gen->since_hilo_read++;
}

void emit_row(struct gen *gen, enum isa_id id, struct operands operands)
{
	uint32_t word = emit_encode(id, &operands);

	if (isa_decode(word) != id) {
		fail(isa_descs[id].text);
	}
	emit_word(gen, word);
	if (id == ISA_mfhi || id == ISA_mflo) {
		gen->since_hilo_read = 0;
	}
}

void emit_branch_place(struct gen *gen, enum isa_id id)
{
	const unsigned flags = ISA_F_LIKELY | ISA_F_CP1;

	if ((isa_descs[id].flags & ISA_F_DELAY) != 0 && (isa_descs[id].flags & flags) != 0 &&
	    (emit_vaddr(gen, gen->program->code_count) & 0xfff) == 0xffc) {
		emit_nops(gen, 1);
	}
}

/*
 * A branch or jump to what follows its delay slot: taken or not, and whether the slot traps or not,
 * the program goes on there. Likely ones are always taken. Returns the word to patch.
 */
static unsigned emit_slot_branch(struct gen *gen)
{
	static const enum isa_id rows[] = { ISA_beq, ISA_bgez,  ISA_j,     ISA_beql,
					    ISA_bne, ISA_bgezl, ISA_blezl, ISA_bltz };
	enum isa_id id = rows[random_below(&gen->random, 8)];
	struct operands o = { 0 };

	/* QEMU takes the slot of BLTZ $0, or BNE of equal registers, for no slot (differences.def).
	 */
	if (id == ISA_bne || id == ISA_bltz) {
		o.rs = choose_scratch(gen, 0);
	}
	emit_branch_place(gen, id);
	emit_row(gen, id, o);
	return gen->program->code_count - 1;
}

void emit_tested_word(struct gen *gen, uint32_t word)
{
	enum isa_id id = isa_decode(word);
	bool slot = (isa_descs[id].flags & ISA_F_DELAY) == 0 && id != ISA_eret &&
		    random_chance(&gen->random, 25);
	unsigned at = slot ? emit_slot_branch(gen) : 0;

	emit_word(gen, word);
	if (id == ISA_mfhi || id == ISA_mflo) {
		gen->since_hilo_read = 0;
	}
	if (slot) {
		emit_patch_branch(gen, at, gen->program->code_count);
	}
}

void emit_tested(struct gen *gen, enum isa_id id, struct operands operands)
{
	uint32_t word = emit_encode(id, &operands);

	if (isa_decode(word) != id) {
		fail(isa_descs[id].text);
	}
	emit_tested_word(gen, word);
}

void emit_subject_word(struct gen *gen, struct step *step, uint32_t word)
{
	step->status = gen->status;
	emit_tested_word(gen, word);
	step->tested = gen->program->code_count - 1;
}

void emit_subject(struct gen *gen, struct step *step, enum isa_id id, struct operands operands)
{
	step->status = gen->status;
	emit_tested(gen, id, operands);
	step->tested = gen->program->code_count - 1;
}

void emit_nops(struct gen *gen, unsigned count)
{
	while (count-- > 0) {
		emit_row(gen, ISA_sll, (struct operands){ 0 });
	}
}

void set_sign_extended(struct gen *gen, unsigned reg, bool is)
{
	if (reg == 0 || is) {
		gen->sign_extended |= UINT64_C(1) << reg;
	} else {
		gen->sign_extended &= ~(UINT64_C(1) << reg);
	}
}

static bool is_word(uint64_t value)
{
	return value == (uint64_t)(int64_t)(int32_t)(uint32_t)value;
}

/* 16 bits of a constant. */
static unsigned half(uint64_t value, unsigned shift)
{
	return (unsigned)(value >> shift) & 0xffff;
}

/* Loads a constant: one to six instructions; a wide one only where 64-bit operations are legal. */
void emit_constant(struct gen *gen, unsigned reg, uint64_t value)
{
	if (value == (uint64_t)(int64_t)(int16_t)(uint16_t)value) {
		emit_row(gen, ISA_addiu, (struct operands){ .rt = reg, .imm = (unsigned)value });
	} else if (is_word(value)) {
		emit_row(gen, ISA_lui, (struct operands){ .rt = reg, .imm = half(value, 16) });
		emit_row(gen, ISA_ori,
			 (struct operands){ .rs = reg, .rt = reg, .imm = half(value, 0) });
	} else {
		emit_row(gen, ISA_lui, (struct operands){ .rt = reg, .imm = half(value, 48) });
		for (unsigned shift = 32;; shift -= 16) {
			emit_row(gen, ISA_ori,
				 (struct operands){
					 .rs = reg, .rt = reg, .imm = half(value, shift) });
			if (shift == 0) {
				break;
			}
			emit_row(gen, ISA_dsll,
				 (struct operands){ .rt = reg, .rd = reg, .sa = 16 });
		}
	}
	set_sign_extended(gen, reg, is_word(value));
}

uint64_t emit_vaddr(const struct gen *gen, unsigned word)
{
	return gen->program->code_vaddr + 4 * (uint64_t)word;
}

/* Room for the address of code that is not written yet; emit_patch_code_address() fills it. */
unsigned emit_code_address(struct gen *gen, unsigned reg)
{
	unsigned at = gen->program->code_count;
	bool wide = !is_word(gen->program->code_vaddr);

	emit_row(gen, ISA_lui, (struct operands){ .rt = reg });
	emit_row(gen, ISA_ori, (struct operands){ .rs = reg, .rt = reg });
	if (wide) {
		for (unsigned i = 0; i < 2; i++) {
			emit_row(gen, ISA_dsll,
				 (struct operands){ .rt = reg, .rd = reg, .sa = 16 });
			emit_row(gen, ISA_ori, (struct operands){ .rs = reg, .rt = reg });
		}
	}
	set_sign_extended(gen, reg, !wide);
	return at;
}

void emit_patch_code_address(struct gen *gen, unsigned at, unsigned reg, unsigned target)
{
	uint64_t value = emit_vaddr(gen, target);
	uint32_t *code = gen->program->code;
	struct operands o = { .rs = reg, .rt = reg };

	if (is_word(value)) {
		o.imm = half(value, 16);
		code[at] = emit_encode(ISA_lui, &o);
		o.imm = half(value, 0);
		code[at + 1] = emit_encode(ISA_ori, &o);
		return;
	}
	o.imm = half(value, 48);
	code[at] = emit_encode(ISA_lui, &o);
	o.imm = half(value, 32);
	code[at + 1] = emit_encode(ISA_ori, &o);
	o.imm = half(value, 16);
	code[at + 3] = emit_encode(ISA_ori, &o);
	o.imm = half(value, 0);
	code[at + 5] = emit_encode(ISA_ori, &o);
}

/* The branch at word `at` goes to word `target`. */
void emit_patch_branch(struct gen *gen, unsigned at, unsigned target)
{
	uint32_t *word = &gen->program->code[at];

	if (isa_descs[isa_decode(*word)].operands == ISA_OPD_TARGET) {
		*word |= (uint32_t)(emit_vaddr(gen, target) >> 2) & 0x03ffffff;
	} else {
		*word |= (target - at - 1) & 0xffff;
	}
}

void emit_call(struct gen *gen, unsigned call, unsigned argument)
{
	emit_row(gen, ISA_syscall,
		 (struct operands){ .imm = CALL_MARK | call << CALL_SHIFT | argument });
}

void emit_observe(struct gen *gen, unsigned reg)
{
	emit_call(gen, CALL_OBSERVE, reg);
}

/* The description of a step; the code emitted from here on belongs to it. */
struct step *step_begin(struct gen *gen, enum isa_id row, uint64_t traits)
{
	struct program *program = gen->program;
	struct step *step = &program->steps[program->step_count];

	if (program->step_count == PROGRAM_STEPS) {
		fail("too many steps");
	}
	program->step_count++;
	*step = (struct step){
		.first = program->code_count,
		.row = row,
		.traits = traits,
		.status = gen->status,
		.expected = EXPECT_NOTHING,
		.asid = program->entryhi & ENTRYHI_ASID,
	};
	return step;
}

/* Free-running code follows. */
void step_end(struct gen *gen)
{
	step_begin(gen, ISA_reserved, 0);
}

/* Status becomes `status`: the mode may change, so code must be mapped for the new one. */
void emit_status(struct gen *gen, uint64_t status)
{
	struct program *program = gen->program;
	unsigned i = 0;

	while (i < program->status_count && program->statuses[i] != status) {
		i++;
	}
	if (i == PROGRAM_STATUSES) {
		fail("too many values of Status");
	}
	if (i == program->status_count) {
		program->statuses[program->status_count++] = status;
	}
	emit_call(gen, CALL_STATUS, i);
	gen->status = status;
}

/* Shows what an instruction may have written, then forgets it: a difference ends here. */
void emit_isolate(struct gen *gen, unsigned reg)
{
	emit_observe(gen, reg);
	emit_constant(gen, reg, random_word(&gen->random));
}

/* The same for HI and LO. */
void emit_isolate_hilo(struct gen *gen)
{
	unsigned reg = choose_scratch(gen, 0);

	emit_row(gen, ISA_mfhi, (struct operands){ .rd = reg });
	emit_observe(gen, reg);
	emit_row(gen, ISA_mflo, (struct operands){ .rd = reg });
	emit_isolate(gen, reg);
	emit_row(gen, ISA_mthi, (struct operands){ .rs = reg });
	emit_row(gen, ISA_mtlo, (struct operands){ .rs = reg });
	gen->sign_extended |= HILO_BIT;
}

unsigned exclude_begin(struct gen *gen, enum rule_id id)
{
	struct program *program = gen->program;

	program->steps[program->step_count - 1].excluded = id + 1;
	emit_call(gen, CALL_SKIP, PLATFORM_OF(rules[id].simulator) << CALL_SKIP_SHIFT);
	gen->exclusions++;
	gen->skipped |= PLATFORM_OF(rules[id].simulator);
	return program->code_count;
}

void exclude_end(struct gen *gen, unsigned at)
{
	unsigned count = gen->program->code_count - at;

	if (count > CALL_SKIP_MASK) {
		fail("too much to skip");
	}
	if (--gen->exclusions == 0) {
		gen->skipped = 0;
	}
	gen->program->code[at - 1] |= count << 6;
}

/* Any row; words that no row describes are made by steps of their own. */
enum isa_id choose_row_any(struct gen *gen)
{
	enum isa_id id;

	do {
		id = random_below(&gen->random, ISA_COUNT);
	} while (id == ISA_reserved || id == ISA_cop1_undefined);
	return id;
}

enum isa_id choose_row_next(unsigned *row)
{
	do {
		*row = (*row + 1) % ISA_COUNT;
	} while (*row == ISA_reserved || *row == ISA_cop1_undefined);
	return *row;
}

unsigned choose_source(struct gen *gen)
{
	return random_below(&gen->random, 32);
}

unsigned choose_scratch(struct gen *gen, uint32_t avoid)
{
	unsigned reg;

	do {
		reg = random_below(&gen->random, 32);
	} while (((FIXED_REGISTERS | gen->reserved | avoid) & 1U << reg) != 0);
	return reg;
}

/* Rarely $0: it must stay 0. */
unsigned choose_destination(struct gen *gen)
{
	if (random_chance(&gen->random, 2)) {
		return 0;
	}
	return choose_scratch(gen, 0);
}
