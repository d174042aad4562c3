/* SPDX-License-Identifier: MIT */
/*
 * outcome.h - what is kept of a finished run: stats.json with the CPUs summed up, and the numbers
 * that the plan wants from the consoles.
 */
#pragma once

#include <jansson.h>

#include "sim/campaign/task.h"
#include "sim/error.h"

/* Reads the results that the run left in `directory`. NULL after an error. */
json_t *outcome_read(const struct task *task, const char *directory, struct error *err);
