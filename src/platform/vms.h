/* SPDX-License-Identifier: MIT */
/*
 * vms.h - the virtual machines that the device tree asks for.
 */
#pragma once

#include "src/include/types.h"

struct cpu;
struct vm;

/* Reads them from the tree and takes memory for their structures; before memory_give_rest(). */
void vms_prepare(void);
/* Kernels and trees in place, VCPUs on their CPUs. CPU 0, while the others wait. */
void vms_create(void);
/* On each CPU, before cpu_run(): the first VCPUs of VMs that are its own enter their kernels. */
void vms_enter(struct cpu *cpu);

uint32_t vms_count(void);
struct vm *vms_get(uint32_t number);
