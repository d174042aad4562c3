/* SPDX-License-Identifier: MIT */
/*
 * copy.c - as STREAM's copy: each CPU copies a stretch of its node's memory to another one there.
 *
 * Larger than any cache: a read miss and a write miss for each line, all of them local.
 */
#include "guests/parallel/parallel.h"

#define BYTES  0x00180000U /* of each CPU's source, and of its destination */
#define STRIDE (2 * BYTES)
#define WORDS  (BYTES / 8)

static uint64_t *source(unsigned cpu)
{
	unsigned first = cpu - cpu % (parallel_cpus / parallel_nodes);

	return parallel_memory(parallel_node_of(cpu), (cpu - first) * STRIDE);
}

static uint64_t *destination(unsigned cpu)
{
	return source(cpu) + WORDS;
}

static uint64_t value(unsigned cpu, uint32_t i)
{
	return ((uint64_t)cpu << 32) | (i * 2654435761U);
}

void parallel_prepare(void)
{
	for (unsigned cpu = 0; cpu < parallel_cpus; cpu++) {
		for (uint32_t i = 0; i < WORDS; i++) {
			source(cpu)[i] = value(cpu, i);
		}
	}
}

void parallel_run(unsigned cpu)
{
	const uint64_t *from = source(cpu);
	uint64_t *to = destination(cpu);

	for (uint32_t i = 0; i < WORDS; i++) {
		to[i] = from[i];
	}
}

int parallel_check(void)
{
	for (unsigned cpu = 0; cpu < parallel_cpus; cpu++) {
		for (uint32_t i = 0; i < WORDS; i++) {
			if (destination(cpu)[i] != value(cpu, i)) {
				return 0;
			}
		}
	}
	return 1;
}
