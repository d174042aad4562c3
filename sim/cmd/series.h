/* SPDX-License-Identifier: MIT */
/*
 * series.h - series.csv: all counters, sampled at equal distances of simulated time.
 *
 * A row for each CPU and each node at each sample has what came since the sample before, so that
 * the rows of a CPU add up to its totals. Samples change no result: they are taken where a run may
 * pause. docs/statistics.md has the schema.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "sim/cmd/output.h"
#include "sim/machine.h"

#define SERIES_VERSION     1
#define SERIES_NAME        "series.csv"
#define SERIES_INTERVAL_NS 10000000U /* where nobody says another one */

struct series {
	FILE *stream; /* belongs to the outputs; NULL: no series */
	uint64_t interval_ns;
	uint64_t interval_cycles;
	uint64_t next_cycle; /* of the sample that comes */
	uint64_t begin_ns;   /* where the first one begins */
	uint64_t last_cycle; /* of the one before */
	uint64_t samples;
	uint64_t *last; /* values then, of all CPUs and then of all nodes */
};

/* Opens the file and notes where counters stand; without a directory there is no series. */
bool series_begin(struct series *series, struct output_set *outputs, const struct machine *machine,
		  uint64_t interval_ns, struct error *err);

bool series_is_on(const struct series *series);

/* The cycle of series.next_cycle has come: takes the sample, or puts it off for a little. */
void series_take(struct series *series, const struct machine *machine);

/* The last sample, of what is left. */
void series_finish(struct series *series, const struct machine *machine);

/* "series" of stats.json: version, interval, columns. JSON null if there is none. */
json_t *series_describe(const struct series *series);

/* The disk is full. */
bool series_has_failed(const struct series *series);
void series_release(struct series *series);
