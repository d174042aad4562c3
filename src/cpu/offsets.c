/* SPDX-License-Identifier: MIT */
/*
 * offsets.c - offsets of fields for assembly. Compiled to assembly, never linked: make_offsets
 * turns its lines "->NAME value" into #defines.
 */
#include "src/cpu/cpu.h"
#include "src/cpu/vcpu.h"

#define OFFSET(name, type, member) \
	__asm__ volatile("\n->" #name " %0" : : "i"(offsetof(struct type, member)))

void offsets(void);

void offsets(void)
{
	OFFSET(CPU_K0, cpu, k0);
	OFFSET(CPU_K1, cpu, k1);
	OFFSET(CPU_AT, cpu, at);
	OFFSET(CPU_L2_BASE, cpu, l2_base);
	OFFSET(CPU_L2_OFFSET_MASK, cpu, l2_offset_mask);
	OFFSET(CPU_WINDOW_BASE, cpu, window_base);
	OFFSET(CPU_WINDOW_PAIRS, cpu, window_pairs);
	OFFSET(CPU_COUNT_PAIRS, cpu, count_pairs);
	OFFSET(CPU_COUNT_TRIGGER, cpu, count_trigger);
	OFFSET(CPU_COUNT_BASE, cpu, count_base);
	OFFSET(CPU_ASID_EXCHANGE, cpu, asid_exchange);
	OFFSET(CPU_CURRENT, cpu, current);
	OFFSET(CPU_STACK_TOP, cpu, stack_top);
	OFFSET(CPU_FAST_REFILLS, cpu, fast_refills);
	OFFSET(CPU_FAST_WINDOWS, cpu, fast_windows);
	OFFSET(CPU_INSPECT_CAUSE, cpu, inspect.cause);
	OFFSET(CPU_TLB_WRITES, cpu, tlb_writes);
	OFFSET(CPU_FRAME, cpu, frame);
	OFFSET(CPU_LOOK, cpu, look);
	OFFSET(CPU_FPU_OWNER, cpu, fpu_owner);
	OFFSET(VCPU_GPR, vcpu, regs.gpr);
	OFFSET(VCPU_HI, vcpu, regs.hi);
	OFFSET(VCPU_LO, vcpu, regs.lo);
	OFFSET(VCPU_PC, vcpu, regs.pc);
	OFFSET(VCPU_FPR, vcpu, regs.fpr);
	OFFSET(VCPU_TRAP_BADVADDR, vcpu, trap_badvaddr);
	OFFSET(VCPU_TRAP_CAUSE, vcpu, trap_cause);
	OFFSET(VCPU_TRAP_STATUS, vcpu, trap_status);
	OFFSET(VCPU_TRAP_WORD, vcpu, trap_word);
	OFFSET(VCPU_HW_STATUS, vcpu, hw_status);
	OFFSET(VCPU_HW_WATCHLO, vcpu, hw_watchlo);
	OFFSET(VCPU_CP0, vcpu, regs.cp0);
	OFFSET(VCPU_PAGE, vcpu, page);
	OFFSET(VCPU_MODE, vcpu, mode);
	OFFSET(VCPU_ATTENTION, vcpu, attention);
	OFFSET(VCPU_LINES, vcpu, lines);
	OFFSET(VCPU_REQUESTS, vcpu, requests);
	OFFSET(VCPU_PROBED, vcpu, vtlb.probed);
	OFFSET(VCPU_COUNT_PRIVILEGED, vcpu, counters[VCPU_COUNT_privileged]);
	OFFSET(VCPU_COUNT_MTC0, vcpu, counters[VCPU_COUNT_mtc0]);
	OFFSET(VCPU_COUNT_ERET, vcpu, counters[VCPU_COUNT_eret]);
	OFFSET(VCPU_COUNT_REFLECTED, vcpu, counters[VCPU_COUNT_reflected]);
}
