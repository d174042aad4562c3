/* SPDX-License-Identifier: MIT */
/* measure_report.h - what was measured of guests' kernels, as JSON for stats.json. */
#pragma once

#include <jansson.h>

#include "sim/inspect/measure.h"

/* docs/statistics.md has the fields; null without `measure`. After attribution_settle(). */
json_t *measure_report(const struct measure *measure, const struct elf_file *symbols);
