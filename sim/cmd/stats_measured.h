/* SPDX-License-Identifier: MIT */
/* stats_measured.h - what was measured of guests' kernels (--measure): tables of `mirrorball
 * stats`. */
#pragma once

#include <jansson.h>
#include <stdio.h>

/* Nothing if nothing was. */
void stats_measured_print(FILE *out, const json_t *measured);
