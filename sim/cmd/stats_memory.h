/* SPDX-License-Identifier: MIT */
/* stats_memory.h - whose the machine's memory was when a run ended: tables, and a picture. */
#pragma once

#include <jansson.h>
#include <stdio.h>

#include "sim/error.h"

/* `footprint` of stats.json; nothing without virtual machines. */
void stats_memory_print(FILE *out, const json_t *footprint);

/*
 * Draws each page of the machine in the colour of its owner with gnuplot into `path`, whose name
 * ends in .svg or .png.
 */
bool stats_memory_plot(const char *path, const json_t *stats, struct error *err);
