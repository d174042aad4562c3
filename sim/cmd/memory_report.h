/* SPDX-License-Identifier: MIT */
/* memory_report.h - what stats.json says of the memory system (docs/memory-system.md). */
#pragma once

#include <jansson.h>

struct machine;

/*
 * The counters of every CPU and node, with their units, and where each CPU's time went; all while
 * it was in timing mode. JSON null if it never was.
 */
json_t *memory_report(const struct machine *machine);
