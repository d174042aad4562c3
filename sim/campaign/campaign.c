/* SPDX-License-Identifier: MIT */
/* campaign.c - plans, their runs, the report. */
#include "sim/campaign/campaign.h"

#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/campaign/campaign_report.h"
#include "sim/campaign/conclude.h"
#include "sim/campaign/plan.h"
#include "sim/campaign/task.h"
#include "sim/campaign/work.h"

struct experiment {
	struct plan plan;
	struct task_list tasks;
};

static bool load(const struct campaign *campaign, struct experiment *experiments, struct error *err)
{
	for (size_t i = 0; i < campaign->count; i++) {
		if (!plan_load(&experiments[i].plan, campaign->plans[i], campaign->is_quick, err) ||
		    !task_list_make(&experiments[i].tasks, &experiments[i].plan, err)) {
			return false;
		}
		for (size_t j = 0; j < i; j++) {
			if (strcmp(plan_name(&experiments[i].plan),
				   plan_name(&experiments[j].plan)) == 0) {
				return error_set(err, EXIT_USAGE, "%s and %s have the same name",
						 campaign->plans[j], campaign->plans[i]);
			}
		}
	}
	return true;
}

static bool work_all(struct work *work, const struct campaign *campaign,
		     const struct experiment *experiments, struct error *err)
{
	for (size_t i = 0; i < campaign->count; i++) {
		if (!work_expect(work, &experiments[i].tasks, err)) {
			return false;
		}
	}
	for (size_t i = 0; i < campaign->count; i++) {
		if (!work_run(work, &experiments[i].tasks, err)) {
			return false;
		}
	}
	return true;
}

static void print_claims(const json_t *part)
{
	const json_t *claim;
	size_t index;

	printf("%s: %s\n", json_string_value(json_object_get(part, "name")),
	       json_string_value(json_object_get(part, "title")));
	if (!json_is_true(json_object_get(part, "complete"))) {
		printf("  not complete: %s\n", json_string_value(json_object_get(part, "why")));
	}
	json_array_foreach(json_object_get(part, "claims"), index, claim)
	{
		const json_t *paper = json_object_get(claim, "paper");
		const json_t *ours = json_object_get(claim, "ours");
		const char *unit = json_string_value(json_object_get(claim, "unit"));

		printf("  %-20s  %s: ", json_string_value(json_object_get(claim, "verdict_text")),
		       json_string_value(json_object_get(claim, "text")));
		if (paper != NULL) {
			printf("paper %.6g, ", json_number_value(paper));
		}
		if (ours != NULL) {
			printf("ours %.6g%s%s", json_number_value(ours), unit != NULL ? " " : "",
			       unit != NULL ? unit : "");
		}
		putchar('\n');
	}
}

static json_t *make_report(const struct work *work, const struct campaign *campaign,
			   const struct experiment *experiments, struct error *err)
{
	json_t *parts = json_array();
	json_t *simulator = json_object_get(experiments[0].tasks.hashes, "/proc/self/exe");

	for (size_t i = 0; i < campaign->count; i++) {
		json_t *part =
			conclude(&experiments[i].plan, &experiments[i].tasks, work->store, err);

		if (part == NULL) {
			json_decref(parts);
			return NULL;
		}
		print_claims(part);
		json_array_append_new(parts, part);
	}
	json_t *report =
		json_pack("{s:i, s:b, s:O, s:o}", "version", 1, "quick", campaign->is_quick,
			  "simulator", simulator, "experiments", parts);

	campaign_report_count(report);
	return report;
}

/* What is not as it should be decides the exit code. */
static bool check_report(const struct campaign *campaign, const struct work *work,
			 const json_t *report, struct error *err)
{
	const json_t *part;
	size_t index;
	json_t *verdicts = json_object_get(report, "verdicts");
	json_int_t bad = json_integer_value(json_object_get(verdicts, "unexplained")) +
			 json_integer_value(json_object_get(verdicts, "missing"));

	if (work->failed > 0) {
		return error_set(err, work->why.code, "%s", work->why.text);
	}
	json_array_foreach(json_object_get(report, "experiments"), index, part)
	{
		if (!json_is_true(json_object_get(part, "complete"))) {
			return error_set(
				err,
				(enum exit_code)json_integer_value(json_object_get(part, "code")),
				"%s: %s", json_string_value(json_object_get(part, "name")),
				json_string_value(json_object_get(part, "why")));
		}
	}
	return !campaign->is_strict || bad == 0 ||
	       error_set(err, EXIT_PROGRAM,
			 "%" JSON_INTEGER_FORMAT " claims differ without an explanation", bad);
}

