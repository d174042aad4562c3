/* SPDX-License-Identifier: MIT */
/*
 * cp0.h - reading and writing the registers of CP0 as instructions and debuggers see them.
 */
#pragma once

#include <stdint.h>

#include "sim/core/core.h"

/* Register `number` at cycle `now`, 64 bits; 32-bit registers are sign-extended. */
uint64_t cp0_read(const struct core *core, unsigned number, uint64_t now);

/*
 * What MTC0 and DMTC0 write: read-only bits stay. Changes of mode, mapping, time and interrupts
 * take effect; the caller ends the block.
 */
void cp0_write(struct core *core, unsigned number, uint64_t value, uint64_t now);

/* What a debugger writes: read-only fields too, as far as they have a value of their own. */
void cp0_force(struct core *core, unsigned number, uint64_t value, uint64_t now);

/* Registers after a cold reset; the TLB is made invalid. */
void cp0_reset(struct core *core);

/* Random at cycle `now`: counts down from the last entry to Wired. */
unsigned cp0_random(const struct core *core, uint64_t now);

/* The timer's next cycle, from Count and Compare at `now`. */
void cp0_set_timer(struct core *core, uint64_t now);
