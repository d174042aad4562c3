/* SPDX-License-Identifier: MIT */
/*
 * fpu_ns.c - nanoseconds of host CPU time per operation of sim/fpu, inline and integer path.
 *
 * Operands are ordinary numbers, a new pair each time, results go into a sum: throughput, as an
 * interpreter sees it, not latency. Medians of five runs.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "sim/fpu/fpu.h"

#define PAIRS  4096
#define ROUNDS 500
#define RUNS   5

struct operands {
	uint64_t a_d[PAIRS];
	uint64_t b_d[PAIRS];
	uint32_t a_s[PAIRS];
	uint32_t b_s[PAIRS];
};

/* A sequence that is the same everywhere (xorshift64). */
static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* Positive numbers from 1 to 256. */
static void fill(struct operands *operands)
{
	uint64_t state = 88172645463325252;

	for (size_t i = 0; i < PAIRS; i++) {
		operands->a_d[i] = (next_random(&state) & 0x007fffffffffffff) | 0x3ff0000000000000;
		operands->b_d[i] = (next_random(&state) & 0x007fffffffffffff) | 0x3ff0000000000000;
		operands->a_s[i] = ((uint32_t)next_random(&state) & 0x03ffffff) | 0x3f800000;
		operands->b_s[i] = ((uint32_t)next_random(&state) & 0x03ffffff) | 0x3f800000;
	}
}

static int compare_numbers(const void *left, const void *right)
{
	double a = *(const double *)left;
	double b = *(const double *)right;

	return (a > b) - (a < b);
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

typedef uint64_t kernel_fn(const struct operands *operands);

/* ROUNDS times all pairs of `expression`, which sets `cause`. */
#define KERNEL(id, expression)                                              \
	static uint64_t kernel_##id(const struct operands *operands)        \
	{                                                                   \
		uint64_t sum = 0;                                           \
                                                                            \
		for (unsigned round = 0; round < ROUNDS; round++) {         \
			for (size_t i = 0; i < PAIRS; i++) {                \
				uint64_t a_d = operands->a_d[i];            \
				uint64_t b_d = operands->b_d[i];            \
				uint32_t a_s = operands->a_s[i];            \
				uint32_t b_s = operands->b_s[i];            \
				uint32_t cause;                             \
                                                                            \
				sum += (expression);                        \
				sum += cause;                               \
				(void)a_d, (void)b_d, (void)a_s, (void)b_s; \
			}                                                   \
			/* Each round is to be run. */                      \
			__asm__ volatile("" : "+r"(sum) : : "memory");      \
		}                                                           \
		return sum;                                                 \
	}

KERNEL(add_d, fpu_add_d(a_d, b_d, 0, &cause))
KERNEL(sub_d, fpu_sub_d(a_d, b_d, 0, &cause))
KERNEL(mul_d, fpu_mul_d(a_d, b_d, 0, &cause))
KERNEL(div_d, fpu_div_d(a_d, b_d, 0, &cause))
KERNEL(sqrt_d, fpu_sqrt_d(a_d, 0, &cause))
KERNEL(add_s, fpu_add_s(a_s, b_s, 0, &cause))
KERNEL(sub_s, fpu_sub_s(a_s, b_s, 0, &cause))
KERNEL(mul_s, fpu_mul_s(a_s, b_s, 0, &cause))
KERNEL(div_s, fpu_div_s(a_s, b_s, 0, &cause))
KERNEL(sqrt_s, fpu_sqrt_s(a_s, 0, &cause))
KERNEL(cvt_s_d, fpu_cvt_s_d(a_d, 0, &cause))
KERNEL(cvt_d_s, fpu_cvt_d_s(a_s, 0, &cause))
KERNEL(trunc_w_d, fpu_to_w_d(a_d, FPU_ZERO, &cause))
KERNEL(cvt_s_w, fpu_from_w_s(a_s, 0, &cause))
KERNEL(compare_d, fpu_compare_d(a_d, b_d, 4, &cause))

KERNEL(slow_add_d, fpu_slow_add_d(a_d, b_d, 0, &cause))
KERNEL(slow_sub_d, fpu_slow_sub_d(a_d, b_d, 0, &cause))
KERNEL(slow_mul_d, fpu_slow_mul_d(a_d, b_d, 0, &cause))
KERNEL(slow_div_d, fpu_slow_div_d(a_d, b_d, 0, &cause))
KERNEL(slow_sqrt_d, fpu_slow_sqrt_d(a_d, 0, &cause))
KERNEL(slow_add_s, fpu_slow_add_s(a_s, b_s, 0, &cause))
KERNEL(slow_sub_s, fpu_slow_sub_s(a_s, b_s, 0, &cause))
KERNEL(slow_mul_s, fpu_slow_mul_s(a_s, b_s, 0, &cause))
KERNEL(slow_div_s, fpu_slow_div_s(a_s, b_s, 0, &cause))
KERNEL(slow_sqrt_s, fpu_slow_sqrt_s(a_s, 0, &cause))
KERNEL(slow_cvt_s_d, fpu_slow_cvt_s_d(a_d, 0, &cause))
KERNEL(slow_cvt_d_s, fpu_slow_cvt_d_s(a_s, 0, &cause))
KERNEL(slow_trunc_w_d, fpu_slow_to_w_d(a_d, FPU_ZERO, &cause))
KERNEL(slow_cvt_s_w, fpu_slow_from_w_s(a_s, 0, &cause))
KERNEL(slow_compare_d, fpu_slow_compare_d(a_d, b_d, 4, &cause))

#define ROW(name, id)                               \
	{                                           \
		name, kernel_##id, kernel_slow_##id \
	}

static const struct row {
	const char *name;
	kernel_fn *fast;
	kernel_fn *slow;
} rows[] = {
	ROW("add.d", add_d),         ROW("sub.d", sub_d),     ROW("mul.d", mul_d),
	ROW("div.d", div_d),         ROW("sqrt.d", sqrt_d),   ROW("add.s", add_s),
	ROW("sub.s", sub_s),         ROW("mul.s", mul_s),     ROW("div.s", div_s),
	ROW("sqrt.s", sqrt_s),       ROW("cvt.s.d", cvt_s_d), ROW("cvt.d.s", cvt_d_s),
	ROW("trunc.w.d", trunc_w_d), ROW("cvt.s.w", cvt_s_w), ROW("c.olt.d", compare_d),
};

/* Nanoseconds per operation; the sum of the results goes to *sum. */
static double measure(kernel_fn *kernel, const struct operands *operands, uint64_t *sum)
{
	double times[RUNS];

	for (unsigned run = 0; run < RUNS; run++) {
		double start = seconds();

		*sum = kernel(operands);
		times[run] = (seconds() - start) * 1e9 / PAIRS / ROUNDS;
	}
	qsort(times, RUNS, sizeof(times[0]), compare_numbers);
	return times[RUNS / 2];
}

int main(void)
{
	static struct operands operands;
	int status = 0;

	fill(&operands);
	printf("%-10s %12s %12s\n", "operation", "inline ns", "integer ns");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t fast_sum;
		uint64_t slow_sum;
		double fast = measure(rows[i].fast, &operands, &fast_sum);
		double slow = measure(rows[i].slow, &operands, &slow_sum);

		printf("%-10s %12.2f %12.2f\n", rows[i].name, fast, slow);
		if (fast_sum != slow_sum) {
			fprintf(stderr, "%s: the two paths differ\n", rows[i].name);
			status = 1;
		}
	}
	return status;
}
