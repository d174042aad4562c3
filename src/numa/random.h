/* SPDX-License-Identifier: MIT */
/*
 * random.h - for tests: of VMs whose movement is "random" any page moves anywhere, at any time. In
 * monitors of tests alone.
 */
#pragma once

#include "src/include/types.h"
#include "src/numa/policy.h"

struct cpu;
struct vm;

#ifndef MONITOR_RANDOM
#define MONITOR_RANDOM 0
#endif

#if MONITOR_RANDOM
/* Before the VM runs. */
void random_prepare(const struct vm *vm, const struct policy *policy);
/* When movement_tick() is wanted next, on average eight times an interval; `next` without such VMs.
 */
uint64_t random_tick(const struct cpu *cpu, uint64_t now, uint32_t interval_log2, uint64_t next);
/* If that has come. Between two instructions of the guest. */
void random_move(struct cpu *cpu);
#else
static inline void random_prepare(const struct vm *vm, const struct policy *policy)
{
	(void)vm;
	(void)policy;
}

static inline uint64_t random_tick(const struct cpu *cpu, uint64_t now, uint32_t interval_log2,
				   uint64_t next)
{
	(void)cpu;
	(void)now;
	(void)interval_log2;
	return next;
}

static inline void random_move(struct cpu *cpu)
{
	(void)cpu;
}
#endif
