/* SPDX-License-Identifier: MIT */
/*
 * weave.c - every page is everybody's: each CPU has words of its own in all of them, one word is
 * counted up by all with LL and SC, and some pages are only read.
 *
 * A store or a count that is lost when a page moves, and a copy that is read after its page has
 * been written, are seen at once: each CPU knows what its words must hold, and that a count never
 * falls.
 */
#include <stdint.h>

#include "guests/lib/random.h"
#include "guests/parallel/parallel.h"

#define PAGES      64U
#define PAGE_WORDS 1024U
#define READ_PAGES 16U /* of them, the first */
#define WORDS_EACH 8U  /* of a CPU in a page */
#define CPUS_MAX   64U
#ifndef ROUNDS
#define ROUNDS 12000U
#endif

static uint32_t wrong[CPUS_MAX][32] __attribute__((aligned(128)));

static volatile uint32_t *page(uint32_t number)
{
	return (volatile uint32_t *)parallel_memory(0, 0) + number * PAGE_WORDS;
}

static uint32_t fixed(uint32_t number, uint32_t word)
{
	return (number * PAGE_WORDS + word) * 2654435761U;
}

static void count(volatile uint32_t *word)
{
	uint32_t value;

	__asm__ volatile("1: ll %0, %1\n\t"
			 "addiu %0, %0, 1\n\t"
			 "sc %0, %1\n\t"
			 "beqz %0, 1b\n\t"
			 "nop"
			 : "=&r"(value), "+R"(*word)
			 :
			 : "memory");
}

void parallel_prepare(void)
{
	for (uint32_t i = 0; i < PAGES; i++) {
		for (uint32_t word = 0; word < PAGE_WORDS; word++) {
			page(i)[word] = i < READ_PAGES ? fixed(i, word) : 0;
		}
	}
}

void parallel_run(unsigned cpu)
{
	static uint8_t have[CPUS_MAX][PAGES][WORDS_EACH];
	static uint32_t counted[CPUS_MAX][PAGES];
	uint32_t state = cpu + 1;

	for (uint32_t i = 0; i < ROUNDS; i++) {
		uint32_t random = random_next(&state);
		uint32_t at = random % PAGES;
		uint32_t which = random >> 8 & (WORDS_EACH - 1);
		volatile uint32_t *mine = &page(at)[1 + cpu * WORDS_EACH + which];

		if (at < READ_PAGES) {
			uint32_t word = random >> 12 & (PAGE_WORDS - 1);

			wrong[cpu][0] += page(at)[word] != fixed(at, word);
			continue;
		}
		wrong[cpu][0] += *mine != have[cpu][at][which];
		if (random >> 30 == 0) {
			have[cpu][at][which]++;
			*mine = have[cpu][at][which];
		} else if (random >> 30 == 1) {
			uint32_t before = page(at)[0];

			count(&page(at)[0]);
			counted[cpu][at]++;
			wrong[cpu][0] += page(at)[0] - before - 1 > INT32_MAX;
		}
	}
	parallel_barrier();
	for (uint32_t at = READ_PAGES + cpu; at < PAGES; at += parallel_cpus) {
		uint32_t sum = 0;

		for (unsigned other = 0; other < parallel_cpus; other++) {
			sum += counted[other][at];
		}
		wrong[cpu][0] += sum != page(at)[0];
	}
}

int parallel_check(void)
{
	uint32_t sum = 0;

	for (unsigned cpu = 0; cpu < parallel_cpus; cpu++) {
		sum += wrong[cpu][0];
	}
	return sum == 0;
}
