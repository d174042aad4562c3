/* SPDX-License-Identifier: MIT */
/*
 * smp.h - the CPUs of all nodes: their structures and stacks, the nodes' copies of the text.
 */
#pragma once

#include "src/include/types.h"

struct cpu;

/* struct cpu and stack of each CPU, on its node; before memory_give_rest(). */
void smp_init(void);
struct cpu *smp_cpu(uint32_t number);
/*
 * Copies [0, bytes) to each node but 0 and turns on its local alias, on a machine that has one.
 * Before the CPUs of these nodes run. How many nodes have a copy.
 */
uint32_t smp_copy_text(uint64_t bytes);
/* Starts all other CPUs and waits until they are here; they wait in smp_wait(). */
void smp_start_others(void);
/* On another CPU: it is there; returns when CPU 0 calls smp_release(). */
void smp_wait(struct cpu *cpu);
void smp_release(void);
