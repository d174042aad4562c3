/* SPDX-License-Identifier: MIT */
/* bits.h - small arithmetic on words. The R4000 has no count of zeroes, and libgcc is not linked.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* The low 32 bits of a register as every 32-bit instruction leaves them: sign-extended. */
static inline uint64_t bits_sign_extend(uint64_t value)
{
	return (uint64_t)(int64_t)(int32_t)(uint32_t)value;
}

static inline bool bits_is_word(uint64_t value)
{
	return bits_sign_extend(value) == value;
}

/* Number of the lowest bit that is 1; `word` is not 0. */
static inline unsigned bits_lowest(uint32_t word)
{
	unsigned number = 0;

	while (!(word & 1)) {
		word >>= 1;
		number++;
	}
	return number;
}
