/* SPDX-License-Identifier: MIT */
/* stats.c - the table of counters, made from stats.def. */
#include "sim/memsys/stats.h"

/* clang-format off */
const struct memsys_stat memsys_cpu_stat_table[] = {
#define CPU_STAT(name, unit, text) \
	{ #name, unit, text, offsetof(struct memsys_cpu_stats, name) },
#include "sim/memsys/stats.def"
};

const struct memsys_stat memsys_node_stat_table[] = {
#define NODE_STAT(name, unit, text) \
	{ #name, unit, text, offsetof(struct memsys_node_stats, name) },
#include "sim/memsys/stats.def"
};
/* clang-format on */

const unsigned memsys_cpu_stat_count =
	sizeof(memsys_cpu_stat_table) / sizeof(memsys_cpu_stat_table[0]);
const unsigned memsys_node_stat_count =
	sizeof(memsys_node_stat_table) / sizeof(memsys_node_stat_table[0]);
