/* SPDX-License-Identifier: MIT */
/* stats_page.h - stats.json and series.csv for people: tables, and a plot of them. */
#pragma once

#include <jansson.h>
#include <stdio.h>

#include "sim/cmd/series_read.h"
#include "sim/error.h"

/* Prints the readable page; `series` is condensed for it. */
void stats_page_print(FILE *out, const json_t *stats, struct series_table *series);

/*
 * Draws time by CPU (stacked bars), misses from node to node (heat map) and where time went over
 * time (stacked areas) with gnuplot into `path`, whose name ends in .svg or .png.
 */
bool stats_page_plot(const char *path, const json_t *stats, const struct series_table *series,
		     struct error *err);
