/* SPDX-License-Identifier: MIT */
/* stats_movement.h - moved pages of stats.json and its trace for people. */
#pragma once

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

#include "sim/error.h"

/* Actions with their times, refusals with their reasons; nothing where no pages are moved. */
void stats_movement_print(FILE *out, const json_t *stats);
/* All records of guest physical page `page` in the trace of `directory`. */
bool stats_movement_page(FILE *out, const char *directory, const json_t *stats, uint64_t page,
			 struct error *err);

#define STATS_TIMELINE_BINS    100U
#define STATS_TIMELINE_ACTIONS 3U /* migrations, copies, copies given up */

/* How often each was done in equal parts of a run. */
struct stats_timeline {
	double cycles; /* of the run */
	double mhz;
	double sum;
	double count[STATS_TIMELINE_BINS][STATS_TIMELINE_ACTIONS];
};

/* Nothing is counted where no pages are moved. */
bool stats_timeline_read(struct stats_timeline *timeline, const char *directory,
			 const json_t *stats, struct error *err);
