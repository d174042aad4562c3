/* SPDX-License-Identifier: MIT */
/*
 * plan.h - an experiment as data: which machines to run, and what their results say.
 *
 * A plan is a Lua program in the sandbox of configurations. It is evaluated twice, with an argument
 * that has `build` (the build folder), `folder` (the plan's), `quick`, and `results`: nil at first,
 * when `runs` counts, then a table by the names of the runs, when tables, plots and claims count.
 * docs/reproduction.md describes the keys.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "sim/error.h"

/* Of a run that does not say how long it takes. */
#define PLAN_GUESS_SECONDS 5.0

struct plan {
	char *path; /* absolute */
	char *folder;
	char *text;
	size_t size;
	json_t *given;
	json_t *about; /* of the first evaluation, `vary` unfolded */
};

/* Always needs plan_release() afterwards. */
bool plan_load(struct plan *plan, const char *path, bool is_quick, struct error *err);
void plan_release(struct plan *plan);

const char *plan_name(const struct plan *plan);

/* The list of runs, checked: names differ, a resumed run comes behind the one that saves. */
json_t *plan_runs(const struct plan *plan);

/* The whole plan with the results, checked. NULL after an error. */
json_t *plan_conclude(const struct plan *plan, const json_t *results, struct error *err);
