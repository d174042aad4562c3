/* SPDX-License-Identifier: MIT */
/* places_report.h - misses by place: the ranges that are asked for, and what stats.json says. */
#pragma once

#include <jansson.h>

#include "sim/cmd/options.h"
#include "sim/trace/places.h"

/* Adds NAME=ADDRESS+SIZE of each --range to `ranges`, which has room for PLACES_RANGES_MAX. */
bool places_parse(const struct option_list *list, struct places_range *ranges, size_t *count,
		  struct error *err);

/* "places" of stats.json. JSON null without `places`. */
json_t *places_report(const struct places *places);
