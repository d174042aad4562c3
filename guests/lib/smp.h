/* SPDX-License-Identifier: MIT */
/*
 * smp.h - the machine's other CPUs.
 */
#pragma once

#include <stdint.h>

#include "guests/lib/asm.h"

typedef void smp_fn(unsigned cpu);

unsigned smp_start(smp_fn *fn);
void smp_park(void) __attribute__((noreturn)); /* start.S */
void smp_secondary(unsigned cpu) __attribute__((noreturn));

/* This CPU's number: 0 for the first; it stands at the lowest address of the CPU's stack. */
static inline unsigned smp_cpu(void)
{
	uintptr_t sp;

	__asm__ volatile("move %0, $sp" : "=r"(sp));
	return *(const uint32_t *)(sp & ~(uintptr_t)(STACK_SIZE - 1));
}
