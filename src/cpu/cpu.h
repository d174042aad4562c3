/* SPDX-License-Identifier: MIT */
/*
 * cpu.h - a CPU of the machine: what the trap path needs of it, and its queue of VCPUs.
 *
 * Each CPU maps its own struct cpu at CPU_SELF with a wired TLB entry in KSEG3, so the trap path
 * finds it with loads and stores off $zero, without a register to spare. That is the scratch place
 * for k0 and k1. The alternative, dmtc0 to ErrorEPC, holds one register, gives no way to find the
 * CPU, and loses to NMI; the wired entry costs one entry of the TLB. docs/monitor/cpu.md has the
 * figures. A guest cannot reach it: in user and supervisor mode KSEG3 is an address error.
 *
 * The monitor runs with interrupts off and is never preempted; idle CPUs sleep in the power-save
 * register, which wakes them without an interrupt being taken.
 */
#pragma once

/* The wired pair: struct cpu in its even page; the odd one is invalid. */
#define CPU_SELF        (-0x2000)
#define CPU_WIRED_INDEX 0
/* The shared page of the VCPU whose translations the TLB holds: its kernel uses it all the time. */
#define CPU_PAGE_INDEX 1
#if MONITOR_TORTURE
#define CPU_WIRED_COUNT 45 /* three entries of 48 are left */
#define CPU_LARGE_MAX   0
#else
#define CPU_WIRED_COUNT 2
#define CPU_LARGE_MAX   4
#endif
/*
 * While the VCPU whose translations the TLB holds may use large entries, as many more as it takes
 * to show its window by the largest are for those of CPU_LARGE_MASK and more alone: Random leaves
 * them.
 */
#define CPU_LARGE_PAIRS 4096     /* of 4 KB, that the largest entry shows */
#define CPU_LARGE_MIN   3        /* a branch, its delay slot on the next page and what that loads */
#define CPU_LARGE_MASK  0x1fe000 /* two pages of 1 MB */

#ifndef __ASSEMBLER__
#include "machine/inspect.h"

#include "src/include/list.h"
#include "src/include/types.h"
#include "src/lib/hooks.h"

struct movement_cpu;
struct pmap_caller;
struct vcpu;

struct cpu_frame {
	uint64_t gpr[32];
	uint64_t epc;
	uint64_t error_epc;
	uint64_t badvaddr;
	uint64_t status;
	uint64_t cause;
};

/* A guest's trap, for the dump. */
struct cpu_trap {
	uint64_t pc;
	uint64_t badvaddr;
	uint32_t cause;
	uint32_t vcpu; /* number in the machine */
};
#define CPU_TRAPS 16 /* a power of two */

struct cpu {
	/* The trap path's. */
	uint64_t k0;
	uint64_t k1;
	uint64_t at;
	uint64_t l2_base; /* of the current VCPU: struct l2tlb, copied */
	uint64_t l2_offset_mask;
	uint64_t window_base; /* of the current VM: its pmap, for the window refill */
	uint32_t window_pairs;
	uint32_t count_pairs;   /* in its place, if refills of the window are counted */
	uint32_t count_trigger; /* from so many of a pair on the refill is left to C */
	uint64_t count_base;    /* the counters, as the words at window_base */
	struct vcpu *current;   /* whose registers the CPU holds; NULL: none */
	uint64_t asid_exchange; /* virtual ASIDs: the hardware's ^ the guest's */
	uint64_t stack_top;
	uint64_t fast_refills; /* counted by the assembly path, all VCPUs together */
	uint64_t fast_windows;
	uint32_t tlb_writes; /* by tlb_hw_insert() */
	/* The simulator may look at any time; at a multiple of 8, as machine/inspect.h wants. */
	_Alignas(8) volatile struct inspect_cpu inspect;
	/* The last traps of guests: number n is at n % CPU_TRAPS. */
	uint32_t trap_count;
	struct cpu_trap trap[CPU_TRAPS];
	/* Registers of a trap from the monitor itself, for the dump. */
	struct cpu_frame frame;

