/* SPDX-License-Identifier: MIT */
/* stats.h - the counters of stats.def, as structs and as a table. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "machine/map.h"

/* clang-format off */
struct memsys_cpu_stats {
#define CPU_STAT(name, unit, text) uint64_t name;
#include "sim/memsys/stats.def"
	uint64_t misses_to[MAP_NODES_MAX]; /* misses and upgrades by home node: the heat map */
};

struct memsys_node_stats {
#define NODE_STAT(name, unit, text) uint64_t name;
#include "sim/memsys/stats.def"
};
/* clang-format on */

struct memsys_stat {
	const char *name;
	const char *unit;
	const char *text;
	size_t offset; /* of the uint64_t in its struct */
};

extern const struct memsys_stat memsys_cpu_stat_table[];
extern const unsigned memsys_cpu_stat_count;
extern const struct memsys_stat memsys_node_stat_table[];
extern const unsigned memsys_node_stat_count;
