/* SPDX-License-Identifier: MIT */
/*
 * move_trace.h - what a monitor's logs tell of the pages that it moves: every record into a file of
 * the results, the totals into stats.json. docs/statistics.md has the schema.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "sim/cmd/output.h"
#include "sim/inspect/attribution.h"
#include "sim/inspect/moves.h"

#define MOVE_TRACE_NAME "trace.movement.csv"

/* Pages that are told of by name. */
#define MOVE_TRACE_MARKED_MAX 256

/* A page that has moved too often and stays where it is. */
struct marked_page {
	uint32_t page;
	uint16_t vm;
	uint64_t refused; /* how often it would have been moved since */
};

struct move_trace {
	struct machine *machine;
	struct attribution *attribution; /* NULL: nothing to be told */
	struct output_set *outputs;
	FILE *stream; /* belongs to the outputs; NULL before the first record */
	struct moves moves;
	uint64_t records;
	struct marked_page marked[MOVE_TRACE_MARKED_MAX];
	size_t marked_count;
	bool has_failed;
	struct error failure;
};

/* `trace` stays where it is while the run goes on. */
void move_trace_begin(struct move_trace *trace, struct machine *machine,
		      struct attribution *attribution, struct output_set *outputs);
/* What came since CPUs left the monitor last. */
void move_trace_finish(struct move_trace *trace);
/* "movement" of stats.json; null where no pages are moved. After move_trace_finish(). */
json_t *move_trace_report(const struct move_trace *trace);
