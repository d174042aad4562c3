/* SPDX-License-Identifier: MIT */
/*
 * host_cpu.h - a CPU of the model for modules of src/cpu: included before their source (-include),
 * in place of the processor's own page, registers and XKPHYS.
 */
#pragma once

#include "src/cpu/cpu.h"
#include "src/include/cp0.h"
#include "src/include/memory.h"

extern struct cpu host_cpu;
extern uint64_t host_entryhi;

/* Machine memory of the model; before it is read, host_interrupt() happens once, if it is set. */
void *host_memory(uint64_t paddr);
extern void (*host_interrupt)(void);

#define cpu_self()           (&host_cpu)
#define memory_at(paddr)     host_memory(paddr)
#define SHARED_PAGE_LOW_WORD 0
#undef cp0_write64
#define cp0_write64(number, value) (host_entryhi = (value))
