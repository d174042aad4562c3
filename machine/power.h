/* SPDX-License-Identifier: MIT */
/*
 * power.h - sleeping until an interrupt, and ending the run. Only #define.
 *
 * Registers are 32 bits wide in CPU byte order. Manual page: docs/machine/power.md.
 */
#pragma once

#include "machine/map.h"

/*
 * In the page at MAP_CONSOLE_BASE, where Malta has its soft reset. Takes accesses of 1, 2, 4 or 8
 * bytes; the low byte counts. Reads 0.
 */
#define POWER_RESTART_OFFSET 0x500
#define POWER_RESTART_BYTES  8

/* In the page at MAP_POWER_BASE. */
#define POWER_SAVE  0x00 /* write: completes when (Cause.IP & Status.IM) != 0, whatever IE is */
#define POWER_OFF   0x04 /* write: the run ends with exit code 0 */
#define POWER_BYTES 0x08

/* What must be written to the restart register or POWER_OFF; another value has no effect. */
#define POWER_RESTART_GO 0x42
