/* SPDX-License-Identifier: MIT */
/*
 * table.c - a table that all CPUs read at random, on node 0.
 *
 * Twice as large as a second-level cache: half of the reads miss, all at node 0, whose controller
 * and memory are the bottleneck. Copies of its pages on every node would make them local. With
 * IN_TURN one CPU reads after the other, CPU 0 first and little: nobody is in the way of whoever
 * makes the copies.
 */
#include "guests/lib/random.h"
#include "guests/parallel/parallel.h"

#ifndef BYTES
#define BYTES 0x00200000U
#endif
#define WORDS (BYTES / 4)
#ifndef READS
#define READS 20000U
#endif

static uint32_t sums[64][32] __attribute__((aligned(128)));

static uint32_t *table(void)
{
	return parallel_memory(0, 0);
}

static uint32_t entry(uint32_t i)
{
	return i * 2654435761U ^ (i >> 7);
}

void parallel_prepare(void)
{
	for (uint32_t i = 0; i < WORDS; i++) {
		table()[i] = entry(i);
	}
}

static uint32_t reads(unsigned cpu)
{
#ifdef IN_TURN
	return cpu == 0 ? READS / 16 : READS;
#else
	(void)cpu;
	return READS;
#endif
}

static void read_table(unsigned cpu)
{
	uint32_t state = cpu + 1;
	uint32_t sum = 0;

	for (uint32_t i = 0; i < reads(cpu); i++) {
		sum += table()[random_next(&state) % WORDS];
	}
	sums[cpu][0] = sum;
}

void parallel_run(unsigned cpu)
{
#ifdef IN_TURN
	for (unsigned turn = 0; turn < cpu; turn++) {
		parallel_barrier();
	}
#endif
	read_table(cpu);
#ifdef IN_TURN
	for (unsigned turn = cpu; turn < parallel_cpus; turn++) {
		parallel_barrier();
	}
#endif
}

int parallel_check(void)
{
	for (unsigned cpu = 0; cpu < parallel_cpus; cpu++) {
		uint32_t state = cpu + 1;
		uint32_t sum = 0;

		for (uint32_t i = 0; i < reads(cpu); i++) {
			sum += entry(random_next(&state) % WORDS);
		}
		if (sums[cpu][0] != sum) {
			return 0;
		}
	}
	return 1;
}
