/* SPDX-License-Identifier: MIT */
/*
 * syscall.c - a user program that does nothing but call the kernel: user -> syscall -> eret,
 * 14 instructions a round (syscall_asm.S).
 */
#include <stdint.h>

#include "bench/cpu/bench.h"
#include "guests/lib/cpu.h"
#include "guests/lib/tlb.h"
#include "guests/lib/trap.h"

#define USER_VADDR  0x00400000U
#define TLB_ENTRIES 48

extern const uint32_t syscall_vector[];
extern const uint32_t syscall_vector_end[];
extern const uint32_t syscall_user[];

/* The user program ends with a breakpoint; $s0 is its sum of what the calls returned. */
static void syscall_finish(struct trap_frame *frame)
{
	bench_report(bench_mix(frame->gpr[16], frame->gpr[2]));
}

uint64_t bench_run(uint32_t rounds)
{
	static struct trap_frame frame;
	uint32_t page = cpu_physical(syscall_user);

	tlb_clear(TLB_ENTRIES);
	tlb_write(0, USER_VADDR, 0, tlb_entrylo(page, ENTRYLO_V | ENTRYLO_G), ENTRYLO_G);
	cp0_write(CP0_WIRED, 1);
	trap_set_handler(EXC_BP, syscall_finish);
	trap_install_vector(VECTOR_GENERAL, syscall_vector, syscall_vector_end);

	frame.epc = USER_VADDR;
	frame.status = cp0_read(CP0_STATUS) | STATUS_KSU_USER | STATUS_IE;
	frame.gpr[17] = rounds;
	trap_enter_user(&frame);
}
