/* SPDX-License-Identifier: MIT */
/* random.h - pseudo-random numbers, the same everywhere. */
#pragma once

#include <stdint.h>

/* The next number; the state may begin with anything but 0. */
static inline uint32_t random_next(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}
