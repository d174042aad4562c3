/* SPDX-License-Identifier: MIT */
/*
 * counters.h - every counter of a CPU and of a node, with unit and text, in a fixed order: the
 * columns of series.csv. docs/statistics.md lists them.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

struct machine;

struct counter {
	const char *name;
	const char *unit;
	const char *text;
};

/* Those that do not depend on the memory system come first. */
#define COUNTERS_PLAIN    9U
#define COUNTERS_CPU_MAX  64U
#define COUNTERS_NODE_MAX 32U

unsigned counters_cpu_count(void);
unsigned counters_node_count(void);
struct counter counters_cpu(unsigned index);
struct counter counters_node(unsigned index);

/* The values of one CPU or node; without a memory system most are 0. */
void counters_read_cpu(const struct machine *machine, unsigned cpu, uint64_t *values);
void counters_read_node(const struct machine *machine, unsigned node, uint64_t *values);

/* The plain ones of every CPU, and what they mean: "cpus" and "counters" of stats.json. */
json_t *counters_report(const struct machine *machine);
json_t *counters_describe(void);
