/* SPDX-License-Identifier: MIT */
/* code.c - random instructions with registers that point where it hurts. */
#include "guests/lib/cpu.h"
#include "guests/vm/fuzz/fuzz.h"

#define WORDS 48U
/* How long they may run, in halves of cycles. */
#define TAIL_COUNT 4000

#define MTC0_STATUS 0x40806000 /* dmtc0 too */

/* Opcodes and the bits of each that are random. */
static const uint32_t templates[][2] = {
	{ 0x40000000, 0x001ff800 }, /* mfc0 */
	{ 0x40200000, 0x001ff800 }, /* dmfc0 */
	{ 0x40800000, 0x001ff800 }, /* mtc0 */
	{ 0x40a00000, 0x001ff800 }, /* dmtc0 */
	{ 0x42000000, 0x0000003f }, /* TLB, eret, and what is none */
	{ 0x8c000000, 0x03ffffff }, /* lw */
	{ 0xac000000, 0x03ffffff }, /* sw */
	{ 0xdc000000, 0x03ffffff }, /* ld */
	{ 0xfc000000, 0x03ffffff }, /* sd */
	{ 0xc0000000, 0x03ff00ff }, /* ll */
	{ 0xe0000000, 0x03ff00ff }, /* sc */
	{ 0x80000000, 0x1fffffff }, /* any load */
	{ 0xa0000000, 0x1fffffff }, /* any store */
	{ 0x10000000, 0x0fff0007 }, /* branches, a little forward */
	{ 0x04000000, 0x03ff0007 }, { 0x50000000, 0x0fff0007 },
	{ 0x0013508c, 0x00000000 }, /* syscall MONCALL_CODE */
	{ 0x001350cc, 0x00000000 }, /* syscall of a trampoline */
	{ 0x44000000, 0x03ffffff }, /* coprocessor 1 */
	{ 0x00000000, 0x03ffffff }, /* SPECIAL */
	{ 0x24000000, 0x03ff000f }, /* addiu */
	{ 0x00000020, 0x03fff800 }, /* add */
	{ 0xbc000000, 0x03ffffff }, /* cache */
	{ 0x00000000, 0xffffffff },
};

static uint32_t word(struct fuzz *fuzz)
{
	uint32_t choice = fuzz_below(fuzz, sizeof(templates) / sizeof(templates[0]));
	uint32_t made = templates[choice][0] | (fuzz_random(fuzz) & templates[choice][1]);

	/* Most random values of Status end the VM at once (RE, BEV). */
	if ((made & 0xff80f800 & ~0x200000U) == MTC0_STATUS && fuzz_below(fuzz, 64) != 0) {
		return 0;
	}
	return made;
}

/* Sums and loads: little that stops a loop. */
static uint32_t tame_word(struct fuzz *fuzz)
{
	static const uint32_t tame[][2] = {
		{ 0x00000021, 0x03fff800 }, /* addu */
		{ 0x24000000, 0x03ff000f }, /* addiu */
		{ 0x00000026, 0x03fff800 }, /* xor */
		{ 0x8c000000, 0x001f0ffc }, /* lw from $0: the low shared page's pair, or nothing */
	};
	uint32_t choice = fuzz_below(fuzz, 256);

	choice = choice == 0 ? 3 : choice % 3;
	return tame[choice][0] | (fuzz_random(fuzz) & tame[choice][1]);
}

/* Code that goes round until the timer, if nothing in it ends it before. */
static void make_loop(struct fuzz *fuzz, uint32_t *code)
{
	for (unsigned i = 0; i < WORDS - 2; i++) {
		code[i] = fuzz_below(fuzz, 200) == 0 ? word(fuzz) : tame_word(fuzz);
	}
	code[WORDS - 2] = 0x10000000 | (0xffff & -(WORDS - 1)); /* b */
	code[WORDS - 1] = 0;
}

/* Maps the page of `code` for user mode; an instruction fetch there finds it. */
static uint64_t map_for_user(const uint32_t *code)
{
	uint32_t ppn = cpu_physical(code) >> MAP_PAGE_SHIFT;
	uint64_t vaddr = 0x00400000;

	cp0_write_address(CP0_ENTRYHI, vaddr);
	cp0_write(CP0_PAGEMASK, 0);
	cp0_write(CP0_ENTRYLO0, ppn << ENTRYLO_PFN_SHIFT | ENTRYLO_V | ENTRYLO_D | ENTRYLO_G);
	cp0_write(CP0_ENTRYLO1, ppn << ENTRYLO_PFN_SHIFT | ENTRYLO_V | ENTRYLO_G);
	cp0_write(CP0_INDEX, 0);
	__asm__ volatile("tlbwi; nop; nop; nop" ::: "memory");
	return vaddr + ((uintptr_t)code & (MAP_PAGE_BYTES - 1));
}

void fuzz_random_code(struct fuzz *fuzz)
{
	/* Often at the same place: pages whose code was rewritten are written again. */
	uint32_t *code = fuzz_below(fuzz, 2) == 0 ? fuzz_scratch + 4096 * (1 + fuzz->vcpu)
						  : fuzz_place(fuzz);
	uint64_t registers[32];

	for (unsigned i = 0; i < WORDS; i++) {
		code[i] = word(fuzz);
	}
	code[WORDS] = FUZZ_BREAK;
	for (unsigned i = 0; i < 32; i++) {
		registers[i] = fuzz_value(fuzz);
	}
	if (fuzz_below(fuzz, 3) == 0) {
		uint64_t vaddr = map_for_user(code);

		if (fuzz_below(fuzz, 2) == 0) {
			make_loop(fuzz, code);
		}
		cp0_write(CP0_COMPARE, cp0_read(CP0_COUNT) + TAIL_COUNT);
		fuzz_run_user(registers, vaddr);
	}
	cp0_write(CP0_COMPARE, cp0_read(CP0_COUNT) + TAIL_COUNT);
	fuzz_run(registers, code);
}
