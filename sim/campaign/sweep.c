/* SPDX-License-Identifier: MIT */
/* sweep.c - `mirrorball sweep`: many runs by a plan, here or on a cluster. */
#include <stdio.h>
#include <string.h>

#include "sim/campaign/campaign.h"
#include "sim/campaign/slurm.h"
#include "sim/cmd/cmd.h"
#include "sim/cmd/options.h"

struct sweep {
	struct campaign campaign;
	struct campaign_cluster cluster;
	const char *plan;
	bool help;
};

#define ROWS 11U

static void fill_table(struct sweep *s, struct option rows[ROWS])
{
	const struct option table[ROWS] = {
		{ "--out", OPTION_TEXT, &s->campaign.directory, "DIR",
		  "results and report; finished runs in it are not run again (sweep)", 0, 0, NULL },
		{ "--jobs", OPTION_NUMBER, &s->campaign.jobs, "N", "runs at a time (1)", 1, 64,
		  NULL },
		{ "--quick", OPTION_FLAG, &s->campaign.is_quick, NULL,
		  "the plan's small variant, if it has one", 0, 0, NULL },
		{ "--slurm", OPTION_FLAG, &s->cluster.is_slurm, NULL,
		  "submit a job array and a collector to Slurm", 0, 0, NULL },
		{ "--chunk", OPTION_NUMBER, &s->cluster.chunk, "N",
		  "--slurm: runs of one task of the array (8)", 1, 100000, NULL },
		{ "--limit", OPTION_NUMBER, &s->cluster.limit, "N",
		  "--slurm: tasks at a time (0: no limit)", 0, 100000, NULL },
		{ "--rounds", OPTION_NUMBER, &s->cluster.rounds, "N",
		  "--slurm: how often lost runs are submitted again (3)", 0, 100, NULL },
		{ "--part", OPTION_NUMBER, &s->cluster.part, "N", "in a job: runs of one task", 0,
		  100000, NULL },
		{ "--collect", OPTION_FLAG, &s->cluster.is_collect, NULL,
		  "in a job: gather what the tasks have, write the report", 0, 0, NULL },
		{ "--quiet", OPTION_FLAG, &s->campaign.is_quiet, NULL, "no progress", 0, 0, NULL },
		{ "--help", OPTION_FLAG, &s->help, NULL, "print this", 0, 0, NULL },
	};

	memcpy(rows, table, sizeof(table));
}

static bool run(const struct sweep *s, struct error *err)
{
	if (s->cluster.part != CAMPAIGN_ALL) {
		return campaign_part(&s->campaign, &s->cluster, err);
	}
	if (s->cluster.is_collect) {
		return slurm_collect(&s->campaign, &s->cluster, err);
	}
	return s->cluster.is_slurm ? slurm_submit(&s->campaign, &s->cluster, err)
				   : campaign_run(&s->campaign, err);
}

int cmd_sweep(int argc, char **argv)
{
	struct sweep s = { .campaign = { .directory = "sweep", .jobs = 1, .count = 1 },
			   .cluster = { .chunk = 8, .rounds = 3, .part = CAMPAIGN_ALL } };
	struct option table[ROWS];
	size_t words;
	struct error err;

	s.campaign.plans = &s.plan;
	fill_table(&s, table);
	if (!options_parse(table, ROWS, argc, argv, &s.plan, 1, &words, &err)) {
		return cmd_fail(&err);
	}
	if (s.help) {
		puts("usage: mirrorball sweep [OPTION...] PLAN.lua\n\n"
		     "Does all runs of a plan (docs/reproduction.md) that have no result in DIR, "
		     "writes\nDIR/results.db (SQLite) and a report.\n");
		options_print_help(table, ROWS);
		return cmd_flush();
	}
	if (words != 1) {
		error_set(&err, EXIT_USAGE, "sweep needs a plan: mirrorball sweep PLAN.lua");
		return cmd_fail(&err);
	}
	return run(&s, &err) ? cmd_flush() : cmd_fail(&err);
}
