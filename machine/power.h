/* SPDX-License-Identifier: MIT */
/*
 * power.h - ending a run by a register. Manual page: docs/machine/power.md.
 */
#pragma once

#include "machine/map.h"

/* In the page at MAP_CONSOLE_BASE, where Malta has its soft reset. */
#define POWER_RESTART_OFFSET 0x500
#define POWER_RESTART_BYTES  8
#define POWER_RESTART_GO     0x42 /* write: the run ends with exit code 0 */
