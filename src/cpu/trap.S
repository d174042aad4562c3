/* SPDX-License-Identifier: MIT */
/*
 * trap.S - from the guest into the monitor and back (R4000 UM chapter 5).
 *
 * The general vector (src/mips_tlb/refill.S) comes here for whatever the refill path does not
 * settle. All registers go to the current VCPU, all 64 bits of them, k0 and k1 by way of the per-CPU
 * page. The handler is C: trap_dispatch() (trap.c). It runs in kernel mode with EXL = 0, so that
 * an exception of its own leaves a true EPC, and with interrupts off.
 */
#include "src/cpu/asm-offsets.h"

#include "isa/cp0.h"
#include "machine/inspect.h"
#include "src/cpu/cpu.h"
#include "src/include/asm.h"

	.set	noreorder
	.set	noat
	.text

#define CPU(field) (CPU_SELF + CPU_##field)($zero)

/* Registers but zero, at, k0 and k1. */
.macro	FOR_REGISTERS operation, base, offset
	.irp	n, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, \
		28, 29, 30, 31
	\operation $\n, \offset + 8 * \n(\base)
	.endr
.endm

/*
 * State: EXL = 1; k1 = the current VCPU; at is in its place, k0 and k1 in the per-CPU page.
 */
FUNCTION(trap_entry)
	FOR_REGISTERS sd, $k1, VCPU_GPR
	/* State: all registers but k1 are free. */
	ld	$t0, CPU(K0)
	ld	$t1, CPU(K1)
	mfhi	$t2
	mflo	$t3
	sd	$t0, VCPU_GPR + 8 * 26($k1)
	sd	$t1, VCPU_GPR + 8 * 27($k1)
	sd	$t2, VCPU_HI($k1)
	sd	$t3, VCPU_LO($k1)
	mfc0	$t0, $CP0_STATUS
	mfc0	$t1, $CP0_CAUSE
	dmfc0	$t2, $CP0_EPC
	dmfc0	$t3, $CP0_BADVADDR
	li	$t8, STATUS_KX
	mtc0	$t8, $CP0_STATUS
	/* The monitor's own accesses are not watched. */
	mtc0	$zero, $CP0_WATCHLO
	sw	$t0, VCPU_TRAP_STATUS($k1)
	sw	$t1, VCPU_TRAP_CAUSE($k1)
	sd	$t2, VCPU_PC($k1)
	sd	$t3, VCPU_TRAP_BADVADDR($k1)
	ld	$sp, CPU(STACK_TOP)
	jal	trap_dispatch
	 move	$a0, $k1
	/* Falls through. */

	.globl	trap_enter_guest
trap_enter_guest:
	ld	$k1, CPU(CURRENT)
	/* EXL first and alone: set together with KSU it might come too late (isa/hazard.def, fetch_ksu). */
	li	$t0, STATUS_KX | STATUS_EXL
	mtc0	$t0, $CP0_STATUS
	sw	$zero, CPU(INSPECT_CAUSE)
	.if INSPECT_CAUSE_GUEST != 0
	.error "the store above"
	.endif
	ld	$t0, VCPU_HI($k1)
	ld	$t1, VCPU_LO($k1)
	ld	$t2, VCPU_PC($k1)
	mthi	$t0
	mtlo	$t1
	dmtc0	$t2, $CP0_EPC
	lw	$t0, VCPU_HW_WATCHLO($k1)
	mtc0	$t0, $CP0_WATCHLO
	lw	$k0, VCPU_HW_STATUS($k1)
	ld	$at, VCPU_GPR + 8 * 1($k1)
	/* With EXL = 1 the CPU stays in kernel mode until eret, whatever KSU becomes. */
	mtc0	$k0, $CP0_STATUS
	FOR_REGISTERS ld, $k1, VCPU_GPR
	ld	$k0, VCPU_GPR + 8 * 26($k1)
	ld	$k1, VCPU_GPR + 8 * 27($k1)
	eret
END(trap_entry)

/*
 * An exception of the monitor's own code, or a cache error: no way back, with one exception. Keeps all registers for the
 * dump. State: k0 is in the per-CPU page, k1 too but for a cache error.
 */
FUNCTION(trap_from_monitor_entry)
	/* A guest's FCR31 may raise its exception once more while it is loaded: that is skipped. */
	dmfc0	$k0, $CP0_EPC
	dla	$k1, fpu_restore_fcr31
	beq	$k0, $k1, 1f
	 daddiu	$k0, $k0, 4
	sd	$at, (CPU_SELF + CPU_FRAME + 8 * 1)($zero)
	FOR_REGISTERS sd, $zero, CPU_SELF + CPU_FRAME
	ld	$t0, CPU(K0)
	ld	$t1, CPU(K1)
	sd	$t0, (CPU_SELF + CPU_FRAME + 8 * 26)($zero)
	sd	$t1, (CPU_SELF + CPU_FRAME + 8 * 27)($zero)
	dmfc0	$t0, $CP0_EPC
	dmfc0	$t1, $CP0_ERROREPC
	dmfc0	$t2, $CP0_BADVADDR
	mfc0	$t3, $CP0_STATUS
	mfc0	$t8, $CP0_CAUSE
	sd	$t0, (CPU_SELF + CPU_FRAME + 8 * 32)($zero)
	sd	$t1, (CPU_SELF + CPU_FRAME + 8 * 33)($zero)
	sd	$t2, (CPU_SELF + CPU_FRAME + 8 * 34)($zero)
	sd	$t3, (CPU_SELF + CPU_FRAME + 8 * 35)($zero)
	sd	$t8, (CPU_SELF + CPU_FRAME + 8 * 36)($zero)
	li	$t0, STATUS_KX
	mtc0	$t0, $CP0_STATUS
	/* A fresh stack: the old one may be what failed. */
	ld	$sp, CPU(STACK_TOP)
	jal	trap_from_monitor
	 daddiu	$a0, $zero, CPU_SELF + CPU_FRAME
1:	dmtc0	$k0, $CP0_EPC
	nop
	ld	$k0, CPU(K0)
	ld	$k1, CPU(K1)
	eret
END(trap_from_monitor_entry)
