/* SPDX-License-Identifier: MIT */
/*
 * slurm.h - a sweep as a job array: parts, a collector behind them, and what is lost once more.
 *
 * Slurm is used through its commands. The folder of the results must be one that all nodes see.
 */
#pragma once

#include "sim/campaign/campaign.h"

/* Submits the parts without all results and the collector. */
bool slurm_submit(const struct campaign *campaign, const struct campaign_cluster *cluster,
		  struct error *err);

/* The collector: gathers, then submits the rest again while there are rounds, or reports. */
bool slurm_collect(const struct campaign *campaign, const struct campaign_cluster *cluster,
		   struct error *err);
