/* SPDX-License-Identifier: MIT */
/* stats_attribution.h - whose time it was: VMs, VCPUs, the monitor by cause. */
#pragma once

#include <jansson.h>
#include <stdio.h>

/* Nothing if the run had no monitor. */
void stats_attribution_print(FILE *out, const json_t *attribution);
