/* SPDX-License-Identifier: MIT */
/*
 * result_store.h - results of runs by their keys, in one SQLite file: what is in it never runs
 * again.
 *
 * A result is there whole or not at all, whenever the process is killed.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "sim/campaign/task.h"
#include "sim/error.h"

struct result_store;

/* Opens DIRECTORY/results.db and makes it where there is none. NULL after an error. */
struct result_store *result_store_open(const char *directory, struct error *err);
void result_store_close(struct result_store *store);

/* The result of a key, an object; *result is NULL if there is none. */
bool result_store_get(struct result_store *store, const char *key, json_t **result,
		      struct error *err);

/* Keeps a result, `seconds` of host time. */
bool result_store_put(struct result_store *store, const struct task *task, const json_t *result,
		      double seconds, struct error *err);

/* What the last run of that name took; `fallback` if none is known. */
double result_store_seconds(struct result_store *store, const struct task *task, double fallback);

/* Takes what another directory's results.db has and this one has not. None there: nothing. */
bool result_store_merge(struct result_store *store, const char *directory, struct error *err);
