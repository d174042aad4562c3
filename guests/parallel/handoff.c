/* SPDX-License-Identifier: MIT */
/*
 * handoff.c - producers and consumers: in each round a CPU fills a buffer in its node's memory, and
 * the next CPU reads it.
 *
 * Each line goes to and fro: the consumer misses because it was written, the producer has to ask
 * for it again because it was read.
 */
#include "guests/parallel/parallel.h"

#define WORDS  32768U /* 128 KB: 1024 lines of 128 bytes */
#define ROUNDS 25U

static uint32_t sums[64][32] __attribute__((aligned(128))); /* a line for each CPU */

static uint32_t *buffer(unsigned cpu)
{
	unsigned each = parallel_cpus / parallel_nodes;

	return parallel_memory(parallel_node_of(cpu), (cpu % each) * WORDS * 4);
}

static uint32_t value(unsigned cpu, uint32_t round, uint32_t i)
{
	return (cpu << 24) + round * 4099 + i;
}

void parallel_prepare(void)
{
}

void parallel_run(unsigned cpu)
{
	unsigned before = (cpu + parallel_cpus - 1) % parallel_cpus;
	uint32_t sum = 0;

	for (uint32_t round = 0; round < ROUNDS; round++) {
		uint32_t *own = buffer(cpu);
		const uint32_t *others = buffer(before);

		for (uint32_t i = 0; i < WORDS; i++) {
			own[i] = value(cpu, round, i);
		}
		parallel_barrier();
		for (uint32_t i = 0; i < WORDS; i++) {
			sum = sum * 31 + others[i];
		}
		parallel_barrier();
	}
	sums[cpu][0] = sum;
}

int parallel_check(void)
{
	for (unsigned cpu = 0; cpu < parallel_cpus; cpu++) {
		unsigned before = (cpu + parallel_cpus - 1) % parallel_cpus;
		uint32_t sum = 0;

		for (uint32_t round = 0; round < ROUNDS; round++) {
			for (uint32_t i = 0; i < WORDS; i++) {
				sum = sum * 31 + value(before, round, i);
			}
		}
		if (sums[cpu][0] != sum) {
			return 0;
		}
	}
	return 1;
}
