/* SPDX-License-Identifier: MIT */
/*
 * steps_code.c - code that is written while the program runs, and code reached by several
 * addresses.
 *
 * In kernel mode, with the CACHE instructions that the R4000 needs between a store and the fetch of
 * what it stored (R4000 UM 11): write back the data line, throw out the instruction line. What a
 * simulator keeps of translated code must follow the physical page, not the address.
 */
#include "isa/cp0.h"
#include "tests/conformance/generate.h"

#define WRITE_BACK          0x19
#define INVALIDATE_CODE     0x10
#define FUNCTION_WORDS      4
#define FUNCTION_ALIGN_LOG2 5

/* Makes what was stored at `offset` behind `reg` visible to fetches; not sooner than CACHE may. */
static void emit_code_flush(struct gen *gen, unsigned reg, unsigned offset)
{
	emit_nops(gen, 2);
	emit_row(gen, ISA_cache,
		 (struct operands){ .rs = reg, .rt = WRITE_BACK, .imm = offset & 0xffff });
	emit_row(gen, ISA_cache,
		 (struct operands){ .rs = reg, .rt = INVALIDATE_CODE, .imm = offset & 0xffff });
	emit_nops(gen, 8);
}

/* A window on physical memory other than the one the program runs in. */
static uint64_t choose_window(struct gen *gen, uint64_t paddr)
{
	if (gen->in_vm) {
		return 0xffffffffc0000000 | paddr;
	}
	switch (random_below(&gen->random, gen_mode(gen) == MODE_KERNEL64 ? 3 : 2)) {
	case 0:
		return 0xffffffff80000000 | paddr;
	case 1:
		return 0xffffffffa0000000 | paddr;
	default:
		return 0x9800000000000000 | paddr;
	}
}

static bool code_is_unmapped(const struct gen *gen)
{
	uint64_t vaddr = gen->program->code_vaddr;

	if (gen->in_vm) {
		return vaddr - 0xffffffffc0000000 < 0x10000000;
	}
	return vaddr >> 62 == 2 || vaddr >= 0xffffffff80000000;
}

/* A loop that rewrites one of its own instructions in every turn. */
static void step_patch_loop(struct gen *gen)
{
	struct program *program = gen->program;
	unsigned counter = choose_scratch(gen, 0);
	unsigned sum = choose_scratch(gen, 1U << counter);
	unsigned word = choose_scratch(gen, 1U << counter | 1U << sum);
	unsigned address = choose_scratch(gen, 1U << counter | 1U << sum | 1U << word);
	struct operands patched = { .rs = sum, .rt = sum, .imm = random_below(&gen->random, 100) };
	uint64_t paddr = program_code_paddr(program->number);
	unsigned patch_at;
	unsigned top;
	unsigned at;

	(void)step_begin(gen, ISA_cache, TRAIT_BIT(SELF_MODIFY));
	emit_constant(gen, sum, 0);
	emit_constant(gen, counter, 2 + random_below(&gen->random, 3));
	emit_constant(gen, word, (uint64_t)(int64_t)(int32_t)emit_encode(ISA_addiu, &patched));
	/* Behind all that the loop has in front of it, whatever the length of the constant. */
	patch_at = program->code_count + 24;
	emit_constant(gen, address, choose_window(gen, paddr + 4 * (uint64_t)patch_at));
	top = program->code_count;
	emit_row(gen, ISA_sw, (struct operands){ .rs = address, .rt = word });
	emit_code_flush(gen, address, 0);
	/* A jump: QEMU finishes the block that it has translated before it looks again. */
	at = program->code_count;
	emit_row(gen, ISA_j, (struct operands){ 0 });
	emit_nops(gen, patch_at - program->code_count);
	emit_patch_branch(gen, at, patch_at);
	emit_row(gen, ISA_ori, (struct operands){ .rs = sum, .rt = sum, .imm = 0xdead });
	emit_row(gen, ISA_addiu, (struct operands){ .rs = word, .rt = word, .imm = 1 });
	emit_row(gen, ISA_addiu, (struct operands){ .rs = counter, .rt = counter, .imm = 0xffff });
	at = program->code_count;
	emit_row(gen, ISA_bgtz, (struct operands){ .rs = counter });
	emit_patch_branch(gen, at, top);
	emit_nops(gen, 1);
	emit_isolate(gen, sum);
	step_end(gen);
}

/* Stores a function at `offset` of the data: it loads `value` into `result` and returns by `link`.
 */
static void emit_function(struct gen *gen, unsigned offset, unsigned scratch, unsigned result,
			  unsigned link, unsigned value)
{
	const struct operands load = { .rt = result, .imm = value };
	const struct operands jump = { .rs = link };
	const struct operands add = { .rs = result, .rt = result, .imm = 1 };
	const uint32_t words[FUNCTION_WORDS] = {
		emit_encode(ISA_addiu, &load),
		emit_encode(ISA_jr, &jump),
		emit_encode(ISA_addiu, &add),
		0,
	};
	/* The base register points to the middle. */
	unsigned imm = (offset - DATA_BYTES / 2) & 0xffff;

	for (unsigned i = 0; i < FUNCTION_WORDS; i++) {
		emit_constant(gen, scratch, (uint64_t)(int64_t)(int32_t)words[i]);
		emit_row(gen, ISA_sw,
			 (struct operands){ .rs = gen->base[0],
					    .rt = scratch,
					    .imm = (imm + 4 * i) & 0xffff });
	}
	emit_code_flush(gen, gen->base[0], imm);
}

