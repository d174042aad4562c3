/* SPDX-License-Identifier: MIT */
/* campaign.h - many runs by plans, what `reproduce` and `sweep` have in common. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/error.h"

struct campaign {
	const char *const *plans; /* files */
	size_t count;
	const char *directory; /* of results and report; it may exist */
	uint64_t jobs;
	bool is_quick;
	bool is_quiet;
	bool is_strict; /* a claim that differs without an explanation is a failure */
};

/*
 * Does all runs that have no result, then writes the report and prints the claims. False after an
 * error; the report is written even if some experiments are not complete.
 */
bool campaign_run(const struct campaign *campaign, struct error *err);

/* One plan on a cluster; part of a sweep (slurm.c). */
struct campaign_cluster {
	uint64_t chunk;  /* runs of a task of the array */
	uint64_t limit;  /* tasks at a time; 0: as many as there is room for */
	uint64_t part;   /* CAMPAIGN_ALL, or what this process is to do */
	uint64_t rounds; /* how often lost runs are submitted again */
	bool is_slurm;   /* submit */
	bool is_collect; /* gather the parts, submit what is lost or write the report */
};

#define CAMPAIGN_ALL UINT64_MAX

/* The runs of one part, in a directory of its own: tasks of the array share no file that changes.
 */
bool campaign_part(const struct campaign *campaign, const struct campaign_cluster *cluster,
		   struct error *err);

/* Gathers what the parts have. *missing: the numbers of those without all results, "" if none. */
bool campaign_gather(const struct campaign *campaign, const struct campaign_cluster *cluster,
		     char **missing, struct error *err);
