/* SPDX-License-Identifier: MIT */
/*
 * platform.h - what src/cpu asks of the board, implemented in src/platform.
 */
#pragma once

#include "src/include/types.h"

struct cpu;
struct nic_frame;
struct vcpu;
struct vm;

/* Interrupts of the machine: Cause.IP bits that are up and enabled, timer excepted. */
void platform_interrupt(struct cpu *cpu, uint32_t ip);
/* Interrupt lines (Status.IM) that CPUs running guests listen to. */
uint32_t platform_interrupt_mask(void);
/* Makes machine CPU `number` leave its guest or its sleep. */
void platform_kick(uint32_t number);
/* Sleeps until (Cause.IP & Status.IM) != 0; returns at once on a machine that cannot. */
void platform_sleep(void);
/* The 64-bit cycle counter, its frequency, the time of day. */
uint64_t platform_cycles(void);
uint32_t platform_frequency(void);
/* What this CPU has executed; 0 on a machine that does not tell. */
uint64_t platform_instructions(void);
uint64_t platform_time_ns(void);
/* A VM's write to its annotation port: markers and the annotations' console. */
void platform_annotation(struct vm *vm, uint32_t offset, uint32_t value);
/* This CPU's TLB is the VCPU's from now on, or nobody's: for a checker of owners. */
void platform_runs(const struct vcpu *vcpu);
/* A frame is on the virtual subnet: for captures. */
void platform_frame(const struct nic_frame *frame);

/* The VM's console. */
void platform_console_write(struct vm *vm, const char *bytes, size_t count);
int platform_console_read(struct vm *vm); /* -1: nothing typed */
bool platform_console_waiting(struct vm *vm);
/* A line in the monitor's own log: `what` and a number. */
void platform_log(const struct vm *vm, const char *what, uint32_t number);
/* A VM has ended: says so; the machine stops with the last one. */
void platform_vm_ended(struct vm *vm);
/* Puts the kernel and the device tree into the VM's memory once more; false: there is none left. */
bool platform_vm_reload(struct vm *vm);
