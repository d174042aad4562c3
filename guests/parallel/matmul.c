/* SPDX-License-Identifier: MIT */
/*
 * matmul.c - C = A x B, words: rows of A and C lie with the CPU that has them, B lies on node 0.
 *
 * All three fit into a second-level cache together: a cold miss for each line that a CPU touches,
 * of its rows at home, of B at node 0.
 */
#include "guests/lib/random.h"
#include "guests/parallel/parallel.h"

#define N 192U /* rows and columns; 144 KB a matrix */

static uint32_t rows_of(unsigned cpu)
{
	return N / parallel_cpus + (cpu < N % parallel_cpus);
}

static uint32_t first_row(unsigned cpu)
{
	uint32_t extra = cpu < N % parallel_cpus ? cpu : N % parallel_cpus;

	return cpu * (N / parallel_cpus) + extra;
}

/* Each CPU has a place for all rows, but uses its own only. */
static uint32_t *place(unsigned cpu, unsigned matrix)
{
	unsigned each = parallel_cpus / parallel_nodes;

	return parallel_memory(parallel_node_of(cpu), (1 + 2 * (cpu % each) + matrix) * N * N * 4);
}

static uint32_t *row_a(unsigned cpu, uint32_t row)
{
	return place(cpu, 0) + (row - first_row(cpu)) * N;
}

static uint32_t *row_c(unsigned cpu, uint32_t row)
{
	return place(cpu, 1) + (row - first_row(cpu)) * N;
}

static uint32_t *matrix_b(void)
{
	return parallel_memory(0, 0);
}

static uint32_t a(uint32_t row, uint32_t column)
{
	return row * 7 + column;
}

static uint32_t b(uint32_t row, uint32_t column)
{
	return row ^ (column * 3);
}

void parallel_prepare(void)
{
	for (unsigned cpu = 0; cpu < parallel_cpus; cpu++) {
		for (uint32_t row = first_row(cpu); row < first_row(cpu) + rows_of(cpu); row++) {
			for (uint32_t column = 0; column < N; column++) {
				row_a(cpu, row)[column] = a(row, column);
			}
		}
	}
	for (uint32_t i = 0; i < N * N; i++) {
		matrix_b()[i] = b(i / N, i % N);
	}
}

void parallel_run(unsigned cpu)
{
	const uint32_t *right = matrix_b();

	for (uint32_t row = first_row(cpu); row < first_row(cpu) + rows_of(cpu); row++) {
		const uint32_t *left = row_a(cpu, row);
		uint32_t *result = row_c(cpu, row);

		for (uint32_t column = 0; column < N; column++) {
			uint32_t sum = 0;

			for (uint32_t k = 0; k < N; k++) {
				sum += left[k] * right[k * N + column];
			}
			result[column] = sum;
		}
	}
}

int parallel_check(void)
{
	uint32_t state = 1;

	/* Every row, at random columns. */
	for (unsigned cpu = 0; cpu < parallel_cpus; cpu++) {
		for (uint32_t row = first_row(cpu); row < first_row(cpu) + rows_of(cpu); row++) {
			uint32_t column = random_next(&state) % N;
			uint32_t sum = 0;

			for (uint32_t k = 0; k < N; k++) {
				sum += a(row, k) * b(k, column);
			}
			if (row_c(cpu, row)[column] != sum) {
				return 0;
			}
		}
	}
	return 1;
}
