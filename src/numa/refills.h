/* SPDX-License-Identifier: MIT */
/*
 * refills.h - TLB misses as the trigger of movement (policy.by_tlb): refills of a VM's window,
 * counted by pair of pages and node.
 *
 * A CPU that runs such a VM counts in its refill path (src/mips_tlb/refill.S), on its node, in
 * words that lie as those of the node's view do, one of each pair. At the trigger the refill is
 * left to C, which asks refills_are_enough(). Not with virtual ASIDs.
 */
#pragma once

#include "src/include/types.h"
#include "src/numa/policy.h"

struct cpu;
struct vm;

#ifndef MONITOR_TLB
#define MONITOR_TLB 0
#endif

#if MONITOR_TLB
/* Before memory_give_rest(), the VM having views. */
void refills_prepare(const struct vm *vm, uint32_t trigger);
/* The CPU is about to run the VM. */
void refills_load(struct cpu *cpu, const struct vm *vm);
/* The page's pair has been missed often enough on this node, and nobody has decided on it yet. */
bool refills_are_enough(const struct cpu *cpu, uint32_t gpn);
/* Misses of the page's pair, by node: at its first CPU. */
void refills_read(uint32_t vm, uint32_t gpn, struct policy_counts *counts);
/* Not enough, whatever is counted, until refills_forget() on that node. */
void refills_keep_quiet(uint32_t vm, uint32_t gpn, uint32_t node);
/* All that this CPU counts becomes 0. */
void refills_forget(struct cpu *cpu);
#else
static inline void refills_load(struct cpu *cpu, const struct vm *vm)
{
	(void)cpu;
	(void)vm;
}

static inline void refills_read(uint32_t vm, uint32_t gpn, struct policy_counts *counts)
{
	(void)vm;
	(void)gpn;
	(void)counts;
}

static inline void refills_keep_quiet(uint32_t vm, uint32_t gpn, uint32_t node)
{
	(void)vm;
	(void)gpn;
	(void)node;
}

static inline void refills_forget(struct cpu *cpu)
{
	(void)cpu;
}
#endif
