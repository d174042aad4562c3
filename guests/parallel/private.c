/* SPDX-License-Identifier: MIT */
/*
 * private.c - each CPU goes over data of its own again and again, all of it initialised by CPU 0.
 *
 * So all of it lies on node 0, as under an operating system that knows nothing of nodes and gives a
 * page to whoever touches it first. A CPU's part is twice a second-level cache of 256 KB: every
 * sweep misses every line. Nobody shares anything: a page has one node where it belongs.
 */
#include "guests/parallel/parallel.h"

#define BYTES  0x00080000U /* of each CPU */
#define WORDS  (BYTES / 4)
#define LINE   32U /* words */
#define SWEEPS 16U

static uint32_t *part(unsigned cpu)
{
	return parallel_memory(0, cpu * BYTES);
}

static uint32_t first(unsigned cpu, uint32_t i)
{
	return i * 2654435761U ^ cpu;
}

static uint32_t next(uint32_t word)
{
	return word * 1664525U + 1013904223U;
}

void parallel_prepare(void)
{
	for (unsigned cpu = 0; cpu < parallel_cpus; cpu++) {
		for (uint32_t i = 0; i < WORDS; i++) {
			part(cpu)[i] = first(cpu, i);
		}
	}
}

void parallel_run(unsigned cpu)
{
	uint32_t *word = part(cpu);

	for (unsigned sweep = 0; sweep < SWEEPS; sweep++) {
		for (uint32_t i = 0; i < WORDS; i += LINE / 4) {
			word[i] = next(word[i]);
		}
	}
}

int parallel_check(void)
{
	for (unsigned cpu = 0; cpu < parallel_cpus; cpu++) {
		for (uint32_t i = 0; i < WORDS; i += LINE / 4) {
			uint32_t word = first(cpu, i);

			for (unsigned sweep = 0; sweep < SWEEPS; sweep++) {
				word = next(word);
			}
			if (part(cpu)[i] != word || part(cpu)[i + 1] != first(cpu, i + 1)) {
				return 0;
			}
		}
	}
	return 1;
}
