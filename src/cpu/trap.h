/* SPDX-License-Identifier: MIT */
/*
 * trap.h - from the guest into the monitor and back.
 *
 * trap.S stores the guest's registers in the current VCPU, switches to the CPU's stack and calls
 * trap_dispatch(), with Status: kernel mode, EXL = 0, IE = 0, KX = 1. When that returns, the guest
 * cpu_self()->current is entered.
 */
#pragma once

struct cpu;
struct cpu_frame;
struct vcpu;

/* Handles the trap described by vcpu->trap_*; on return cpu_self()->current may be entered. */
void trap_dispatch(struct vcpu *vcpu);
/* Handles the machine's interrupts that are up: called for a trap and by an idle CPU. */
void trap_interrupts(struct cpu *cpu);

/* Enters cpu_self()->current. Forgets the stack. */
__attribute__((noreturn)) void trap_enter_guest(void);

/* A trap from the monitor's own code: prints registers and stops. */
__attribute__((noreturn)) void trap_from_monitor(const struct cpu_frame *frame);

/* Position-independent code to copy to the vectors. */
extern const char trap_vectors[];
extern const char trap_vectors_end[];
extern const char trap_vectors_asid[];
extern const char trap_vectors_asid_end[];
