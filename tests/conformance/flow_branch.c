/* SPDX-License-Identifier: MIT */
/*
 * flow_branch.c - free-running branches, jumps, loops and traps.
 *
 * Branches go forward over some code, loops count a register down, so every program ends. Whether
 * a branch is taken depends on data: what it may skip counts as not executed, and what is known
 * about registers behind it is what holds on both ways.
 */
#include "isa/cp0.h"
#include "tests/conformance/generate.h"

/* Filled into a delay slot: mostly harmless, sometimes an exception. */
static void flow_slot(struct gen *gen)
{
	struct operands o = { .rs = choose_source(gen), .rt = choose_source(gen) };

	switch (random_below(&gen->random, 12)) {
	case 0:
		emit_nops(gen, 1);
		break;
	case 1:
		emit_observe(gen, choose_source(gen));
		break;
	case 2:
		o.imm = random_below(&gen->random, 1024);
		emit_row(gen, ISA_teq, o);
		break;
	case 3:
		emit_row(gen, ISA_break, (struct operands){ .imm = 7 });
		break;
	case 4:
		/* Odd: an address error. */
		o.rs = gen->base[0];
		o.imm = random_below(&gen->random, 0x4000) * 2 + 1;
		emit_row(gen, random_chance(&gen->random, 50) ? ISA_lw : ISA_sh, o);
		break;
	case 5:
		o.rs = gen->base[1];
		o.rt = choose_scratch(gen, 0);
		o.imm = random_below(&gen->random, 0x4000) * 4;
		emit_row(gen, ISA_lw, o);
		set_sign_extended(gen, o.rt, true);
		break;
	default:
		(void)emit_simple(gen);
		break;
	}
}

static bool is_link(enum isa_id id)
{
	return (isa_descs[id].flags & ISA_F_LINK) != 0;
}

/* Integer branches and jumps; those on the FPU's condition are in flow_fpu.c. */
static enum isa_id choose_branch(struct gen *gen)
{
	for (;;) {
		enum isa_id id = choose_row_any(gen);
		unsigned class = isa_descs[id].class;

		if ((class == ISA_CLASS_BRANCH || class == ISA_CLASS_JUMP) &&
		    (isa_descs[id].flags & ISA_F_CP1) == 0) {
			return id;
		}
	}
}

/* The return address is sign-extended if the code lies in the 32-bit address space. */
static void note_link(struct gen *gen, unsigned reg)
{
	uint64_t vaddr = gen->program->code_vaddr;

	set_sign_extended(gen, reg, vaddr == (uint64_t)(int64_t)(int32_t)(uint32_t)vaddr);
}

/* Emits the branch itself; its target is patched later. Returns the word to patch. */
static unsigned emit_branch(struct gen *gen, enum isa_id id, unsigned *target_reg)
{
	struct operands o = { .rs = choose_source(gen), .rt = choose_source(gen) };
	unsigned at;

	*target_reg = 0;
	if (id == ISA_jr || id == ISA_jalr) {
		o.rs = choose_scratch(gen, 0);
		*target_reg = o.rs;
		at = emit_code_address(gen, o.rs);
		/* JALR with rs = rd cannot be restarted (R4000 UM, JALR). */
		o.rd = choose_scratch(gen, 1U << o.rs);
		emit_row(gen, id, o);
		if (id == ISA_jalr) {
			note_link(gen, o.rd);
		}
		return at;
	}
	if (is_link(id)) {
		/* A linking branch must not test the link register, for the same reason. */
		o.rs = choose_scratch(gen, 1U << 31);
	} else if (random_chance(&gen->random, 20)) {
		o.rt = o.rs;
	}
	emit_branch_place(gen, id);
	at = gen->program->code_count;
	emit_row(gen, id, o);
	if (is_link(id)) {
		note_link(gen, 31);
	}
	return at;
}

/* A branch or jump forward over a few elements of code. */
void flow_branch(struct gen *gen, unsigned depth)
{
	enum isa_id id = choose_branch(gen);
	unsigned target_reg;
	unsigned at;
	uint64_t before;

	if (is_link(id) && (gen->reserved & 1U << 31) != 0) {
		return;
	}
	at = emit_branch(gen, id, &target_reg);
	if ((isa_descs[id].flags & ISA_F_LIKELY) != 0) {
		before = gen->sign_extended;
		gen->uncertain++;
		flow_slot(gen);
		gen->uncertain--;
		gen->sign_extended &= before;
	} else {
		flow_slot(gen);
	}
	before = gen->sign_extended;
	gen->uncertain++;
	flow_code(gen, 1 + random_below(&gen->random, 4), depth + 1);
	gen->uncertain--;
	gen->sign_extended &= before;
	if (target_reg != 0) {
		emit_patch_code_address(gen, at, target_reg, gen->program->code_count);
	} else {
		emit_patch_branch(gen, at, gen->program->code_count);
	}
	gen->since_hilo_read = 0;
}

