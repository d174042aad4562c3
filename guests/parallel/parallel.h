/* SPDX-License-Identifier: MIT */
/*
 * parallel.h - the frame of the parallel programs: CPUs, nodes, memory of a node, barriers.
 *
 * main.c starts every CPU and, around the part that is to be measured, switches the machine to
 * timing mode, so that its counters hold parallel_run() and nothing else. docs/parallel.md tells
 * what each program does to the memory system, and how many misses that must make.
 */
#pragma once

#include <stdint.h>

extern unsigned parallel_cpus;
extern unsigned parallel_nodes;

/* The node that a CPU belongs to: consecutive CPUs, the same number on each. */
unsigned parallel_node_of(unsigned cpu);

/* Memory of `node` in KSEG0, `offset` bytes behind what the program itself may use. */
void *parallel_memory(unsigned node, uint32_t offset);

/* Waits for all CPUs. */
void parallel_barrier(void);

/* What a program consists of. CPU 0 prepares and checks, in fast mode; all CPUs run, in timing. */
void parallel_prepare(void);
void parallel_run(unsigned cpu);
int parallel_check(void); /* 1: the result is right */
