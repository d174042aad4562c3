/* SPDX-License-Identifier: MIT */
/* reproduce.c - `mirrorball reproduce`: experiments of the paper, by their names. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/campaign/campaign.h"
#include "sim/campaign/plan.h"
#include "sim/cmd/cmd.h"
#include "sim/cmd/options.h"

#define PLANS_MAX 64

struct reproduce {
	struct campaign campaign;
	const char *folder; /* of the plans */
	bool list;
	bool help;
	const char *word[PLANS_MAX];
	size_t words;
	struct dirent **entry; /* plans of the folder, in the order of their names */
	int entries;
	char *path[PLANS_MAX];
	size_t paths;
};

#define ROWS 8U

static void fill_table(struct reproduce *r, struct option rows[ROWS])
{
	const struct option table[ROWS] = {
		{ "--quick", OPTION_FLAG, &r->campaign.is_quick, NULL,
		  "small sizes: all of them in minutes", 0, 0, NULL },
		{ "--out", OPTION_TEXT, &r->campaign.directory, "DIR",
		  "results and report; finished runs in it are not run again (report)", 0, 0,
		  NULL },
		{ "--jobs", OPTION_NUMBER, &r->campaign.jobs, "N", "runs at a time (1)", 1, 64,
		  NULL },
		{ "--plans", OPTION_TEXT, &r->folder, "DIR", "folder of the experiments", 0, 0,
		  NULL },
		{ "--list", OPTION_FLAG, &r->list, NULL,
		  "list the experiments, with the time of a run on a quiet core", 0, 0, NULL },
		{ "--strict", OPTION_FLAG, &r->campaign.is_strict, NULL,
		  "code 1 if a claim differs without an explanation", 0, 0, NULL },
		{ "--quiet", OPTION_FLAG, &r->campaign.is_quiet, NULL, "no progress", 0, 0, NULL },
		{ "--help", OPTION_FLAG, &r->help, NULL, "print this", 0, 0, NULL },
	};

	memcpy(rows, table, sizeof(table));
}

static int is_plan(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return length > 4 && strcmp(entry->d_name + length - 4, ".lua") == 0;
}

static bool read_folder(struct reproduce *r, struct error *err)
{
	r->entries = scandir(r->folder, &r->entry, is_plan, alphasort);
	if (r->entries < 0) {
		r->entries = 0;
		return error_set(err, EXIT_HOST_IO, "cannot read %s: %s (--plans names another)",
				 r->folder, strerror(errno));
	}
	/* From here on names of experiments. */
	for (int i = 0; i < r->entries; i++) {
		r->entry[i]->d_name[strlen(r->entry[i]->d_name) - 4] = '\0';
	}
	return r->entries <= PLANS_MAX ||
	       error_set(err, EXIT_USAGE, "%s has more than %d plans", r->folder, PLANS_MAX);
}

static const char *plan_at(const void *context, size_t index)
{
	const struct reproduce *r = context;

	return r->entry[index]->d_name;
}

static bool add(struct reproduce *r, const struct dirent *entry, struct error *err)
{
	if (r->paths == PLANS_MAX ||
	    asprintf(&r->path[r->paths], "%s/%s.lua", r->folder, entry->d_name) < 0) {
		return error_set(err, EXIT_USAGE, "more than %d experiments", PLANS_MAX);
	}
	r->paths++;
	return true;
}

static bool pick(struct reproduce *r, const char *word, struct error *err)
{
	bool is_all = strcmp(word, "all") == 0;
	bool found = false;

	for (int i = 0; i < r->entries; i++) {
		if (is_all || strcmp(word, r->entry[i]->d_name) == 0) {
			found = true;
			if (!add(r, r->entry[i], err)) {
				return false;
			}
		}
	}
	if (found) {
		return true;
	}
	const char *near = options_nearest(word, plan_at, r, (size_t)r->entries);

	return error_set(err, EXIT_USAGE, "unknown experiment '%s'%s%s%s; --list lists them", word,
			 near != NULL ? " (did you mean " : "", near != NULL ? near : "",
			 near != NULL ? "?)" : "");
}

/* A line: name, runs, the time that they are expected to take, title. */
static bool list(const struct reproduce *r, const struct dirent *entry, struct error *err)
{
	char path[PATH_MAX];
	struct plan plan;
	double seconds = 0;
	const json_t *item;
	size_t index;

	snprintf(path, sizeof(path), "%s/%s.lua", r->folder, entry->d_name);
	bool good = plan_load(&plan, path, r->campaign.is_quick, err);

	if (good) {
		json_array_foreach(plan_runs(&plan), index, item)
		{
			const json_t *said = json_object_get(item, "seconds");

			seconds += said != NULL ? json_number_value(said) : PLAN_GUESS_SECONDS;
		}
		printf("%-10s %3zu runs, %5.1f min  %s\n", entry->d_name,
		       json_array_size(plan_runs(&plan)), seconds / 60,
		       json_string_value(json_object_get(plan.about, "title")));
	}
	plan_release(&plan);
	return good;
}

static bool list_all(const struct reproduce *r, struct error *err)
{
	for (int i = 0; i < r->entries; i++) {
		if (!list(r, r->entry[i], err)) {
			return false;
		}
	}
	return true;
}

static bool run(struct reproduce *r, struct error *err)
{
	if (!read_folder(r, err)) {
		return false;
	}
	if (r->list) {
		return list_all(r, err);
	}
	if (r->words == 0) {
		return error_set(err, EXIT_USAGE,
				 "reproduce needs experiments: mirrorball reproduce all --quick");
	}
	for (size_t i = 0; i < r->words; i++) {
		if (!pick(r, r->word[i], err)) {
			return false;
		}
	}
	r->campaign.plans = (const char *const *)r->path;
	r->campaign.count = r->paths;
	return campaign_run(&r->campaign, err);
}

static void release(struct reproduce *r)
{
	for (int i = 0; i < r->entries; i++) {
		free(r->entry[i]);
	}
	free(r->entry);
	for (size_t i = 0; i < r->paths; i++) {
		free(r->path[i]);
	}
}

int cmd_reproduce(int argc, char **argv)
{
	struct reproduce r = { .folder = PLAN_FOLDER,
			       .campaign = { .directory = "report", .jobs = 1 } };
	struct option table[ROWS];
	struct error err;

	fill_table(&r, table);
	if (!options_parse(table, ROWS, argc, argv, r.word, PLANS_MAX, &r.words, &err)) {
		return cmd_fail(&err);
	}
	if (r.help) {
		puts("usage: mirrorball reproduce [OPTION...] EXPERIMENT...|all\n\n"
		     "Runs experiments of the Disco paper and writes a report: the paper's numbers "
		     "beside\nours, a verdict for each claim (docs/reproduction.md). A run that "
		     "has "
		     "a result in DIR\nis not run again, so a command that was killed goes on.\n");
		options_print_help(table, ROWS);
		return cmd_flush();
	}
	bool good = run(&r, &err);

	release(&r);
	return good ? cmd_flush() : cmd_fail(&err);
}
