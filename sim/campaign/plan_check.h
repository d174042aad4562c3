/* SPDX-License-Identifier: MIT */
/* plan_check.h - the keys of a plan: unknown ones and wrong kinds are errors. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "sim/error.h"

/* Keys and kinds of the whole plan; `path` begins the messages. */
bool plan_check(const char *path, const json_t *about, struct error *err);

/* Names of the runs, and what they refer to. */
bool plan_check_runs(const char *path, const json_t *runs, struct error *err);
