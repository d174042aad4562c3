/* SPDX-License-Identifier: MIT */
/*
 * work.h - runs what has no result yet: each run is a process of this program, some at a time.
 *
 * A run that ends by itself has a result, whatever its exit code; one that ends with a usage error,
 * a host I/O error or a signal has none and is tried again the next time.
 */
#pragma once

#include <stdbool.h>

#include "sim/campaign/result_store.h"
#include "sim/campaign/task.h"
#include "sim/error.h"

struct work {
	const char *directory; /* results.db and runs/ */
	struct result_store *store;
	int lock; /* of the directory; -1: none */
	unsigned jobs;
	bool is_quiet;
	size_t begin; /* which tasks of a list: all if `end` is 0 */
	size_t end;

	/* Of all lists: for the progress. */
	unsigned total;
	unsigned done;
	unsigned failed; /* without a result */
	double seconds_left;
	struct error why; /* of the first that failed */
};

/* Opens DIRECTORY, which it makes, for this process alone. Always needs work_end(). */
bool work_begin(struct work *work, const char *directory, unsigned jobs, struct error *err);
void work_end(struct work *work);

/* Counts what is to be done, before the first work_run(). */
bool work_expect(struct work *work, const struct task_list *list, struct error *err);

/*
 * Runs the list. False if this cannot go on: the store fails, the user interrupts. Runs without a
 * result are counted in `failed`.
 */
bool work_run(struct work *work, const struct task_list *list, struct error *err);