static void emit_function_call(struct gen *gen, uint64_t address, unsigned scratch, unsigned result,
			       unsigned link)
{
	emit_constant(gen, scratch, address);
	emit_row(gen, ISA_jalr, (struct operands){ .rs = scratch, .rd = link });
	emit_nops(gen, 1);
	set_sign_extended(gen, result, true);
	emit_observe(gen, result);
}

static void forget(struct gen *gen, unsigned a, unsigned b, unsigned c)
{
	emit_constant(gen, a, random_word(&gen->random));
	emit_constant(gen, b, random_word(&gen->random));
	emit_constant(gen, c, random_word(&gen->random));
}

/* A function written into the data, called through two windows, rewritten, called again. */
static void step_written_function(struct gen *gen)
{
	unsigned scratch = choose_scratch(gen, 0);
	unsigned result = choose_scratch(gen, 1U << scratch);
	unsigned link = choose_scratch(gen, 1U << scratch | 1U << result);
	unsigned offset = random_below(&gen->random, DATA_BYTES >> FUNCTION_ALIGN_LOG2)
			  << FUNCTION_ALIGN_LOG2;

	(void)step_begin(gen, ISA_jalr, 0);
	for (unsigned i = 0; i < 2; i++) {
		emit_function(gen, offset, scratch, result, link,
			      random_below(&gen->random, 0x7fff));
		emit_function_call(gen, choose_window(gen, DATA_BASE + offset), scratch, result,
				   link);
		emit_function_call(gen, choose_window(gen, DATA_BASE + offset), scratch, result,
				   link);
	}
	forget(gen, scratch, result, link);
	step_end(gen);
}

/* Two functions at one offset of two pages; a TLB entry maps one address to each in turn. */
static void step_mapped_function(struct gen *gen)
{
	unsigned scratch = choose_scratch(gen, 0);
	unsigned result = choose_scratch(gen, 1U << scratch);
	unsigned link = choose_scratch(gen, 1U << scratch | 1U << result);
	unsigned within = random_below(&gen->random, 4096 >> FUNCTION_ALIGN_LOG2)
			  << FUNCTION_ALIGN_LOG2;
	const unsigned pages[2] = { random_below(&gen->random, 8),
				    8 + random_below(&gen->random, 8) };
	/* Between code and data (generate.c, choose_mapped()). */
	uint64_t vaddr = 0x20000000;

	(void)step_begin(gen, ISA_tlbwi, 0);
	for (unsigned i = 0; i < 2; i++) {
		emit_function(gen, pages[i] * 4096 + within, scratch, result, link,
			      random_below(&gen->random, 0x7fff));
	}
	for (unsigned turn = 0; turn < 2; turn++) {
		emit_cp0_write(gen, CP0_INDEX, scratch, TLB_ENTRIES - 1, false);
		emit_cp0_write(gen, CP0_PAGEMASK, scratch, 0, false);
		for (unsigned half = 0; half < 2; half++) {
			uint64_t paddr = DATA_BASE + pages[half ^ turn] * 4096;

			emit_cp0_write(gen, half == 0 ? CP0_ENTRYLO0 : CP0_ENTRYLO1, scratch,
				       (paddr >> 12) << ENTRYLO_PFN_SHIFT | 3 << ENTRYLO_C_SHIFT |
					       ENTRYLO_V,
				       false);
		}
		emit_cp0_write(gen, CP0_ENTRYHI, scratch,
			       vaddr | (gen->program->entryhi & ENTRYHI_ASID), true);
		emit_row(gen, ISA_tlbwi, (struct operands){ 0 });
		emit_nops(gen, 8);
		emit_function_call(gen, vaddr + within, scratch, result, link);
		emit_function_call(gen, vaddr + 4096 + within, scratch, result, link);
	}
	/* The entry goes, so that nothing can match it. */
	emit_cp0_write(gen, CP0_ENTRYLO0, scratch, 0, false);
	emit_cp0_write(gen, CP0_ENTRYLO1, scratch, 0, false);
	emit_cp0_write(gen, CP0_ENTRYHI, scratch,
		       0xffffffff80000000 + ((uint64_t)(TLB_ENTRIES - 1) << 13), true);
	emit_row(gen, ISA_tlbwi, (struct operands){ 0 });
	emit_nops(gen, 8);
	emit_cp0_write(gen, CP0_ENTRYHI, scratch, gen->program->entryhi, true);
	forget(gen, scratch, result, link);
	step_end(gen);
}

void step_code(struct gen *gen)
{
	if (!gen_mode_is_kernel(gen) || !code_is_unmapped(gen)) {
		return;
	}
	switch (random_below(&gen->random, 3)) {
	case 0:
		step_patch_loop(gen);
		break;
	case 1:
		step_written_function(gen);
		break;
	default:
		step_mapped_function(gen);
		break;
	}
}
