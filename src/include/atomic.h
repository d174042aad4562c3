/* SPDX-License-Identifier: MIT */
/* atomic.h - read-modify-write on words that several CPUs change: LL and SC by the compiler. */
#pragma once

#include <stdint.h>

static inline uint32_t atomic_or(uint32_t *word, uint32_t bits)
{
	return __atomic_fetch_or(word, bits, __ATOMIC_SEQ_CST);
}

static inline uint32_t atomic_and(uint32_t *word, uint32_t bits)
{
	return __atomic_fetch_and(word, bits, __ATOMIC_SEQ_CST);
}

static inline uint32_t atomic_add(uint32_t *word, uint32_t value)
{
	return __atomic_fetch_add(word, value, __ATOMIC_SEQ_CST);
}

static inline uint32_t atomic_swap(uint32_t *word, uint32_t value)
{
	return __atomic_exchange_n(word, value, __ATOMIC_SEQ_CST);
}

static inline __attribute__((always_inline)) uint32_t atomic_load(const uint32_t *word)
{
	return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static inline __attribute__((always_inline)) void atomic_store(uint32_t *word, uint32_t value)
{
	__atomic_store_n(word, value, __ATOMIC_RELEASE);
}