/* A loop of two to five turns, closed by a branch that counts. */
void flow_loop(struct gen *gen, unsigned depth)
{
	static const enum isa_id closers[] = { ISA_bne, ISA_bgtz, ISA_bnel, ISA_bgtzl };
	enum isa_id id = closers[random_below(&gen->random, 4)];
	unsigned counter = choose_scratch(gen, 1U << 31);
	unsigned top;
	unsigned at;

	emit_constant(gen, counter, 2 + random_below(&gen->random, 4));
	gen->reserved |= 1U << counter;
	top = gen->program->code_count;
	/* What holds at the top on every turn: in 32-bit modes all, else only what is constant. */
	if (gen_is_wide(gen)) {
		gen->sign_extended = FIXED_REGISTERS | UINT64_C(1) << counter;
	}
	gen->since_hilo_read = 0;
	flow_code(gen, 1 + random_below(&gen->random, 4), depth + 1);
	emit_row(gen, ISA_addiu, (struct operands){ .rs = counter, .rt = counter, .imm = 0xffff });
	emit_branch_place(gen, id);
	at = gen->program->code_count;
	emit_row(gen, id, (struct operands){ .rs = counter });
	emit_patch_branch(gen, at, top);
	if ((isa_descs[id].flags & ISA_F_LIKELY) != 0) {
		/* The last turn nullifies it; the others execute it, two at least. */
		uint64_t before = gen->sign_extended;

		flow_slot(gen);
		gen->sign_extended &= before;
	} else {
		flow_slot(gen);
	}
	gen->reserved &= ~(1U << counter);
	gen->since_hilo_read = 0;
}

/* Syscalls and breakpoints with any code, and traps on whatever the registers hold. */
void flow_trap(struct gen *gen)
{
	static const enum isa_id traps[] = { ISA_tge, ISA_tgeu,  ISA_tlt,     ISA_tltu, ISA_teq,
					     ISA_tne, ISA_break, ISA_syscall, ISA_sync, ISA_break };
	enum isa_id id = traps[random_below(&gen->random, 10)];
	struct operands o = { .rs = choose_source(gen), .rt = choose_source(gen) };

	o.imm = random_below(&gen->random, 0x100000);
	if (id == ISA_syscall && (o.imm & CALL_MARK_MASK) == CALL_MARK) {
		o.imm ^= 0x10000;
	}
	if (o.imm == 0x30378) {
		o.imm = 0; /* GXemul takes it for a call of its own */
	}
	if (id == ISA_teq && random_chance(&gen->random, 30)) {
		o.rt = o.rs;
	}
	emit_tested(gen, id, o);
}

/* Of every 100 elements of code, how many are what, by class of program; the rest observe. */
static const struct {
	unsigned char integer, memory, branch, loop, trap;
} flow_mix[CLASSES] = {
	[CLASS_INTEGER] = { 88, 0, 3, 1, 2 },   [CLASS_MEMORY] = { 20, 68, 3, 3, 1 },
	[CLASS_BRANCH] = { 30, 6, 44, 12, 3 },  [CLASS_TRAP] = { 35, 15, 10, 2, 32 },
	[CLASS_CP0] = { 60, 25, 4, 1, 3 },      [CLASS_TLB] = { 25, 60, 4, 3, 2 },
	[CLASS_SEGMENT] = { 40, 40, 6, 3, 4 },  [CLASS_FPU] = { 50, 30, 8, 3, 3 },
	[CLASS_FPU_FLOW] = { 50, 30, 8, 3, 3 }, [CLASS_MIXED] = { 40, 32, 12, 4, 6 },
};

void flow_code(struct gen *gen, unsigned count, unsigned depth)
{
	enum program_class class = gen->program->class;

	while (count-- > 0 && emit_has_room(gen, 64)) {
		unsigned point = random_below(&gen->random, 100);

		if (point < flow_mix[class].integer) {
			flow_integer(gen);
		} else if ((point -= flow_mix[class].integer) < flow_mix[class].memory) {
			flow_memory(gen);
		} else if ((point -= flow_mix[class].memory) < flow_mix[class].branch) {
			if (depth < 3) {
				flow_branch(gen, depth);
			}
		} else if ((point -= flow_mix[class].branch) < flow_mix[class].loop) {
			if (depth < 2) {
				flow_loop(gen, depth);
			}
		} else if ((point - flow_mix[class].loop) < flow_mix[class].trap) {
			flow_trap(gen);
		} else {
			emit_observe(gen, choose_source(gen));
		}
	}
}
