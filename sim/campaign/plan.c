/* SPDX-License-Identifier: MIT */
/* plan.c - reading a plan, and asking it for its conclusions. */
#include "sim/campaign/plan.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/campaign/plan_check.h"
#include "sim/config/files.h"
#include "sim/config/sandbox.h"

#define PLAN_BYTES_MAX (1U << 20)
#define RUNS_MAX       100000U

/* The folder of this program: programs and images were built beside it. */
static char *build_folder(void)
{
	char path[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (length < 0) {
		return NULL;
	}
	path[length] = '\0';
	return strdup(dirname(path));
}

static bool read_text(struct plan *plan, const char *path, struct error *err)
{
	uint8_t *bytes;

	plan->path = realpath(path, NULL);
	if (plan->path == NULL) {
		return error_set(err, EXIT_HOST_IO, "cannot open %s: %s", path, strerror(errno));
	}
	char *copy = strdup(plan->path);

	plan->folder = strdup(dirname(copy));
	free(copy);
	if (!files_read(plan->path, PLAN_BYTES_MAX, &bytes, &plan->size, err)) {
		return false;
	}
	plan->text = (char *)bytes;
	return true;
}

/* One value as --set takes it. */
static json_t *setting(const char *key, const json_t *value)
{
	char *text = json_is_string(value)
			     ? strdup(json_string_value(value))
			     : json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
	json_t *result = json_sprintf("%s=%s", key, text);

	free(text);
	return result;
}

/* Each run once for each value. */
static json_t *unfold(const json_t *runs, const json_t *vary)
{
	const char *key = json_string_value(json_object_get(vary, "key"));
	json_t *result = json_array();
	const json_t *run;
	const json_t *value;
	size_t index;
	size_t at;

	json_array_foreach(runs, index, run)
	{
		json_array_foreach(json_object_get(vary, "values"), at, value)
		{
			json_t *copy = json_deep_copy(run);
			json_t *set = json_object_get(copy, "set");
			json_t *item = setting(key, value);

			if (json_is_array(set)) {
				json_array_append(set, item);
			} else {
				json_object_set_new(copy, "set", json_pack("[O]", item));
			}
			json_object_set_new(
				copy, "name",
				json_sprintf("%s %s",
					     json_string_value(json_object_get(run, "name")),
					     json_string_value(item)));
			json_decref(item);
			json_array_append_new(result, copy);
		}
	}
	return result;
}

static bool unfold_all(struct plan *plan, struct error *err)
{
	const json_t *vary = json_object_get(plan->about, "vary");
	json_t *runs = json_incref(json_object_get(plan->about, "runs"));
	const json_t *item;
	size_t index;

	json_array_foreach(vary, index, item)
	{
		size_t values = json_array_size(json_object_get(item, "values"));

		if (values > 0 && json_array_size(runs) > RUNS_MAX / values) {
			json_decref(runs);
			return error_set(err, EXIT_USAGE, "%s: more than %u runs", plan->path,
					 RUNS_MAX);
		}
		json_t *more = unfold(runs, item);

		json_decref(runs);
		runs = more;
	}
	json_object_set_new(plan->about, "runs", runs);
	return json_array_size(runs) > 0 ||
	       error_set(err, EXIT_USAGE, "%s: the plan has no runs", plan->path);
}

static json_t *evaluate(const struct plan *plan, const json_t *given, struct error *err)
{
	json_t *about = sandbox_evaluate(plan->path, plan->text, plan->size, given, err);

	if (about != NULL && !plan_check(plan->path, about, err)) {
		json_decref(about);
		about = NULL;
	}
	return about;
}

bool plan_load(struct plan *plan, const char *path, bool is_quick, struct error *err)
{
	*plan = (struct plan){ 0 };
	if (!read_text(plan, path, err)) {
		return false;
	}
	char *build = build_folder();

	plan->given = json_pack("{s:s?, s:s, s:b}", "build", build, "folder", plan->folder, "quick",
				is_quick);
	free(build);
	plan->about = evaluate(plan, plan->given, err);
	return plan->about != NULL && unfold_all(plan, err) &&
	       plan_check_runs(plan->path, plan_runs(plan), err);
}

void plan_release(struct plan *plan)
{
	json_decref(plan->given);
	json_decref(plan->about);
	free(plan->text);
	free(plan->folder);
	free(plan->path);
	*plan = (struct plan){ 0 };
}

const char *plan_name(const struct plan *plan)
{
	return json_string_value(json_object_get(plan->about, "name"));
}

json_t *plan_runs(const struct plan *plan)
{
	return json_object_get(plan->about, "runs");
}

json_t *plan_conclude(const struct plan *plan, const json_t *results, struct error *err)
{
	json_t *given = json_copy(plan->given);

	json_object_set(given, "results", (json_t *)(uintptr_t)results);
	json_t *about = evaluate(plan, given, err);

	json_decref(given);
	return about;
}
