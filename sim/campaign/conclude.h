/* SPDX-License-Identifier: MIT */
/* conclude.h - from the results of an experiment's runs to its part of the report. */
#pragma once

#include <jansson.h>

#include "sim/campaign/plan.h"
#include "sim/campaign/result_store.h"
#include "sim/campaign/task.h"
#include "sim/error.h"

/*
 * An object with `name`, `title`, `about`, `complete`, `why` (of one that is not), `runs`, and, if
 * it is complete, `tables`, `plots` and `claims` with their verdicts. NULL after an error: of the
 * store or of the plan.
 */
json_t *conclude(const struct plan *plan, const struct task_list *list, struct result_store *store,
		 struct error *err);
