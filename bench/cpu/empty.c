/* SPDX-License-Identifier: MIT */
/*
 * empty.c - no work: what a simulator costs before and after a program runs.
 */
#include "bench/cpu/bench.h"

uint64_t bench_run(uint32_t rounds)
{
	return rounds;
}
