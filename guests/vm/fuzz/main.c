/* SPDX-License-Identifier: MIT */
/*
 * main.c - a hostile kernel: batches of random instructions in virtual kernel mode, with registers
 * that point where it hurts. Any exception, the timer's at the latest, ends a batch.
 *
 * The VM may end in any way; the monitor and other VMs must not notice. The seed is Count at
 * the VM's start.
 */
#include <stdint.h>

#include "guests/lib/cpu.h"
#include "isa/cp0.h"
#include "machine/moncall.h"
#include "machine/uart.h"
#include "machine/vm.h"

#define BATCHES 3000
#define WORDS   48

#define MTC0_STATUS 0x40806000 /* dmtc0 too */

__attribute__((noreturn)) void fuzz_next(void);
void fuzz_run(const uint64_t *registers, const void *code);

/* Apart from everything else, so that stores around it hit nothing of the generator. */
static uint32_t scratch[65536] __attribute__((aligned(65536)));

struct state {
	uint64_t random;
	uint32_t batches;
};

static struct state state;

static uint32_t random32(void)
{
	state.random = state.random * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(state.random >> 33) ^ (uint32_t)(state.random >> 11);
}

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
	{ 0x80000000, 0x1fffffff }, /* any load */
	{ 0xa0000000, 0x1fffffff }, /* any store */
	{ 0x10000000, 0x0fff0007 }, /* branches, a little forward */
	{ 0x04000000, 0x03ff0007 }, { 0x50000000, 0x0fff0007 },
	{ 0x0013508c, 0x00000000 }, /* syscall MONCALL_CODE */
	{ 0x001350cc, 0x00000000 }, /* syscall of a trampoline */
	{ 0x44000000, 0x03ffffff }, /* coprocessor 1 */
	{ 0x00000000, 0x03ffffff }, /* SPECIAL */
	{ 0x24000000, 0x03ff000f }, /* addiu */
	{ 0xbc000000, 0x03ffffff }, /* cache */
	{ 0x00000000, 0xffffffff },
};

/* What registers hold. */
static uint64_t value(void)
{
	static const uint64_t values[] = {
		0,
		1,
		0x6000,
		0x7000,
		0x7080,
		0x7ff8,
		0xffffffffffffe000,
		0xffffffff80000000,
		0xffffffffa0000000,
		0xffffffffd0000000,
		0xffffffffde000000,
		0xffffffffde000080,
		0xffffffffdf000900,
		0xffffffffdf002000,
		0xffffffffdf003000,
		0xffffffffdf004000,
		0xffffffffdf005000,
		0xffffffffdf006000,
		0xffffffffcfff0000,
		0xffffffffcf000000,
		0x9000000000000000,
		0x8000000000000000,
		0x4000000000000000,
		0xc000000000000000,
		0x00400000,
		0xffffffffffffffff,
		0x7fffffff,
		STATUS_CU1 | STATUS_KX,
		0x2000ff01,
	};
	uint32_t choice = random32() % 64;

	if (choice < sizeof(values) / sizeof(values[0])) {
		return values[choice];
	}
	if (choice < 48) {
		return (uint64_t)(uintptr_t)&scratch[32768 + random32() % 64];
	}
	return choice < 56 ? random32() % 16 : (uint64_t)random32() << 32 | random32();
}

static uint32_t word(void)
{
	uint32_t choice = random32() % (sizeof(templates) / sizeof(templates[0]));
	uint32_t made = templates[choice][0] | (random32() & templates[choice][1]);

	/* Most random values of Status end the VM at once (RE, BEV). */
	if ((made & 0xff80f800 & ~0x200000U) == MTC0_STATUS && random32() % 64 != 0) {
		return 0;
	}
	return made;
}

void fuzz_next(void)
{
	uint32_t *code = &scratch[1024 + random32() % 512];
	uint64_t registers[32];

	if (state.batches == 0) {
		/* Different in each VM, the same in each run; the shared page is not always there.
		 */
		state.random = cp0_read(CP0_COUNT);
	}
	state.batches++;
	if (state.batches > BATCHES) {
		register uint64_t number __asm__("$2") = MONCALL_SHUTDOWN;
		register uint64_t how __asm__("$4") = MONCALL_SHUTDOWN_OFF;
		register uint64_t exit_code __asm__("$5") = 0;

		__asm__ volatile("syscall %1"
				 : "+r"(number)
				 : "i"(MONCALL_CODE), "r"(how), "r"(exit_code)
				 : "memory");
	}
	for (unsigned i = 0; i < WORDS; i++) {
		code[i] = word();
	}
	for (unsigned i = 0; i < 32; i++) {
		registers[i] = value();
	}
	cp0_write(CP0_COMPARE, cp0_read(CP0_COUNT) + 20000);
	fuzz_run(registers, code);
	for (;;) {
	}
}
