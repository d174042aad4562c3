/* SPDX-License-Identifier: MIT */
/*
 * task.h - a run of a plan, with all that decides its result.
 *
 * The key is a hash of the configuration with all defaults, of the contents of every file that it
 * names, of this simulator, and of what is read from the consoles: same key, same result.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "sim/campaign/plan.h"
#include "sim/error.h"

#define TASK_KEY_BYTES 33U /* 32 digits */

struct task {
	const char *experiment; /* the plan's name */
	const char *name;
	const json_t *about;       /* the run in its plan, which keeps it */
	const struct task *parent; /* of a resumed run: the one that saves the checkpoint */
	json_t *document;          /* what `mirrorball run` reads; NULL for a resumed run */
	char key[TASK_KEY_BYTES];
};

struct task_list {
	struct task *task;
	size_t count;
	json_t *hashes; /* of files, by their names: each is read once */
};

/*
 * The runs of a plan, which must stay; names of files are relative to its folder. Always needs
 * task_list_release() afterwards.
 */
bool task_list_make(struct task_list *list, const struct plan *plan, struct error *err);
void task_list_release(struct task_list *list);

/* A number of the run's entry in the plan, or `fallback`. */
double task_number(const struct task *task, const char *key, double fallback);
