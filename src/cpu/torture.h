/* SPDX-License-Identifier: MIT */
/*
 * torture.h - what the torture build (MONITOR_TORTURE, build/src/monitor_torture.elf) does beside:
 * a random schedule, allocations that fail, and the invariants checked at the way back to a guest.
 *
 * A broken one panics. The hardware TLB's, which no structure knows by itself:
 *   T1  every valid entry maps memory that the VM owns, or shares and then not writably; the VCPU's
 *       own shared page; the clock or a trampoline, not writably.
 *   T2  an entry of the guest's areas is in the second level, with the same words (l2tlb.h I5).
 *   T3  in virtual user mode no entry maps the shared page at its low place.
 */
#pragma once

#include "src/include/types.h"

struct cpu;
struct vcpu;

/* A number that differs from time to time and from CPU to CPU, the same in each run. */
uint32_t torture_random(void);
/* Before the guest is entered. */
void torture_check(struct cpu *cpu);
