/* SPDX-License-Identifier: MIT */
/*
 * vcpu.h - a virtual CPU: everything a guest can see of its processor.
 *
 * Registers and virtual CP0 lie in the published description itself (machine/inspect.h), those of
 * the shared page on that page (machine/shared_page.h), the virtual TLB in src/mips_tlb. While the
 * VCPU runs, its general registers are in the CPU; every trap but a second-level refill stores all
 * of them here first (trap.S).
 *
 * Owner: the CPU it is assigned to, which may give it to another one (move.h). Other CPUs touch
 * only the group "Anybody's", with atomics.
 */
#pragma once

#include "isa/cp0.h"
#include "machine/inspect.h"
#include "machine/shared_page.h"

#include "src/include/list.h"
#include "src/include/types.h"
#include "src/mips_tlb/vtlb.h"

struct vm;
struct cpu;

/* The virtual mode as it is in force: KSU, EXL and ERL on the page act at the next eret only. */
enum vcpu_mode {
	VCPU_KERNEL, /* hardware: supervisor */
	VCPU_USER    /* hardware: user */
};

/* What of a virtual processor the monitor counts, for the trap table. */
#define VCPU_COUNTER(name) VCPU_COUNT_##name,
enum vcpu_counter {
#include "src/cpu/counters.def"
	VCPU_COUNTERS
};
#undef VCPU_COUNTER

struct vcpu {
	/* gpr, hi, lo, pc; cp0: registers that are not on the page; fpr, fcr31; state, cpu. */
	struct inspect_vcpu regs;

	/* The trap being handled, as the hardware left it. */
	uint64_t trap_badvaddr;
	uint32_t trap_cause;
	uint32_t trap_status;
	uint32_t trap_word; /* the instruction, if the short ways have read it: no delay slot; or 0
			     */

	/* What trap_return() enters the guest with. */
	uint32_t hw_status;
	uint32_t hw_watchlo;
	uint32_t hw_watchhi;
	uint8_t mode;   /* enum vcpu_mode */
	bool wide_used; /* the TLBs may hold addresses beyond 32 bits */
	/* trap.S reads both at once. */
	_Alignas(2) bool attention; /* wide_used or a watched address: look before entering */
	bool is_long;               /* its traps do not take the short ways of trap.S */
	bool may_resume;            /* OFF by a stop that keeps the registers */
	bool watch_deferred; /* a watched access under EXL: the exception waits for EXL = 0 */

	struct shared_page *page; /* the shared page, through XKPHYS */
	uint32_t page_mpn;
	uint32_t number_in_machine; /* index in the table of all VCPUs */
	struct vm *vm;
	struct vtlb vtlb; /* and the second level in it */

	/* Time: Count is the CPU's plus count_offset; 64-bit times are cpu_time(). */
	uint32_t count_offset;
	uint32_t compare;
	uint64_t timer_deadline; /* when Count reaches Compare next */
	uint64_t instructions;   /* executed while it ran; while it runs, less those at its start */
	uint64_t ready_since;    /* READY: since when it waits for its CPU */
	uint32_t random;         /* state of the sequence that Random is taken from */

	/* The scheduler's (sched.h). */
	struct list queue_link; /* its CPU's queue, or on its way there */
	struct list cpu_link;   /* all VCPUs assigned to the CPU */
	bool is_queued;         /* in its CPU's queue */
	uint64_t used;          /* time it has run, as its CPU's VCPUs count it */
	uint64_t ran;           /* time it has run */
	uint64_t waited;        /* time it was READY */
	uint64_t moved_at;
	uint32_t home; /* the node where it starts: most of its memory and this structure are there
			*/
	struct cpu *cpu; /* others read it: move.h */

	/* Anybody's. */
	uint32_t lines;    /* virtual Cause.IP as driven from outside, in their places */
	uint32_t messages; /* virtual interrupt controller: message bits */
	uint32_t requests; /* VCPU_REQUEST_* */
	uint64_t start_pc; /* of MONCALL_VCPU_START, valid with the request */
	uint64_t start_sp;
	uint64_t start_gp;
	uint64_t start_arg;

	/* Virtual ASIDs (asid.h): the hardware's for the guest's, 0: none, on that CPU. */
	struct cpu *asid_cpu;
	uint32_t asid_generation;
	uint8_t asid[256];

	uint32_t counters[VCPU_COUNTERS];
};

/* Asked of the CPU that has the VCPU; it looks before it enters the guest. */
#define VCPU_REQUEST_RESUME  0x4 /* after a stop: goes on */
#define VCPU_REQUEST_TIMER   0x8 /* its VM's alarm has changed */
#define VCPU_REQUEST_START   0x1
#define VCPU_REQUEST_STOP    0x2  /* the VM ends, or cpuctl */
#define VCPU_REQUEST_NMI     0x10 /* cpuctl: NMI or a reset */
#define VCPU_REQUEST_RESTART 0x20 /* VCPU 0: its VM may have stopped, and is to boot again */

static inline uint64_t *vcpu_gpr(struct vcpu *vcpu, unsigned number)
{
	return &vcpu->regs.gpr[number];
}

/* Writes a register as an instruction does: $zero stays 0. */
static inline void vcpu_set_gpr(struct vcpu *vcpu, unsigned number, uint64_t value)
{
	vcpu->regs.gpr[number] = value;
	vcpu->regs.gpr[0] = 0;
}

/*
 * Puts a new, zeroed VCPU of `vm` into the state of machine/boot.h, OFF. `page_mpn` is zeroed
 * memory for its shared page; vtlb_init() is the caller's, before.
 */
void vcpu_init(struct vcpu *vcpu, struct vm *vm, uint32_t number, uint32_t page_mpn);
/* A VCPU that is OFF becomes READY at `pc`, as CPUCTL_START says. On its own CPU only. */
void vcpu_enter_at(struct vcpu *vcpu, uint64_t pc, uint64_t sp, uint64_t gp, uint64_t arg);

/*
 * Drives virtual interrupt lines (bits in the place of Cause.IP) up or down, from any CPU; wakes
 * the VCPU or interrupts its CPU where that matters.
 */
void vcpu_raise(struct vcpu *vcpu, uint32_t lines);
void vcpu_lower(struct vcpu *vcpu, uint32_t lines);
/* From any CPU. */
void vcpu_request(struct vcpu *vcpu, uint32_t requests);
