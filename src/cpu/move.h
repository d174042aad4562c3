/* SPDX-License-Identifier: MIT */
/*
 * move.h - VCPUs that change their CPU: to one that is idle, or that has less to do.
 *
 * Only the CPU that has a VCPU gives it away, and only one that waits (READY), so nobody's queue
 * needs a lock: it takes the VCPU off its lists, its TLB and its FPU, and puts it into the arrivals
 * of the other CPU, which takes it from there when it looks next. An idle CPU asks one that has
 * some to spare. docs/monitor/scheduler.md has the rules.
 *
 * vcpu->cpu changes before the VCPU arrives. Whoever posts something for a VCPU writes that first
 * and reads vcpu->cpu then; the CPU that takes a VCPU in looks at what is posted afterwards. So
 * either the poster interrupts the right CPU, or that has still to look.
 */
#pragma once

#include "src/include/types.h"

struct cpu;
struct vcpu;

/* On the CPU itself, when it begins to run VCPUs: others may give it some from now on. */
void move_join(struct cpu *cpu);
/* Takes in what other CPUs have given. */
void move_take_arrivals(struct cpu *cpu);
/* Gives waiting VCPUs to CPUs that sleep. */
void move_surplus(struct cpu *cpu);
/* At the end of a time slice: gives one to a CPU with less to do, if it is time to look. */
void move_balance(struct cpu *cpu, uint64_t now);
/* Around the CPU's sleep. */
void move_idle_begin(struct cpu *cpu);
void move_idle_end(struct cpu *cpu);
/* VCPUs that are READY or RUNNING here have become more, or fewer. */
void move_load(struct cpu *cpu, int change);
