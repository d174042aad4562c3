/* SPDX-License-Identifier: MIT */
/*
 * timer.h - a periodic interrupt from Count and Compare, on each CPU that starts it.
 */
#pragma once

#include <stdint.h>

void timer_start(uint32_t period);
void timer_stop(void);
uint32_t timer_ticks(unsigned cpu);
