/* SPDX-License-Identifier: MIT */
/*
 * switch.c - changes the machine's speed from inside: same results, time only where caches are
 * cold.
 *
 * Exit code: 0, or the number of the check that failed.
 */
#include "guests/lib/platform.h"
#include "guests/lib/print.h"
#include "machine/annotation.h"
#include "machine/map.h"

#define WORDS 65536U /* 256 KB: in the second-level cache, not in the first */

static uint32_t table[WORDS];

static volatile uint32_t *port(unsigned offset)
{
	return (volatile uint32_t *)(uintptr_t)(intptr_t)(int32_t)(0xa0000000 +
								   MAP_ANNOTATION_BASE + offset);
}

/* Asks, and waits until it is so: with several CPUs a quantum has to end. */
static void set_mode(uint32_t mode)
{
	*port(ANNOTATION_MODE) = mode;
	while (*port(ANNOTATION_MODE) != mode) {
	}
}

/* Cycles and instructions of one pass over the table. */
struct pass {
	uint32_t cycles;
	uint32_t insns;
	uint32_t sum;
};

static struct pass run_pass(void)
{
	struct pass pass = { 0 };
	uint32_t cycles = *port(ANNOTATION_CYCLES_LO);
	uint32_t insns = *port(ANNOTATION_INSNS_LO);

	for (uint32_t i = 0; i < WORDS; i++) {
		pass.sum = pass.sum * 31 + table[i];
	}
	pass.insns = *port(ANNOTATION_INSNS_LO) - insns;
	pass.cycles = *port(ANNOTATION_CYCLES_LO) - cycles;
	return pass;
}

static void check(int number, int good)
{
	if (!good) {
		printf("check %d failed\n", number);
		platform_exit(number);
	}
}

int main(void)
{
	for (uint32_t i = 0; i < WORDS; i++) {
		table[i] = i * 2654435761U;
	}
	struct pass fast = run_pass();

	set_mode(ANNOTATION_MODE_TIMING);
	struct pass cold = run_pass();
	struct pass warm = run_pass();

	*port(ANNOTATION_MODE) = 77; /* no mode: no effect */
	check(1, *port(ANNOTATION_MODE) == ANNOTATION_MODE_TIMING);
	set_mode(ANNOTATION_MODE_FAST);
	struct pass again = run_pass();

	printf("fast %u, cold %u, warm %u, again %u cycles\n", fast.cycles, cold.cycles,
	       warm.cycles, again.cycles);
	check(2, fast.sum == cold.sum && cold.sum == warm.sum && warm.sum == again.sum);
	check(3, fast.insns == cold.insns && cold.insns == warm.insns);
	/* An instruction is a cycle; the reads of the port lie between the two counters. */
	check(4, fast.cycles - fast.insns < 20 && again.cycles - again.insns < 20);
	/* 2048 lines of 128 bytes from memory, 120 cycles each; warm, 8192 of 32 from the L2. */
	check(5, cold.cycles > fast.cycles + 2048 * 120);
	check(6, warm.cycles > fast.cycles + 8192 && warm.cycles < cold.cycles);
	platform_exit(0);
}
