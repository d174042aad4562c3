/* SPDX-License-Identifier: MIT */
/* attribution_report.h - whose time it was, as JSON for stats.json. */
#pragma once

#include <jansson.h>

#include "sim/inspect/attribution.h"

/* docs/statistics.md has the fields; null without a monitor. */
json_t *attribution_report(struct attribution *attribution);
/* ATTRIBUTION_PARTS times, by part. */
json_t *attribution_report_times(const struct attribution_time *times);
