/* SPDX-License-Identifier: MIT */
/* stats_priv.h - what the page of statistics and its plot share. Missing numbers count as 0. */
#pragma once

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

#include "sim/error.h"

struct stats_part {
	const char *key;
	const char *title;
};

/* Of a CPU's time: execution, stalls, idling. */
#define STATS_PARTS 6U
extern const struct stats_part stats_parts[STATS_PARTS];

/* Cycles of one part in all modes; of all parts. */
double stats_part_cycles(const json_t *cpu, const char *part);
double stats_all_cycles(const json_t *cpu);

/* Misses of the CPUs of node `from` to node `to`. */
double stats_misses_between(const json_t *memory, size_t from, size_t to);

double stats_percent(double part, double whole);

/* gnuplot, with `path` (option `option`) as its output, .svg or .png; NULL: no, `err` says why. */
FILE *stats_plot_open(const char *path, const char *option, struct error *err);
bool stats_plot_close(FILE *gnuplot, const char *path, struct error *err);
