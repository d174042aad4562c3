/* SPDX-License-Identifier: MIT */
/*
 * start.S - boot, exception entry and exit of the conformance runtime.
 *
 * An exception saves all registers in `frame` and calls handle_exception(); that changes the frame
 * and returns, and the program goes on by eret. Programs leave $k0 and $k1 to this file and may
 * use every other register. R4000 UM chapter 5.
 */
#include "isa/cp0.h"
#include "tests/conformance/image.h"

	.set	noreorder
	.set	noat

#define NOPS	nop; nop; nop; nop; nop; nop; nop; nop

	.section .text.start, "ax"
	.globl	_start
_start:
	lui	$t0, %hi(STATUS_RUNTIME)
	ori	$t0, $t0, %lo(STATUS_RUNTIME)
	mtc0	$t0, $CP0_STATUS
	NOPS
	mtc0	$zero, $CP0_CAUSE
	NOPS
	dla	$sp, stack_top
	dla	$t0, bss_start
	dla	$t1, bss_end
1:	sd	$zero, 0($t0)
	daddiu	$t0, $t0, 8
	bne	$t0, $t1, 1b
	 nop
	jal	vectors_install
	 nop
	jal	console_find
	 nop
	j	main_programs
	 nop

	.text
/* Four words each, copied to the vectors. */
vector_code:
	j	exception_entry
	 li	$k1, 0
	nop
	nop
	j	exception_entry
	 li	$k1, 1
	nop
	nop
	j	exception_entry
	 li	$k1, 2
	nop
	nop
	j	exception_entry
	 li	$k1, 3
	nop
	nop

	.globl	vectors_install
vectors_install:
	/* Through KSEG1, and from there into memory: no stale line of either cache. */
	dla	$t0, vector_code
	lui	$t1, 0xa000
	li	$t2, 4
1:	ld	$t3, 0($t0)
	ld	$v0, 8($t0)
	sd	$t3, 0($t1)
	sd	$v0, 8($t1)
	daddiu	$t0, $t0, 16
	addiu	$t2, $t2, -1
	bnez	$t2, 1b
	 daddiu	$t1, $t1, 0x80
	jr	$ra
	 nop

/* State: EXL = 1, $k1 = vector, all else the program's. */
exception_entry:
	lui	$k0, %hi(frame)
	daddiu	$k0, $k0, %lo(frame)
#define SAVE(n)		sd $n, 8 * n($k0)
#define RESTORE(n)	ld $n, 8 * n($k0)
	SAVE(0); SAVE(1); SAVE(2); SAVE(3); SAVE(4); SAVE(5); SAVE(6); SAVE(7)
	SAVE(8); SAVE(9); SAVE(10); SAVE(11); SAVE(12); SAVE(13); SAVE(14); SAVE(15)
	SAVE(16); SAVE(17); SAVE(18); SAVE(19); SAVE(20); SAVE(21); SAVE(22); SAVE(23)
	SAVE(24); SAVE(25); SAVE(28); SAVE(29); SAVE(30); SAVE(31)
	sd	$k1, FRAME_VECTOR($k0)
	dmfc0	$t0, $CP0_EPC
	dmfc0	$t1, $CP0_BADVADDR
	dmfc0	$t2, $CP0_CONTEXT
	dmfc0	$t3, $CP0_XCONTEXT
	sd	$t0, FRAME_EPC($k0)
	sd	$t1, FRAME_BADVADDR($k0)
	sd	$t2, FRAME_CONTEXT($k0)
	sd	$t3, FRAME_XCONTEXT($k0)
	dmfc0	$t0, $CP0_ENTRYHI
	mfc0	$t1, $CP0_STATUS
	mfc0	$t2, $CP0_CAUSE
	sd	$t0, FRAME_ENTRYHI($k0)
	sd	$t1, FRAME_STATUS($k0)
	sd	$t2, FRAME_CAUSE($k0)
	mfhi	$t0
	mflo	$t1
	sd	$t0, FRAME_HI($k0)
	sd	$t1, FRAME_LO($k0)

	/* The runtime's own Status, still with EXL: programs may have KX = 0 or CU1 = 0. */
	lui	$t0, %hi(STATUS_RUNTIME | STATUS_EXL)
	ori	$t0, $t0, %lo(STATUS_RUNTIME | STATUS_EXL)
	mtc0	$t0, $CP0_STATUS
	NOPS
	dla	$t0, probe_active
	ld	$t0, 0($t0)
	dla	$sp, exception_stack_top
	beqz	$t0, 1f
	 nop
	j	probe_failed
	 nop
1:	jal	handle_exception
	 move	$a0, $k0

	/* Also where a program starts: the frame says how to go on. Its Status has EXL = 1. */
	.globl	frame_resume
