/* SPDX-License-Identifier: MIT */
/*
 * stencil.c - relaxation on a grid, as ocean's: each CPU has a band of rows in its node's memory
 * and in each step reads its neighbours' edge rows.
 *
 * The bands fit into the caches: after the first step the misses are those of the edges, which the
 * neighbour has written since.
 */
#include "guests/lib/random.h"
#include "guests/parallel/parallel.h"

#define COLUMNS 16384U /* words; a row is 512 lines of 128 bytes */
#define ROWS    3U     /* of each CPU */
#define STEPS   40U    /* even, so that the result is where the grid began */

/* Rows of a CPU in grid 0 or 1: read in one step, written in the next. */
static uint32_t *row_of(unsigned cpu, unsigned grid, uint32_t row)
{
	unsigned each = parallel_cpus / parallel_nodes;

	return (uint32_t *)parallel_memory(parallel_node_of(cpu),
					   (2 * (cpu % each) + grid) * ROWS * COLUMNS * 4) +
	       row * COLUMNS;
}

/* Row `row` counted over all CPUs; the rows around the grid are its own edges. */
static uint32_t *global_row(unsigned grid, int row)
{
	int last = (int)(parallel_cpus * ROWS) - 1;
	uint32_t index = (uint32_t)(row < 0 ? 0 : row > last ? last : row);

	return row_of(index / ROWS, grid, index % ROWS);
}

static void fill(void)
{
	uint32_t state = 12345;

	for (uint32_t row = 0; row < parallel_cpus * ROWS; row++) {
		for (uint32_t column = 0; column < COLUMNS; column++) {
			global_row(0, (int)row)[column] = random_next(&state) >> 4;
		}
	}
}

static void relax_row(unsigned grid, int row)
{
	const uint32_t *above = global_row(grid, row - 1);
	const uint32_t *here = global_row(grid, row);
	const uint32_t *below = global_row(grid, row + 1);
	uint32_t *to = global_row(grid ^ 1, row);

	to[0] = here[0];
	for (uint32_t i = 1; i < COLUMNS - 1; i++) {
		to[i] = (above[i] + below[i] + here[i - 1] + here[i + 1]) >> 2;
	}
	to[COLUMNS - 1] = here[COLUMNS - 1];
}

static uint32_t sum_of_grid(void)
{
	uint32_t sum = 0;

	for (uint32_t row = 0; row < parallel_cpus * ROWS; row++) {
		for (uint32_t i = 0; i < COLUMNS; i++) {
			sum = sum * 31 + global_row(0, (int)row)[i];
		}
	}
	return sum;
}

void parallel_prepare(void)
{
	fill();
}

void parallel_run(unsigned cpu)
{
	for (unsigned step = 0; step < STEPS; step++) {
		for (uint32_t row = 0; row < ROWS; row++) {
			relax_row(step & 1, (int)(cpu * ROWS + row));
		}
		parallel_barrier();
	}
}

/* The same on one CPU. */
int parallel_check(void)
{
	uint32_t parallel = sum_of_grid();

	fill();
	for (unsigned step = 0; step < STEPS; step++) {
		for (uint32_t row = 0; row < parallel_cpus * ROWS; row++) {
			relax_row(step & 1, (int)row);
		}
	}
	return sum_of_grid() == parallel;
}
