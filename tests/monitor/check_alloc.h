/* SPDX-License-Identifier: MIT */
/* check_alloc.h - the invariants of src/pmap/alloc.h, for the tests that use page pools. */
#pragma once

#include "src/pmap/alloc.h"

static inline const char *check_pool(const struct page_pool *pool)
{
	size_t words = (pool->frame_count + 63U) / 64;
	uint32_t count = 0;

	for (size_t i = 0; i < words; i++) {
		if ((pool->summary[i / 64] >> i % 64 & 1) != (pool->bits[i] != 0)) {
			return "alloc I1: summary bit";
		}
		for (uint64_t word = pool->bits[i]; word != 0; word &= word - 1) {
			count++;
		}
	}
	for (size_t i = pool->frame_count; i < words * 64; i++) {
		if ((pool->bits[i / 64] >> i % 64 & 1)) {
			return "alloc I2: a bit beyond the end";
		}
	}
	return count == pool->free_count ? NULL : "alloc I2: free_count";
}

static inline const char *page_alloc_check(const struct page_alloc *alloc)
{
	const char *broken = NULL;

	for (uint32_t i = 0; i < alloc->node_count && !broken; i++) {
		broken = check_pool(alloc->pool[i]);
	}
	return broken;
}
