/* SPDX-License-Identifier: MIT */
/*
 * radix.c - the parallel radix sort of SPLASH-2 as a program: radix SIZE [MEMBERS] [KIND].
 *
 * Each member makes its part of the keys; then, for each digit, counts its keys, finds their places
 * and moves them all over the other array. The result is a number made of the sorted keys in their
 * order, which does not depend on the members.
 */
#include "guests/lib/radix.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "guests/lib/random.h"
#include "guests/workloads/options.h"
#include "guests/workloads/team.h"

#define DIGIT_BITS 10U
#define DIGITS     (1U << DIGIT_BITS)
#define PASSES     2U
#define KEY_MASK   ((1U << DIGIT_BITS * PASSES) - 1)
/* Keys come in blocks, each with a seed of its own, so that any member can make any block. */
#define BLOCK_KEYS 1024U

static const char *const size_names[] = { "quick", "uni", "multi" };
static const struct {
	uint32_t blocks;
	uint32_t result;
} sizes[] = {
	{ 64, 0x44e64c0f },
	{ 256, 0x05373871 },
	{ 1024, 0xfc2fa4fd },
};

static unsigned members;
static uint32_t blocks;
static uint32_t *keys[2];
static uint32_t *counts;

/* The first key of a member's part; consecutive members have consecutive blocks. */
static uint32_t part_begin(unsigned member)
{
	return (uint32_t)((uint64_t)blocks * member / members) * BLOCK_KEYS;
}

static void make_keys(unsigned member)
{
	uint32_t end = part_begin(member + 1);
	uint32_t state = 0;

	for (uint32_t i = part_begin(member); i < end; i++) {
		if (i % BLOCK_KEYS == 0) {
			state = i + 99;
		}
		keys[0][i] = random_next(&state) & KEY_MASK;
	}
}

static void sort(unsigned member)
{
	uint32_t begin = part_begin(member);
	uint32_t end = part_begin(member + 1);
	uint32_t place[DIGITS];

	make_keys(member);
	team_begin();
	for (unsigned pass = 0; pass < PASSES; pass++) {
		const uint32_t *from = keys[pass & 1];
		uint32_t *to = keys[~pass & 1];
		unsigned shift = pass * DIGIT_BITS;

		radix_count(counts + member * DIGITS, DIGITS, from + begin, end - begin, shift);
		team_barrier();
		radix_places(place, counts, DIGITS, members, member);
		for (uint32_t i = begin; i < end; i++) {
			to[place[(from[i] >> shift) & (DIGITS - 1)]++] = from[i];
		}
		team_barrier();
	}
	team_end();
}

/* 0 if they are not in order or not the keys that were made. */
static uint32_t check(const uint32_t *sorted)
{
	uint32_t count = blocks * BLOCK_KEYS;
	uint32_t hash = 2166136261U;
	uint32_t sum = 0;
	uint32_t state = 0;

	for (uint32_t i = 0; i < count; i++) {
		uint32_t wanted;

		if (i % BLOCK_KEYS == 0) {
			state = i + 99;
		}
		wanted = random_next(&state) & KEY_MASK;
		sum += wanted * wanted - sorted[i] * sorted[i];
		if (i > 0 && sorted[i - 1] > sorted[i]) {
			return 0;
		}
		hash = (hash ^ sorted[i]) * 16777619U;
	}
	return sum == 0 ? hash : 0;
}

int main(int argc, char **argv)
{
	struct options options = { .members = 1, .kind = TEAM_THREADS };

	if (!options_read(&options, argc, argv, size_names, sizeof(sizes) / sizeof(sizes[0])) ||
	    !team_open("radix", size_names[options.size], options.members, options.kind)) {
		return 2;
	}
	members = options.members;
	blocks = sizes[options.size].blocks;
	for (unsigned i = 0; i < 2; i++) {
		keys[i] = team_memory(blocks * BLOCK_KEYS * sizeof(uint32_t));
	}
	counts = team_memory(members * DIGITS * sizeof(uint32_t));
	if (keys[0] == NULL || keys[1] == NULL || counts == NULL || !team_run(sort)) {
		return 2;
	}
	return team_result(check(keys[PASSES & 1]), sizes[options.size].result);
}
