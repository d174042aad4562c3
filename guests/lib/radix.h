/* SPDX-License-Identifier: MIT */
/*
 * radix.h - the two steps of a parallel radix sort that come before keys are moved.
 *
 * Keys are in parts, one for each CPU or thread. For a digit of the keys each part counts how often
 * each value occurs; `counts` holds these numbers, `digits` of them for each part. When all have
 * counted, each part finds where its keys of each value begin in the new order.
 */
#pragma once

#include <stdint.h>

static inline void radix_count(uint32_t *counts, uint32_t digits, const uint32_t *keys,
			       uint32_t key_count, unsigned shift)
{
	for (uint32_t digit = 0; digit < digits; digit++) {
		counts[digit] = 0;
	}
	for (uint32_t i = 0; i < key_count; i++) {
		counts[(keys[i] >> shift) & (digits - 1)]++;
	}
}

/* Behind all smaller digits, and behind the same digit of the parts before this one. */
static inline void radix_places(uint32_t *place, const uint32_t *counts, uint32_t digits,
				unsigned parts, unsigned part)
{
	uint32_t sum = 0;

	for (uint32_t digit = 0; digit < digits; digit++) {
		for (unsigned other = 0; other < parts; other++) {
			if (other == part) {
				place[digit] = sum;
			}
			sum += counts[other * digits + digit];
		}
	}
}
