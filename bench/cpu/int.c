/* SPDX-License-Identifier: MIT */
/*
 * int.c - integer and branch loop: arithmetic in registers, branches that follow the data, no
 * loads or stores.
 */
#include "bench/cpu/bench.h"

uint64_t bench_run(uint32_t rounds)
{
	uint32_t random = 2463534242U; /* Marsaglia's xorshift */
	uint32_t sum = 0;
	uint32_t odd = 0;

	for (uint32_t i = 0; i < rounds; i++) {
		for (uint32_t j = 0; j < 50; j++) {
			random ^= random << 13;
			random ^= random >> 17;
			random ^= random << 5;
			sum += random;
		}
		if ((random & 3) == 0) {
			odd++;
			sum ^= odd;
		}
		if ((sum & 0x80) != 0) {
			sum = sum << 3 | sum >> 29;
		}
	}
	return bench_mix(bench_mix(random, sum), odd);
}
