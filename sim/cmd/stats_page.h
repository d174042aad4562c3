/* SPDX-License-Identifier: MIT */
/* stats_page.h - stats.json for people: tables, and a plot of them. */
#pragma once

#include <jansson.h>
#include <stdio.h>

#include "sim/error.h"

/* Prints the readable page. */
void stats_page_print(FILE *out, const json_t *stats);

/*
 * Draws time by CPU (stacked bars) and misses from node to node (heat map) with gnuplot into
 * `path`, whose name ends in .svg or .png.
 */
bool stats_page_plot(const char *path, const json_t *stats, struct error *err);
