/* SPDX-License-Identifier: MIT */
/*
 * sched.h - which VCPU a CPU runs: of those that wait the one that has run least, for a time slice.
 *
 * States are INSPECT_VCPU_*: OFF, READY (in the queue, or on its way to another CPU: move.h),
 * RUNNING (is cpu->current), IDLE (until a virtual interrupt that Status.IM lets through). All of
 * this on the CPU that has the VCPU (vcpu->cpu), which is the same for its life if the VM is
 * pinned. docs/monitor/scheduler.md has the rules.
 *
 * The queue is in the order of `used`, the time that a VCPU has run; who wakes has used at most a
 * slice less than the others. Exceptions: sched_yield(), gang.h.
 */
#pragma once

struct cpu;
struct vcpu;

/* At boot, before the CPU runs, or on it: the VCPU is that CPU's from now on. */
void sched_assign(struct cpu *cpu, struct vcpu *vcpu);

/* A READY VCPU into and out of the queue. */
void sched_enqueue(struct cpu *cpu, struct vcpu *vcpu);
void sched_dequeue(struct vcpu *vcpu);
/* cpu->tlb_owner, which there is, leaves the hardware TLB. */
void sched_release_tlb(struct cpu *cpu);

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
