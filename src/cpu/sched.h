/* SPDX-License-Identifier: MIT */
/*
 * sched.h - which VCPU a CPU runs: round robin with time slices among those assigned to it.
 *
 * A VCPU stays on its CPU. States are INSPECT_VCPU_*: OFF, READY (in the queue), RUNNING (is
 * cpu->current), IDLE (until a virtual interrupt that Status.IM lets through).
 */
#pragma once

struct cpu;
struct vcpu;

/* At boot, before the CPU runs, or on it: the VCPU is that CPU's from now on. */
void sched_assign(struct cpu *cpu, struct vcpu *vcpu);

/* On the VCPU's own CPU: an OFF or IDLE one waits for its turn. */
void sched_make_ready(struct cpu *cpu, struct vcpu *vcpu);
/* The running VCPU gives the CPU up, as IDLE or OFF; cpu->current is NULL afterwards. */
void sched_leave(struct cpu *cpu, unsigned state);
/* The running VCPU goes to the end of the queue, `first` (if READY here) to its head. */
void sched_yield(struct cpu *cpu, struct vcpu *first);
/* Sets cpu->current if it is NULL: the next READY VCPU; sleeps while there is none. */
void sched_choose(struct cpu *cpu);
/* After interrupts: idle VCPUs that have one become READY; the slice is ended if over. */
void sched_look(struct cpu *cpu);