	uint32_t number; /* of the machine's CPU: its block in cpuctl and intc */
	uint32_t node;
	struct cpu *self; /* this structure through XKPHYS, for other CPUs */

	/* Time: hardware Count in 64 bits, the same on all CPUs (docs/machine/boot.md). */
	uint64_t time; /* at the last look */
	uint64_t slice_end;
	uint64_t alarm; /* what Compare is set to */
	uint64_t tick;  /* when movement_tick() is wanted, or UINT64_MAX */
	bool look;      /* idle VCPUs may have an interrupt; the slice may be over */

	/* The scheduler's, this CPU only. */
	struct list run_queue;       /* READY VCPUs but the running one; sched.h has the order */
	struct list vcpus;           /* all that are assigned */
	struct vcpu *tlb_owner;      /* whose translations the hardware TLB holds */
	struct vcpu *fpu_owner;      /* whose registers the FPU holds */
	uint32_t tlb_entries;        /* of the hardware TLB */
	uint32_t large_count;        /* of them for large entries now */
	uint32_t interrupt_mask;     /* Status.IM while guests run */
	uint32_t slice_counts;       /* a time slice, in counts */
	uint64_t run_since;          /* the running one */
	uint64_t used_floor;         /* vcpu->used of the least that has waited here; never falls */
	uint64_t balance_at;         /* move.c: when to compare this CPU with others */
	int64_t ahead[MAP_CPUS_MAX]; /* move.c: by how much `service` of others was ahead */
	bool is_spare;               /* move.h: has VCPUs to give away, and says so */

	uint32_t asid_next;       /* virtual ASIDs: the next one to give out; 0: none yet */
	uint32_t asid_generation; /* how often all have been given out */

	struct movement_cpu *movement; /* movement.c's, or NULL */
	uint32_t copy_counts;          /* spent in machine_page_copy(), ever */
	uint32_t random;               /* of the torture build */

	/* For others to read: READY and RUNNING VCPUs, and their average up to load_since. */
	uint32_t load;
	uint32_t load_average;
	uint64_t load_since;
	/*
	 * For others to read: time that a VCPU which always wants to run would have got here. Until
	 * `alone_since`, if that is not 0: from then on nobody waits.
	 */
	uint64_t service;
	uint64_t alone_since;

	/* Anybody's, with the lock: VCPUs given to this CPU, by their queue_link. */
	struct lock arrivals_lock;
	struct list arrivals;
};

_Static_assert(offsetof(struct cpu, inspect) % 8 == 0, "machine/inspect.h");
_Static_assert(sizeof(struct cpu) <= PAGE_BYTES, "one page each");

/* This CPU. */
static inline struct cpu *cpu_self(void)
{
	return (struct cpu *)(intptr_t)CPU_SELF;
}

/*
 * Prepares `cpu` (page-aligned, zeroed, on its node, an XKPHYS or CKSEG0 address that every CPU can
 * use) for CPU `number`; called by whoever starts it.
 */
void cpu_init(struct cpu *cpu, uint32_t number, uint32_t node, void *stack_top,
	      uint32_t tlb_entries);
/*
 * On the CPU itself, once, with interrupts off: Status, Wired and the per-CPU TLB entry; copies the
 * vectors of trap.S to machine address `vectors`, if that is not UINT64_MAX (a node's first CPU).
 */
void cpu_start(struct cpu *cpu, uint64_t vectors);
/* Chooses VCPUs and runs them for ever. After cpu_start(). */
__attribute__((noreturn)) void cpu_run(void);

/* On whose behalf this CPU works on a pmap now. */
struct pmap_caller cpu_pmap_caller(void);

/* 64-bit hardware Count, now. */
uint64_t cpu_time(struct cpu *cpu);
#endif
