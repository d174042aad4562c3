/* SPDX-License-Identifier: MIT */
/*
 * steps_exception.c - steps about exceptions: reserved instructions, coprocessors that are not
 * usable, jumps to nowhere, interrupts, exceptions while EXL is set. R4000 UM chapter 5.
 */
#include "isa/cp0.h"
#include "tests/conformance/generate.h"

/* Opcodes, SPECIAL functions and REGIMM codes that no row of mips3.def has. */
static uint32_t choose_reserved(struct gen *gen, bool *gxemul_survives)
{
	static const uint8_t opcodes[] = { 0x1c, 0x1f, 0x13, 0x1d, 0x1e, 0x33, 0x3b };
	static const uint8_t functions[] = { 0x01, 0x05, 0x0a, 0x0b, 0x0e, 0x15,
					     0x28, 0x29, 0x35, 0x37, 0x39, 0x3d };
	static const uint8_t codes[] = { 0x04, 0x05, 0x06, 0x07, 0x0d, 0x0f, 0x14, 0x1f };
	uint32_t word = (uint32_t)random_next(&gen->random);
	unsigned i;

	switch (random_below(&gen->random, 4)) {
	case 0:
	case 1:
		i = random_below(&gen->random, sizeof(opcodes));
		*gxemul_survives = i < 2;
		if (opcodes[i] == 0x1f) {
			/* SPECIAL3: EXT; the DSP's functions are nops for QEMU if they write $0. */
			word &= ~0x3fU;
		}
		if (opcodes[i] == 0x1c) {
			word &= ~0xf800U; /* SPECIAL2: who has MUL writes $0 */
		}
		return (word & 0x03ffffff) | (uint32_t)opcodes[i] << 26;
	case 2:
		/* Registers are not named: who executes it anyway changes $0. */
		*gxemul_survives = false;
		i = random_below(&gen->random, sizeof(functions));
		return (word & 0x03ff0000) | functions[i];
	default:
		*gxemul_survives = false;
		i = random_below(&gen->random, sizeof(codes));
		return (word & 0x03e0ffff) | 1U << 26 | (uint32_t)codes[i] << 16;
	}
}

static void step_reserved(struct gen *gen)
{
	bool gxemul_survives;
	uint32_t word = choose_reserved(gen, &gxemul_survives);
	struct step *step = step_begin(gen, ISA_reserved, TRAIT_BIT(RESERVED));
	unsigned at = 0;

	step->expected = EXC_RI;
	if (!gxemul_survives) {
		at = exclude_begin(gen, RULE_gxemul_reserved);
	}
	emit_subject_word(gen, step, word);
	if (!gxemul_survives) {
		exclude_end(gen, at);
	}
	emit_observe(gen, 0);
	step_end(gen);
}

/* A row that needs coprocessor `flag` (ISA_F_CP1 or ISA_F_CP2) and is legal otherwise. */
static enum isa_id choose_coprocessor_row(struct gen *gen, unsigned flag)
{
	for (;;) {
		/* FPU rows in turn; the others are few and beside each other. */
		enum isa_id id = flag == ISA_F_CP1 ? choose_row_next(&gen->unusable_row)
						   : choose_row_any(gen);
		unsigned flags = isa_descs[id].flags;

		if ((flags & flag) != 0 && ((flags & ISA_F_X64) == 0 || gen_is_wide(gen))) {
			return id;
		}
	}
}

static void emit_random_row(struct gen *gen, struct step *step, enum isa_id id)
{
	struct operands o = {
		.rs = choose_source(gen),
		.rt = choose_scratch(gen, 0),
		.rd = random_below(&gen->random, 32),
		.sa = random_below(&gen->random, 32),
		.imm = random_below(&gen->random, 0x1000),
	};

	if (isa_descs[id].class == ISA_CLASS_BRANCH) {
		o.imm = 1; /* over the slot, should it be taken */
		emit_branch_place(gen, id);
	}
	if (isa_descs[id].operands == ISA_OPD_RT_C1) {
		o.rd = FCR_CSR;
	}
	emit_subject(gen, step, id, o);
	if (isa_descs[id].class == ISA_CLASS_BRANCH) {
		emit_nops(gen, 1);
	}
}

/* FPU instructions while CU1 = 0. */
void step_fpu_unusable(struct gen *gen)
{
	uint64_t status = gen->status;
	enum isa_id id = choose_coprocessor_row(gen, ISA_F_CP1);
	struct step *step = step_begin(gen, id, 0);

	emit_status(gen, status & ~(uint64_t)STATUS_CU1);
	step->expected = EXC_CPU;
	emit_random_row(gen, step, id);
	emit_status(gen, status);
	step_end(gen);
}

/* There is no coprocessor 2, and CU2 = 0. */
static void step_cop2_unusable(struct gen *gen)
{
	enum isa_id id = choose_coprocessor_row(gen, ISA_F_CP2);
	struct step *step = step_begin(gen, id, 0);
	unsigned at = id == ISA_cop2 ? 0 : exclude_begin(gen, RULE_gxemul_cop2_memory);

	step->expected = EXC_CPU;
	emit_random_row(gen, step, id);
	if (id != ISA_cop2) {
		exclude_end(gen, at);
	}
	emit_observe(gen, 0);
	step_end(gen);
}

