/* SPDX-License-Identifier: MIT */
/*
 * timer.h - virtual Count and Compare, and the hardware timer that all VCPUs of a CPU share.
 *
 * Virtual Count is the machine's plus an offset and never stops. Times are the CPU's Count in 64
 * bits (cpu_time()). The hardware's Compare is set to the next of: a VCPU's deadline, the end of
 * the time slice.
 */
#pragma once

#include <stdint.h>

struct cpu;
struct vcpu;

/* Virtual Count, now. */
uint32_t timer_count(const struct vcpu *vcpu);
void timer_set_count(struct vcpu *vcpu, uint32_t value);
/* Lowers the virtual timer line, too. */
void timer_set_compare(struct vcpu *vcpu, uint32_t value);
/* A VCPU's first Compare. */
void timer_reset(struct vcpu *vcpu);

/* The hardware timer has gone off, or a deadline may have passed: raises lines, sets the next. */
void timer_expire(struct cpu *cpu);
/* Something is due at `time`: sets the hardware timer if it is set to later. */
void timer_want(struct cpu *cpu, uint64_t time);