frame_resume:
	lui	$k0, %hi(frame)
	daddiu	$k0, $k0, %lo(frame)
	ld	$t0, FRAME_HI($k0)
	ld	$t1, FRAME_LO($k0)
	mthi	$t0
	mtlo	$t1
	ld	$t0, FRAME_EPC($k0)
	ld	$t1, FRAME_STATUS($k0)
	dmtc0	$t0, $CP0_EPC
	/* EXL first: set together with KSU it might come too late (VR4100 UM, CP0 hazards). */
	mfc0	$t0, $CP0_STATUS
	ori	$t0, $t0, STATUS_EXL
	mtc0	$t0, $CP0_STATUS
	mtc0	$t1, $CP0_STATUS
	RESTORE(1); RESTORE(2); RESTORE(3); RESTORE(4); RESTORE(5); RESTORE(6); RESTORE(7)
	RESTORE(8); RESTORE(9); RESTORE(10); RESTORE(11); RESTORE(12); RESTORE(13)
	RESTORE(14); RESTORE(15); RESTORE(16); RESTORE(17); RESTORE(18); RESTORE(19)
	RESTORE(20); RESTORE(21); RESTORE(22); RESTORE(23); RESTORE(24); RESTORE(25)
	RESTORE(28); RESTORE(29); RESTORE(30); RESTORE(31)
	move	$k0, $zero
	move	$k1, $zero
	eret

	/* int probe_byte(uint64_t address) */
	.globl	probe_byte
probe_byte:
	dla	$t0, probe_active
	li	$t1, 1
	sd	$t1, 0($t0)
	dla	$t2, probe_return
	sd	$ra, 0($t2)
	sd	$sp, 8($t2)
	lbu	$v0, 0($a0)
	move	$t3, $v0	/* an interlock: a bus error is reported by now */
	NOPS
	sd	$zero, 0($t0)
	jr	$ra
	 nop

	/* Reached by the exception of the load above. State: EXL = 1. */
	.globl	probe_failed
probe_failed:
	dla	$t0, probe_active
	sd	$zero, 0($t0)
	lui	$t0, %hi(STATUS_RUNTIME)
	ori	$t0, $t0, %lo(STATUS_RUNTIME)
	mtc0	$t0, $CP0_STATUS
	NOPS
	dla	$t2, probe_return
	ld	$ra, 0($t2)
	ld	$sp, 8($t2)
	jr	$ra
	 li	$v0, -1

	/* void program_finished(void): to the loop over the programs, on its own stack. */
	.globl	program_finished
program_finished:
	lui	$t0, %hi(STATUS_RUNTIME)
	ori	$t0, $t0, %lo(STATUS_RUNTIME)
	mtc0	$t0, $CP0_STATUS
	NOPS
	dla	$sp, stack_top
	j	main_programs
	 nop

#define FPR_EACH_EVEN(f) f(0) f(2) f(4) f(6) f(8) f(10) f(12) f(14) \
	f(16) f(18) f(20) f(22) f(24) f(26) f(28) f(30)
#define FPR_EACH_ODD(f) f(1) f(3) f(5) f(7) f(9) f(11) f(13) f(15) \
	f(17) f(19) f(21) f(23) f(25) f(27) f(29) f(31)
/* LDC1 and SDC1 know pairs of registers (FR = 0) on every simulator; DMTC1 does not. */
#define FPR_LOAD(n)	ldc1 $f##n, 8 * n($a0);
#define FPR_STORE(n)	sdc1 $f##n, 8 * n($a0);

	.set	hardfloat

	/* void fpr_load(const uint64_t *values, uint64_t fr): in FR mode `fr`, odd ones if FR = 1 */
	.globl	fpr_load
fpr_load:
	mfc0	$t2, $CP0_STATUS
	lui	$t1, %hi(STATUS_FR)
	bnez	$a1, 1f
	 or	$t1, $t2, $t1
	lui	$t3, %hi(STATUS_FR)
	xor	$t1, $t1, $t3
1:	mtc0	$t1, $CP0_STATUS
	NOPS
	FPR_EACH_EVEN(FPR_LOAD)
	beqz	$a1, 2f
	 nop
	FPR_EACH_ODD(FPR_LOAD)
2:	NOPS
	mtc0	$t2, $CP0_STATUS
	NOPS
	jr	$ra
	 nop

	/* void fpr_store(uint64_t *values, uint64_t fr) */
	.globl	fpr_store
fpr_store:
	mfc0	$t2, $CP0_STATUS
	lui	$t1, %hi(STATUS_FR)
	bnez	$a1, 1f
	 or	$t1, $t2, $t1
	lui	$t3, %hi(STATUS_FR)
	xor	$t1, $t1, $t3
1:	mtc0	$t1, $CP0_STATUS
	NOPS
	FPR_EACH_EVEN(FPR_STORE)
	beqz	$a1, 2f
	 nop
	FPR_EACH_ODD(FPR_STORE)
2:	mtc0	$t2, $CP0_STATUS
	NOPS
	jr	$ra
	 nop

	.bss
	.balign	16
	.globl	frame
frame:
	.space	FRAME_SIZE
probe_return:
	.space	16
	.globl	probe_active
probe_active:
	.space	8
	.balign	16
	.space	8192
exception_stack_top:
	.space	16
	.space	8192
stack_top:
	.space	16
