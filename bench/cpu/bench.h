/* SPDX-License-Identifier: MIT */
/*
 * bench.h - what every kernel of bench/cpu shares.
 */
#pragma once

#include <stdint.h>

/* The kernel: BENCH_ROUNDS of work; the checksum depends on all of it and on nothing else. */
uint64_t bench_run(uint32_t rounds);

/* Prints the result line and ends the program. */
void bench_report(uint64_t checksum) __attribute__((noreturn));

/* Mixes `value` into a checksum. */
static inline uint64_t bench_mix(uint64_t checksum, uint64_t value)
{
	return (checksum << 7 | checksum >> 57) ^ value;
}
