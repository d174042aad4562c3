/* SPDX-License-Identifier: MIT */
/*
 * radix.c - parallel radix sort, as SPLASH-2's: each CPU counts the digits of its keys, and then
 * moves every key to its place, which is in anybody's memory.
 *
 * The permutation writes all over the machine: remote write misses from everywhere to everywhere.
 */
#include "guests/lib/radix.h"

#include "guests/lib/random.h"
#include "guests/parallel/parallel.h"

#ifndef KEYS_EACH
#define KEYS_EACH 16384U /* of each CPU */
#endif
#ifndef DIGIT
#define DIGIT 8U /* bits */
#endif
#ifndef PASSES
#define PASSES 2U /* even; keys have DIGIT * PASSES bits */
#endif
#define DIGITS   (1U << DIGIT)
#define KEYS_MAX (0xffffffffU >> (32 - DIGIT * PASSES))
#define CPUS_MAX 64U

static uint32_t counts[CPUS_MAX][DIGITS] __attribute__((aligned(128)));

/* Keys in array 0 or 1; consecutive CPUs have consecutive parts. */
static uint32_t *keys_of(unsigned cpu, unsigned array)
{
	unsigned each = parallel_cpus / parallel_nodes;

	return parallel_memory(parallel_node_of(cpu), (2 * (cpu % each) + array) * KEYS_EACH * 4);
}

static uint32_t *key_at(unsigned array, uint32_t index)
{
	return keys_of(index / KEYS_EACH, array) + index % KEYS_EACH;
}

void parallel_prepare(void)
{
	uint32_t state = 99;

	for (uint32_t i = 0; i < parallel_cpus * KEYS_EACH; i++) {
		*key_at(0, i) = random_next(&state) & KEYS_MAX;
	}
}

void parallel_run(unsigned cpu)
{
	uint32_t place[DIGITS];

	for (unsigned pass = 0; pass < PASSES; pass++) {
		const uint32_t *keys = keys_of(cpu, pass & 1);
		unsigned shift = pass * DIGIT;

		radix_count(counts[cpu], DIGITS, keys, KEYS_EACH, shift);
		parallel_barrier();
		radix_places(place, counts[0], DIGITS, parallel_cpus, cpu);
		for (uint32_t i = 0; i < KEYS_EACH; i++) {
			uint32_t digit = (keys[i] >> shift) & (DIGITS - 1);

			*key_at((pass & 1) ^ 1, place[digit]++) = keys[i];
		}
		parallel_barrier();
	}
}

/* In order, and the same keys: as many, with the same sum and sum of squares. */
int parallel_check(void)
{
	uint32_t state = 99;
	uint32_t sum = 0;
	uint32_t squares = 0;

	for (uint32_t i = 0; i < parallel_cpus * KEYS_EACH; i++) {
		uint32_t wanted = random_next(&state) & KEYS_MAX;
		uint32_t found = *key_at(0, i);

		sum += wanted - found;
		squares += wanted * wanted - found * found;
		if (i > 0 && *key_at(0, i - 1) > found) {
			return 0;
		}
	}
	return sum == 0 && squares == 0;
}