static bool begin(const struct campaign *campaign, const char *directory,
		  struct experiment *experiments, struct work *work, struct error *err)
{
	if (!load(campaign, experiments, err) ||
	    !work_begin(work, directory, (unsigned)campaign->jobs, err)) {
		return false;
	}
	work->is_quiet = campaign->is_quiet;
	return true;
}

static void end(const struct campaign *campaign, struct experiment *experiments, struct work *work)
{
	work_end(work);
	for (size_t i = 0; i < campaign->count; i++) {
		task_list_release(&experiments[i].tasks);
		plan_release(&experiments[i].plan);
	}
}

static bool run(const struct campaign *campaign, struct experiment *experiments, struct work *work,
		struct error *err)
{
	if (!begin(campaign, campaign->directory, experiments, work, err) ||
	    !work_all(work, campaign, experiments, err)) {
		return false;
	}
	json_t *report = make_report(work, campaign, experiments, err);
	bool good = report != NULL && campaign_report_write(campaign->directory, report, err);

	if (good && !campaign->is_quiet) {
		fprintf(stderr, "mirrorball: the report is %s/index.html\n", campaign->directory);
	}
	good = good && check_report(campaign, work, report, err);
	json_decref(report);
	return good;
}

bool campaign_run(const struct campaign *campaign, struct error *err)
{
	struct experiment *experiments = calloc(campaign->count, sizeof(experiments[0]));
	struct work work = { .lock = -1 };

	if (experiments == NULL) {
		return error_set(err, EXIT_HOST_IO, "the host is out of memory");
	}
	bool good = run(campaign, experiments, &work, err);

	end(campaign, experiments, &work);
	free(experiments);
	return good;
}

static void part_path(const struct campaign *campaign, size_t part, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/parts/%zu", campaign->directory, part);
}

bool campaign_part(const struct campaign *campaign, const struct campaign_cluster *cluster,
		   struct error *err)
{
	struct experiment experiment = { 0 };
	struct work work = { .lock = -1 };
	char path[PATH_MAX];

	part_path(campaign, cluster->part, path);
	bool good = begin(campaign, path, &experiment, &work, err) &&
		    result_store_merge(work.store, campaign->directory, err);

	work.begin = cluster->part * cluster->chunk;
	work.end = work.begin + cluster->chunk;
	good = good && work_all(&work, campaign, &experiment, err) &&
	       (work.failed == 0 || error_set(err, work.why.code, "%s", work.why.text));
	end(campaign, &experiment, &work);
	return good;
}

/* Numbers with commas between them. */
static bool list_missing(const struct work *work, const struct task_list *list, size_t chunk,
			 FILE *stream, struct error *err)
{
	const char *comma = "";

	for (size_t part = 0; part * chunk < list->count; part++) {
		bool is_whole = true;

		for (size_t i = part * chunk; i < (part + 1) * chunk && i < list->count; i++) {
			json_t *result;

			if (!result_store_get(work->store, list->task[i].key, &result, err)) {
				return false;
			}
			is_whole = is_whole && result != NULL;
			json_decref(result);
		}
		if (!is_whole) {
			fprintf(stream, "%s%zu", comma, part);
			comma = ",";
		}
	}
	return true;
}

bool campaign_gather(const struct campaign *campaign, const struct campaign_cluster *cluster,
		     char **missing, struct error *err)
{
	struct experiment experiment = { 0 };
	struct work work = { .lock = -1 };
	char path[PATH_MAX];
	size_t bytes;
	FILE *stream = open_memstream(missing, &bytes);
	bool good = stream != NULL || error_set(err, EXIT_HOST_IO, "the host is out of memory");

	good = good && begin(campaign, campaign->directory, &experiment, &work, err);
	for (size_t part = 0; good && part * cluster->chunk < experiment.tasks.count; part++) {
		part_path(campaign, part, path);
		good = result_store_merge(work.store, path, err);
	}
	good = good && list_missing(&work, &experiment.tasks, cluster->chunk, stream, err);
	end(campaign, &experiment, &work);
	if (stream != NULL) {
		fclose(stream);
	}
	return good;
}
