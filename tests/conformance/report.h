/* SPDX-License-Identifier: MIT */
/*
 * report.h - the tables that the command prints at its end.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "tests/conformance/compare.h"

/* Programs, records and CPU time by simulator, then every rule with its count. */
void report_print(const struct comparison *comparison, const double cpu_seconds[SIMULATORS],
		  FILE *out);

/* Rules that explained nothing: stale, or too few programs. Prints them; true if none. */
bool report_check_rules(const struct comparison *comparison, FILE *out);