/* CP0 instructions outside kernel mode while CU0 = 0. */
static void step_cp0_unusable(struct gen *gen)
{
	enum isa_id id = choose_coprocessor_row(gen, ISA_F_CP0);
	struct operands o = { .rt = choose_scratch(gen, 0), .rd = CP0_ENTRYLO0 };
	struct step *step = step_begin(gen, id, TRAIT_BIT(USER_CP0));
	bool harmless = id == ISA_mfc0 || id == ISA_dmfc0;
	unsigned at = harmless ? 0 : exclude_begin(gen, RULE_gxemul_user_cp0);

	step->expected = EXC_CPU;
	if (id == ISA_cache) {
		o.rs = gen->base[0];
		o.rt = 0x19; /* hit write-back invalidate, data */
	}
	emit_subject(gen, step, id, o);
	if (!harmless) {
		exclude_end(gen, at);
		emit_observe(gen, 0);
	} else {
		emit_isolate(gen, o.rt);
	}
	step_end(gen);
}

/* CP0 outside kernel mode with CU0 = 1: allowed. */
static void step_cp0_usable(struct gen *gen)
{
	uint64_t status = gen->status;
	unsigned reg = choose_scratch(gen, 0);
	unsigned back = choose_scratch(gen, 1U << reg);

	(void)step_begin(gen, ISA_mtc0, 0);
	emit_status(gen, status | STATUS_CU0);
	emit_constant(gen, reg, random_below(&gen->random, 0x7fff) << 2);
	emit_row(gen, ISA_mtc0, (struct operands){ .rt = reg, .rd = CP0_ENTRYLO1 });
	emit_nops(gen, 4);
	emit_tested(gen, ISA_mfc0, (struct operands){ .rt = back, .rd = CP0_ENTRYLO1 });
	emit_nops(gen, 1);
	emit_isolate(gen, back);
	emit_constant(gen, reg, 0);
	emit_row(gen, ISA_mtc0, (struct operands){ .rt = reg, .rd = CP0_ENTRYLO1 });
	emit_nops(gen, 4);
	emit_status(gen, status);
	step_end(gen);
}

/* Where nothing can be fetched: not mapped, or not a segment of this mode. */
static uint64_t choose_bad_target(struct gen *gen, unsigned *expected)
{
	unsigned kind = random_below(&gen->random, 3);

	if (kind == 1 && !gen_mode_is_kernel(gen)) {
		*expected = EXC_ADEL;
		/* No page that the runtime uses: GXemul would let the program in. */
		return 0xffffffff80800000 + random_below(&gen->random, 0x1000) * 4;
	}
	if (kind == 2 && gen_is_wide(gen) && gen_mode(gen) != MODE_KERNEL32) {
		*expected = EXC_ADEL;
		return 0x0100000000000000;
	}
	*expected = EXC_TLBL;
	return 0x70000000 + random_below(&gen->random, 0x1000) * 4;
}

/* JR or JALR by `reg` to where nothing can be fetched; goes on behind it. */
static unsigned emit_bad_jump(struct gen *gen, enum isa_id id, unsigned reg, unsigned link)
{
	unsigned resume = emit_code_address(gen, REGISTER_RESUME);
	unsigned at = gen->program->code_count;

	emit_row(gen, id, (struct operands){ .rs = reg, .rd = link });
	emit_nops(gen, 3);
	emit_patch_code_address(gen, resume, REGISTER_RESUME, gen->program->code_count);
	emit_constant(gen, REGISTER_RESUME, 0);
	return at;
}

static void step_bad_fetch(struct gen *gen)
{
	unsigned expected;
	uint64_t target = choose_bad_target(gen, &expected);
	unsigned reg = choose_scratch(gen, 0);
	unsigned link = choose_scratch(gen, 1U << reg);
	enum isa_id id = random_chance(&gen->random, 50) ? ISA_jr : ISA_jalr;
	struct step *step = step_begin(gen, id, TRAIT_BIT(ADDRESS));

	step->expected = expected;
	step->address = target;
	emit_observe(gen, 0); /* names the step: EPC will not */
	emit_constant(gen, reg, target);
	(void)emit_bad_jump(gen, id, reg, link);
	emit_isolate(gen, reg);
	emit_isolate(gen, link);
	step_end(gen);
}

/*
 * To the jump itself and one to three bytes further: its page is there, so nothing is refilled,
 * which QEMU does not survive; and each address is used once, because it sets BadVAddr only when it
 * translates the address.
 */
