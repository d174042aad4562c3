/* SPDX-License-Identifier: MIT */
/* conclude.c - asks the plan, judges its claims. */
#include "sim/campaign/conclude.h"

#include <string.h>

#include "sim/campaign/claim.h"

/* The settings of a run; of files the names, without this host's folders. */
static json_t *shorten_settings(const json_t *set)
{
	json_t *result = json_array();
	const json_t *item;
	size_t index;

	json_array_foreach(set, index, item)
	{
		const char *text = json_string_value(item);
		const char *value = strstr(text, "=/");

		json_array_append_new(
			result, value == NULL ? json_string(text)
					      : json_sprintf("%.*s%s", (int)(value + 1 - text),
							     text, strrchr(text, '/') + 1));
	}
	return result;
}

/* What the report says of a run. */
static json_t *describe_run(const struct task *task, const json_t *result)
{
	json_t *run = json_pack("{s:s, s:s}", "name", task->name, "key", task->key);
	static const char *const same[] = { "exit_code",    "reason",     "cycles",
					    "instructions", "state_hash", "good" };

	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		json_t *value = json_object_get(result, same[i]);

		if (value != NULL) {
			json_object_set(run, same[i], value);
		}
	}
	json_object_set_new(run, "settings", shorten_settings(json_object_get(task->about, "set")));
	return run;
}

/* All results by name; `runs` describes them. False after an error of the store. */
static bool collect(const struct task_list *list, struct result_store *store, json_t *results,
		    json_t *runs, const struct task **missing, struct error *err)
{
	*missing = NULL;
	for (size_t i = 0; list->task != NULL && i < list->count; i++) {
		const struct task *task = &list->task[i];
		json_t *result;

		if (!result_store_get(store, task->key, &result, err)) {
			return false;
		}
		json_array_append_new(runs, describe_run(task, result));
		if (!json_is_true(json_object_get(result, "good")) && *missing == NULL) {
			*missing = task;
		}
		if (result != NULL) {
			json_object_set_new(result, "key", json_string(task->key));
			json_object_set_new(results, task->name, result);
		}
	}
	return true;
}

static void judge_all(const json_t *claims, const json_t *results)
{
	json_t *claim;
	json_t *counterfactual;
	size_t index;
	size_t at;

	json_array_foreach(claims, index, claim)
	{
		json_array_foreach(json_object_get(claim, "counterfactual"), at, counterfactual)
		{
			json_object_set_new(counterfactual, "explains",
					    json_boolean(claim_is_explained_by(
						    claim, counterfactual, results)));
		}
		enum verdict verdict = claim_judge(claim, results);

		json_object_set_new(claim, "verdict", json_string(claim_verdict_word(verdict)));
		json_object_set_new(claim, "verdict_text",
				    json_string(claim_verdict_text(verdict)));
	}
}

static bool ask(const struct plan *plan, json_t *part, const json_t *results, struct error *err)
{
	static const char *const kept[] = { "tables", "plots", "claims" };
	json_t *about = plan_conclude(plan, results, err);

	if (about == NULL) {
		return false;
	}
	judge_all(json_object_get(about, "claims"), results);
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		json_t *value = json_object_get(about, kept[i]);

		json_object_set_new(part, kept[i],
				    json_is_array(value) ? json_incref(value) : json_array());
	}
	json_decref(about);
	return true;
}

json_t *conclude(const struct plan *plan, const struct task_list *list, struct result_store *store,
		 struct error *err)
{
	const char *about = json_string_value(json_object_get(plan->about, "about"));
	json_t *results = json_object();
	json_t *runs = json_array();
	const struct task *missing;
	json_t *part = NULL;

	if (collect(list, store, results, runs, &missing, err)) {
		part = json_pack("{s:s, s:s, s:s, s:b, s:O}", "name", plan_name(plan), "title",
				 json_string_value(json_object_get(plan->about, "title")), "about",
				 about != NULL ? about : "", "complete", missing == NULL, "runs",
				 runs);
		if (missing != NULL) {
			json_t *result = json_object_get(results, missing->name);
			const char *text = json_string_value(json_object_get(result, "message"));

			json_object_set_new(
				part, "why",
				json_sprintf("run %s %s%s%s", missing->name,
					     result == NULL ? "has no result"
							    : "did not end as it should",
					     text != NULL ? ": " : "", text != NULL ? text : ""));
			json_object_set_new(
				part, "code",
				json_integer(result == NULL ? EXIT_HOST_IO : EXIT_PROGRAM));
		} else if (!ask(plan, part, results, err)) {
			json_decref(part);
			part = NULL;
		}
	}
	json_decref(results);
	json_decref(runs);
	return part;
}
