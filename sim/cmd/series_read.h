/* SPDX-License-Identifier: MIT */
/* series_read.h - series.csv back again, for the page and its plot. The file may be damaged. */
#pragma once

#include <stddef.h>

#include "sim/error.h"

/* What a sample has of all CPUs together, in cycles unless the name says otherwise. */
struct series_sample {
	double time_ns; /* its end */
	double instructions;
	double execution, stall_l2, stall_local, stall_remote, stall_uncached, idle;
	double user, supervisor, kernel; /* without idling */
	double misses;                   /* of the second level, upgrades too */
	double misses_remote;
	double tlb_refills;
};

struct series_table {
	struct series_sample *sample;
	size_t count;
};

/* Reads DIRECTORY/series.csv; one of no samples has count 0. */
bool series_read(struct series_table *table, const char *directory, struct error *err);
void series_table_release(struct series_table *table);

/* Puts neighbours together until there are at most `most` samples. */
void series_condense(struct series_table *table, size_t most);