static void step_misaligned_fetch(struct gen *gen)
{
	unsigned reg = choose_scratch(gen, 0);
	unsigned link = choose_scratch(gen, 1U << reg);
	enum isa_id id = random_chance(&gen->random, 50) ? ISA_jr : ISA_jalr;
	unsigned offset = 1 + random_below(&gen->random, 3);
	struct step *step = step_begin(gen, id, TRAIT_BIT(ADDRESS));
	unsigned excluded = exclude_begin(gen, RULE_gxemul_misaligned_fetch);
	unsigned address;
	unsigned jump;

	step->expected = EXC_ADEL;
	emit_observe(gen, 0); /* names the step: EPC will not */
	address = emit_code_address(gen, reg);
	emit_row(gen, ISA_ori, (struct operands){ .rs = reg, .rt = reg, .imm = offset });
	jump = emit_bad_jump(gen, id, reg, link);
	emit_patch_code_address(gen, address, reg, jump);
	step->address = emit_vaddr(gen, jump) + offset;
	exclude_end(gen, excluded);
	emit_isolate(gen, reg);
	emit_isolate(gen, link);
	step_end(gen);
}

/*
 * A likely branch in the last word of a page, not taken: the slot is nullified and must not be
 * fetched, whether its page is in the TLB or not.
 */
static void step_likely_slot(struct gen *gen)
{
	static const enum isa_id rows[] = { ISA_bltzl, ISA_blezl, ISA_beql };
	enum isa_id id = rows[random_below(&gen->random, 3)];
	unsigned reg = choose_scratch(gen, 0);
	unsigned words = 1024 - (unsigned)(emit_vaddr(gen, gen->program->code_count) >> 2 & 1023);
	unsigned at;
	struct step *step;

	if (!emit_has_room(gen, words + 64) || words < 8) {
		return;
	}
	step = step_begin(gen, id, TRAIT_BIT(LIKELY_SLOT));
	emit_constant(gen, reg, 1);
	at = gen->program->code_count;
	emit_row(gen, ISA_beq, (struct operands){ 0 });
	gen->uncertain++;
	while ((emit_vaddr(gen, gen->program->code_count) & 0xfff) != 0xffc) {
		emit_nops(gen, 1);
	}
	gen->uncertain--;
	emit_patch_branch(gen, at, gen->program->code_count);
	emit_row(gen, id, (struct operands){ .rs = reg, .imm = 1 });
	step->address = emit_vaddr(gen, gen->program->code_count);
	gen->uncertain++;
	emit_row(gen, ISA_addiu, (struct operands){ .rs = reg, .rt = reg, .imm = 2 });
	gen->uncertain--;
	emit_isolate(gen, reg);
	emit_call(gen, CALL_FORGET, 0);
	step_end(gen);
}

static void emit_cause(struct gen *gen, unsigned reg, uint64_t value)
{
	emit_constant(gen, reg, value);
	emit_row(gen, ISA_mtc0, (struct operands){ .rt = reg, .rd = CP0_CAUSE });
	emit_nops(gen, 8);
}

/* A software interrupt, enabled, masked by IM or by IE. */
static void step_software_interrupt(struct gen *gen)
{
	uint64_t status = gen->status;
	uint64_t pending = (uint64_t)(1 + random_below(&gen->random, 3)) << CAUSE_IP_SHIFT;
	uint64_t mask = (uint64_t)random_below(&gen->random, 4) << STATUS_IM_SHIFT;
	bool enabled = random_chance(&gen->random, 75);
	unsigned reg = choose_scratch(gen, 0);
	struct step *step = step_begin(gen, ISA_mtc0, 0);
	unsigned at = exclude_begin(gen, RULE_gxemul_interrupt);

	step->expected = enabled && (pending & mask) != 0 ? EXC_INT : EXPECT_NONE;
	emit_observe(gen, 0); /* names the step: where it is interrupted is not defined */
	if (!gen_mode_is_kernel(gen)) {
		emit_status(gen, status | STATUS_CU0);
	}
	emit_cause(gen, reg, pending);
	emit_status(gen, status | mask | (enabled ? STATUS_IE : 0));
	emit_nops(gen, 12);
	emit_status(gen, status | (gen_mode_is_kernel(gen) ? 0 : STATUS_CU0));
	emit_cause(gen, reg, 0);
	emit_status(gen, status);
	exclude_end(gen, at);
	emit_isolate(gen, reg);
	step_end(gen);
}

void step_exception(struct gen *gen)
{
	switch (random_below(&gen->random, 12)) {
	case 0:
	case 1:
		step_reserved(gen);
		break;
	case 2:
		step_fpu_unusable(gen);
		break;
	case 3:
	case 8:
		step_cop2_unusable(gen);
		break;
	case 4:
	case 9:
	case 10:
		if (!gen_mode_is_kernel(gen)) {
			step_cp0_unusable(gen);
		}
		break;
	case 5:
		/* CU0 gives applications nothing in a virtual machine (docs/machine/vm.md). */
		if (!gen_mode_is_kernel(gen) && !gen->in_vm) {
			step_cp0_usable(gen);
		}
		break;
	case 6:
		if (random_chance(&gen->random, 30)) {
			step_misaligned_fetch(gen);
		} else {
			step_bad_fetch(gen);
		}
		break;
	case 11:
		step_likely_slot(gen);
		break;
	default:
		if (gen_mode_is_kernel(gen) || !gen->in_vm) {
			step_software_interrupt(gen);
		}
		break;
	}
}
