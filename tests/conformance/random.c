/* SPDX-License-Identifier: MIT */
/*
 * random.c - splitmix64 and operands worth trying.
 */
#include "tests/conformance/random.h"

#include <stddef.h>

uint64_t random_next(struct random *random)
{
	uint64_t z = (random->state += 0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

void random_start(struct random *random, uint64_t seed, uint64_t number)
{
	random->state = seed;
	random->state = random_next(random) ^ (number * 0xd1342543de82ef95);
	(void)random_next(random);
}

unsigned random_below(struct random *random, unsigned limit)
{
	return (unsigned)((random_next(random) >> 32) * limit >> 32);
}

bool random_chance(struct random *random, unsigned percent)
{
	return random_below(random, 100) < percent;
}

uint64_t random_value(struct random *random)
{
	static const uint64_t edges[] = {
		0,
		1,
		2,
		UINT64_MAX,
		0x7f,
		0x80,
		0xff,
		0x7fff,
		0x8000,
		0xffff,
		0x7fffffff,
		0x80000000,
		0xffffffff,
		0xffffffff80000000,
		0xffffffff7fffffff,
		0xffffffff00000000,
		0x100000000,
		0x7fffffffffffffff,
		0x8000000000000000,
		0x5555555555555555,
		0xaaaaaaaaaaaaaaaa,
	};
	uint64_t value = random_next(random);

	switch (random_below(random, 5)) {
	case 0:
		return edges[random_below(random, sizeof(edges) / sizeof(edges[0]))];
	case 1:
		return edges[random_below(random, sizeof(edges) / sizeof(edges[0]))] + (value & 7) -
		       3;
	case 2:
		return value >> random_below(random, 64);
	case 3:
		return (uint64_t)((int64_t)value >> random_below(random, 64));
	default:
		return value;
	}
}

uint64_t random_word(struct random *random)
{
	uint64_t value = random_value(random);

	if (random_chance(random, 30)) {
		value >>= 32;
	}
	return (uint64_t)(int64_t)(int32_t)(uint32_t)value;
}
