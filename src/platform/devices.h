/* SPDX-License-Identifier: MIT */
/*
 * devices.h - the machine's devices as boot and panic use them; the rest of the monitor sees
 * src/cpu/platform.h, implemented beside these.
 */
#pragma once

#include "src/include/types.h"

struct cpu;

/* After machine_read_tree(). */
void devices_init(void);
/* No interrupts of devices on this CPU yet. */
void devices_start_cpu(uint32_t number);
/* Disks and typed characters interrupt this CPU; there is a VM that waits for them. */
void devices_route(uint32_t number);
/*
 * This CPU sleeps until one of the sources is up, which are nobody's else, or it is interrupted;
 * the interrupt is left to be taken. May return at any time.
 */
void devices_wait(uint32_t sources);
/* A VM has read one: there is room again. */
void devices_input_taken(void);

/* Starts a stopped CPU at `pc` with `sp` and a1. */
void devices_start(uint32_t number, uint64_t pc, uint64_t sp, uint64_t argument);
/* Ends the run; a machine that cannot waits for ever. */
__attribute__((noreturn)) void devices_off(uint32_t code);
/* Ends the run in failure (docs/machine/annotation.md): the monitor's or a guest's. */
__attribute__((noreturn)) void devices_fail(uint32_t kind, uint32_t who, uint64_t pc);
/* The same before anything runs; a machine without annotation port is switched off. */
__attribute__((noreturn)) void devices_refuse(void);

/* Makes the CPUs of `node` see the copy at `base` as [0, bytes); false if it cannot be. */
bool devices_alias(uint32_t node, uint64_t base, uint64_t bytes);
