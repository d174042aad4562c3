/* SPDX-License-Identifier: MIT */
/*
 * trap.S - from the guest into the monitor and back (R4000 UM chapter 5).
 *
 * The general vector (src/mips_tlb/refill.S) comes here for whatever the refill path does not
 * settle. All registers go to the current VCPU, all 64 bits of them, k0 and k1 by way of the per-CPU
 * page. The handler is C: trap_dispatch() (trap.c). It runs in kernel mode with EXL = 0, so that
 * an exception of its own leaves a true EPC, and with interrupts off.
 *
 * Before that, what a kernel with the patched HAL traps for most often has short ways of its own:
 * eret, moves to EntryHi, system calls and reserved instructions of its processes. They do what C
 * does (exception.c, vcp0.c, prepare_quickly()), and leave to it whatever is not plain.
 */
#include "src/cpu/asm-offsets.h"

#include "isa/cp0.h"
#include "machine/inspect.h"
#include "machine/shared_page.h"
#include "machine/vm.h"
#include "src/cpu/cpu.h"
#include "src/include/asm.h"

	.set	noreorder
	.set	noat
	.text

#define CPU(field) (CPU_SELF + CPU_##field)($zero)

/* t0 to t3, and the others but zero, at, k0 and k1. */
.macro	FOR_FIRST_REGISTERS operation, base, offset
	.irp	n, 12, 13, 14, 15
	\operation $\n, \offset + 8 * \n(\base)
	.endr
.endm
.macro	FOR_OTHER_REGISTERS operation, base, offset
	.irp	n, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 28, 29, 30, 31
	\operation $\n, \offset + 8 * \n(\base)
	.endr
.endm

.macro	COUNT name
	lw	$k0, \name($k1)
	addiu	$k0, $k0, 1
	sw	$k0, \name($k1)
.endm

.macro	SAY cause
	li	$k0, \cause
	sw	$k0, CPU(INSPECT_CAUSE)
.endm

/* A plain trap: no delay slot, no interrupt that waits, of coprocessors CP0. */
#define CAUSE_PLAIN (CAUSE_BD | CAUSE_CE | CAUSE_IP | CAUSE_EXCCODE)
/* Virtual Status that is not: bits that do not exist (vcp0.h), reset, boot, the other byte order. */
#define STATUS_NOT_PLAIN (0x01b80000 | STATUS_RE | STATUS_BEV | STATUS_ERL)
#define CODE(exception)  ((exception) << CAUSE_EXCCODE_SHIFT)
#define WORD_ERET        0x42000018
#define WORD_TO_ENTRYHI  0x40805000 /* mtc0, dmtc0 but for these: */
#define WORD_TO_VARIES   0x003f0000

/*
 * State: EXL = 1; k1 = the current VCPU; at is in its place and live, k0 and k1 in the per-CPU page.
 */
FUNCTION(trap_entry)
	FOR_FIRST_REGISTERS sd, $k1, VCPU_GPR
	lhu	$t0, VCPU_ATTENTION($k1)
	lbu	$t1, CPU(LOOK)
	lw	$t2, VCPU_REQUESTS($k1)
	or	$t0, $t0, $t1
	or	$t0, $t0, $t2
	bnez	$t0, trap_unread
	 ld	$t1, VCPU_PAGE($k1)
	lw	$t3, VCPU_LINES($k1)
	lw	$t0, VCPU_CP0 + 8 * CP0_CAUSE + SHARED_PAGE_LOW_WORD($k1)
	lw	$t2, SHARED_PAGE_STATUS($t1)
	or	$t3, $t3, $t0
	li	$k0, STATUS_NOT_PLAIN
	and	$k0, $k0, $t2
	bnez	$k0, trap_unread
	/* Interrupts that the guest is to have: those of Cause and lines in IM, if IE is set. */
	 and	$t0, $t3, $t2
	andi	$t0, $t0, CAUSE_IP
	sltu	$t0, $zero, $t0
	and	$t0, $t0, $t2
	bnez	$t0, trap_unread
	 mfc0	$t0, $CP0_CAUSE
	li	$k0, CAUSE_PLAIN
	and	$t0, $t0, $k0
	/* State: t0 = Cause, t1 = shared page, t2 = virtual Status, t3 = virtual Cause. */
	lbu	$k0, VCPU_MODE($k1)
	beqz	$k0, trap_of_kernel
	 xori	$k0, $t0, CODE(EXC_CPU)

	/* Of user mode: system calls, reserved instructions (rdhwr). */
	ori	$k0, $t0, CODE(EXC_SYS ^ EXC_RI)
	xori	$k0, $k0, CODE(EXC_SYS | EXC_RI)
	bnez	$k0, trap_unread
	 andi	$k0, $t2, STATUS_EXL
	bnez	$k0, trap_unread
	 dmfc0	$k0, $CP0_EPC
	ori	$t2, $t2, STATUS_EXL
	sw	$t2, SHARED_PAGE_STATUS($t1)
	sd	$k0, SHARED_PAGE_EPC($t1)
	sb	$zero, VCPU_MODE($k1)
	lw	$t3, VCPU_LINES($k1)
	lw	$k0, VCPU_CP0 + 8 * CP0_CAUSE + SHARED_PAGE_LOW_WORD($k1)
	andi	$k0, $k0, CAUSE_IP_SOFTWARE
	or	$k0, $k0, $t0
	sd	$k0, VCPU_CP0 + 8 * CP0_CAUSE($k1)
	or	$t3, $t3, $k0
	li	$k0, VM_VECTOR_BASE + VECTOR_GENERAL
	dmtc0	$k0, $CP0_EPC
	COUNT	VCPU_COUNT_REFLECTED
	SAY	INSPECT_CAUSE_REFLECT
	b	trap_forget_probe
	 li	$t0, STATUS_KSU_SUPERVISOR

