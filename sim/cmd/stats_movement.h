/* SPDX-License-Identifier: MIT */
/* stats_movement.h - moved pages of stats.json and its trace for people. */
#pragma once

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

#include "sim/error.h"

/* Actions with their times, refusals with their reasons; nothing where no pages are moved. */
void stats_movement_print(FILE *out, const json_t *stats);
/* All records of guest page `gpn` in the trace of `directory`, by time as they were written. */
bool stats_movement_page(FILE *out, const char *directory, uint64_t gpn, struct error *err);
