/* SPDX-License-Identifier: MIT */
/* stats_page.h - stats.json and series.csv for people: tables, and a plot of them. */
#pragma once

#include <jansson.h>
#include <stdio.h>

#include "sim/cmd/series_read.h"
#include "sim/error.h"

/* Prints the readable page; `series` is condensed for it. */
void stats_page_print(FILE *out, const json_t *stats, struct series_table *series);

struct stats_timeline;

struct stats_picture {
	const json_t *stats;
	const struct series_table *series;
	const struct stats_timeline *timeline;
	json_t *before; /* of another run, whose misses from node to node come first; or NULL */
};

/*
 * Draws time by CPU (stacked bars), misses from node to node (heat map) and where time went over
 * time (stacked areas) and pages moved over time with gnuplot into `path`, whose name ends in .svg
 * or .png.
 */
bool stats_page_plot(const char *path, const struct stats_picture *picture, struct error *err);
