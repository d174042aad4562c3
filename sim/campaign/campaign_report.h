/* SPDX-License-Identifier: MIT */
/* report.h - the files that experiments leave: index.html, report.json and tables as CSV. */
#pragma once

#include <jansson.h>

#include "sim/error.h"

/* Counts the verdicts of all experiments into `verdicts` of the report. */
void campaign_report_count(json_t *report);

/* Writes all files of the report into the directory, or none. */
bool campaign_report_write(const char *directory, const json_t *report, struct error *err);