trap_of_kernel:
	bnez	$k0, trap_unread
	/* The instruction's page is in the TLB: it has just been fetched. */
	 dmfc0	$k0, $CP0_EPC
	lui	$t0, WORD_ERET >> 16
	ori	$t0, $t0, WORD_ERET & 0xffff
	lw	$k0, 0($k0)
	bne	$k0, $t0, trap_long
	 ori	$t0, $t2, STATUS_EXL

	/* eret */
	xori	$t2, $t0, STATUS_EXL
	sw	$t2, SHARED_PAGE_STATUS($t1)
	andi	$t0, $t2, STATUS_KX
	bnez	$t0, 1f
	 ld	$k0, SHARED_PAGE_EPC($t1)
	sll	$k0, $k0, 0
1:	andi	$t0, $t2, STATUS_KSU
	sltu	$t0, $zero, $t0
	sb	$t0, VCPU_MODE($k1)
	dmtc0	$k0, $CP0_EPC
	addiu	$t0, $t0, 1
	sll	$t0, $t0, STATUS_KSU_SHIFT
	COUNT	VCPU_COUNT_PRIVILEGED
	COUNT	VCPU_COUNT_ERET
	SAY	INSPECT_CAUSE_PRIVILEGED

trap_forget_probe:
	li	$k0, -1 /* VTLB_NONE */
	sw	$k0, VCPU_PROBED($k1)
	/* State: t0 = KSU to enter with, t1 = shared page, t2 = virtual Status, t3 = virtual Cause. */
trap_leave_quickly:
	sw	$t3, SHARED_PAGE_CAUSE($t1)
	andi	$t3, $t3, CAUSE_IP
	sw	$t3, SHARED_PAGE_PENDING($t1)
	lw	$t3, VCPU_HW_STATUS($k1)
	ld	$t1, CPU(FPU_OWNER)
	li	$k0, ~(STATUS_KSU | STATUS_UX | STATUS_FR | STATUS_CU1)
	and	$t3, $t3, $k0
	or	$t3, $t3, $t0
	li	$k0, STATUS_UX | STATUS_FR
	bne	$t1, $k1, 1f
	 lui	$t0, STATUS_CU1 >> 16
	or	$k0, $k0, $t0
1:	and	$k0, $k0, $t2
	or	$t3, $t3, $k0
	mtc0	$t3, $CP0_STATUS
	sw	$t3, VCPU_HW_STATUS($k1)
	sw	$zero, CPU(INSPECT_CAUSE)
	FOR_FIRST_REGISTERS ld, $k1, VCPU_GPR
	ld	$k0, CPU(K0)
	ld	$k1, CPU(K1)
	eret

trap_unread:
	li	$k0, 0
	/* State: k0 = the instruction if it is a plain one of the guest's kernel, else 0. */
trap_long:
	FOR_OTHER_REGISTERS sd, $k1, VCPU_GPR
	ld	$v0, CPU(K0)
	ld	$v1, CPU(K1)
	sd	$v0, VCPU_GPR + 8 * 26($k1)
	beqz	$k0, trap_save
	 sd	$v1, VCPU_GPR + 8 * 27($k1)
	li	$v0, ~WORD_TO_VARIES
	and	$v0, $v0, $k0
	li	$v1, WORD_TO_ENTRYHI
	bne	$v0, $v1, trap_save
	/* The register's place. */
	 srl	$v0, $k0, 16 - 3
	andi	$v0, $v0, 31 << 3
	daddu	$k0, $v0, $k1
	ld	$k0, VCPU_GPR($k0)
	dli	$v0, ENTRYHI_R | ENTRYHI_VPN2 | ENTRYHI_ASID
	and	$v0, $v0, $k0
	sd	$v0, VCPU_CP0 + 8 * CP0_ENTRYHI($k1)
	sd	$v0, SHARED_PAGE_ENTRYHI($t1)
	andi	$v0, $v0, ENTRYHI_ASID
	dmfc0	$v1, $CP0_EPC
	dmtc0	$v0, $CP0_ENTRYHI
	daddiu	$v1, $v1, 4
	dmtc0	$v1, $CP0_EPC
	COUNT	VCPU_COUNT_PRIVILEGED
	COUNT	VCPU_COUNT_MTC0
	SAY	INSPECT_CAUSE_PRIVILEGED
	ld	$v0, VCPU_GPR + 8 * 2($k1)
	ld	$v1, VCPU_GPR + 8 * 3($k1)
	b	trap_leave_quickly
	 li	$t0, STATUS_KSU_SUPERVISOR

trap_save:
	/* State: all registers but k0 and k1 are free. */
	mfhi	$t2
	mflo	$t3
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
	sw	$k0, VCPU_TRAP_WORD($k1)
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
	FOR_FIRST_REGISTERS ld, $k1, VCPU_GPR
	FOR_OTHER_REGISTERS ld, $k1, VCPU_GPR
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
	FOR_FIRST_REGISTERS sd, $zero, CPU_SELF + CPU_FRAME
	FOR_OTHER_REGISTERS sd, $zero, CPU_SELF + CPU_FRAME
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
