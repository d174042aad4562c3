/* SPDX-License-Identifier: MIT */
/*
 * clock.h - the cycle counter, alone in its page, and the time of day.
 *
 * Registers are 32 bits wide in CPU byte order; CLOCK_CYCLES takes a doubleword too
 * (docs/machine/README.md). Only #define. Manual page: docs/machine/clock.md.
 */
#pragma once

#include "machine/map.h"

/* In the page at MAP_CLOCK_BASE. Guests may map it read-only: nothing else is in it, no side
 * effect. */
#define CLOCK_CYCLES    0x00 /* 64, read: cycles since power-on */
#define CLOCK_CYCLES_HI 0x00
#define CLOCK_CYCLES_LO 0x04
#define CLOCK_BYTES     0x1000 /* the rest reads 0; writes have no effect */

/* In the page at MAP_RTC_BASE: 0x00 to 0x1c as in the Goldfish RTC, for which Linux has a driver.
 */
#define RTC_TIME_LO         0x00 /* read: ns since 1970 UTC, latches HI; write: sets the time */
#define RTC_TIME_HI         0x04 /* read: as latched for this CPU; write: before TIME_LO */
#define RTC_ALARM_LO        0x08 /* write: sets the alarm and arms it; read: as written */
#define RTC_ALARM_HI        0x0c /* write: before ALARM_LO; read: as written */
#define RTC_IRQ_ENABLE      0x10 /* bit 0: the alarm drives LINES_SOURCE_RTC */
#define RTC_CLEAR_ALARM     0x14 /* write: disarms */
#define RTC_ALARM_STATUS    0x18 /* read: 1 = armed */
#define RTC_CLEAR_INTERRUPT 0x1c /* write: the source is down until the next alarm */
#define RTC_FREQUENCY       0x20 /* read: cycles of CLOCK_CYCLES a second */
#define RTC_BYTES           0x24
