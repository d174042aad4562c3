/* SPDX-License-Identifier: MIT */
/*
 * start.S - vectors, exception entry and exit of the equivalence runtime.
 *
 * An exception saves the whole state in `frame` and calls handle_exception(); that changes the frame
 * and returns, and the program goes on by eret. Programs may use all registers, k0 and k1 too.
 * R4000 UM chapter 5.
 */
#include "isa/cp0.h"
#include "tests/equivalence/guest/frame.h"

	.set	noreorder
	.set	noat

#define NOPS	nop; nop; nop; nop

/* 16 bytes or a little more, at VM_VECTOR_BASE. */
.macro	VECTOR number
	sd	$k0, SCRATCH_K0($zero)
	sd	$k1, SCRATCH_K1($zero)
	j	exception_entry
	 li	$k0, \number
.endm

	.section .text.vectors, "ax"
	.globl	vectors
vectors:
	VECTOR	0
	.org	0x080
	VECTOR	1
	.org	0x100
	VECTOR	2
	.org	0x180
	VECTOR	3
	.org	0x200

	.section .text.start, "ax"
	.globl	_start
_start:
	lui	$t0, %hi(RUNTIME_STATUS)
	ori	$t0, $t0, %lo(RUNTIME_STATUS)
	mtc0	$t0, $CP0_STATUS
	NOPS
	mtc0	$zero, $CP0_CAUSE
	NOPS
	dla	$sp, stack_top
	j	main_programs
	 nop

	.text
/* State: EXL = 1, k0 = vector, all else the program's. */
exception_entry:
	dla	$k1, frame
	sd	$k0, STATE_VECTOR($k1)
	ld	$k0, SCRATCH_K0($zero)
	sd	$k0, STATE_GPR + 8 * 26($k1)
	ld	$k0, SCRATCH_K1($zero)
	sd	$k0, STATE_GPR + 8 * 27($k1)
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, \
		23, 24, 25, 28, 29, 30, 31
	sd	$\n, STATE_GPR + 8 * \n($k1)
	.endr
	mfhi	$t0
	mflo	$t1
	sd	$t0, STATE_HI($k1)
	sd	$t1, STATE_LO($k1)
	.irp	n, CP0_NARROW
	mfc0	$t0, $\n
	sd	$t0, STATE_CP0 + 8 * \n($k1)
	.endr
	.irp	n, CP0_WIDE
	dmfc0	$t0, $\n
	sd	$t0, STATE_CP0 + 8 * \n($k1)
	.endr

	/* The runtime's own Status, still with EXL: programs may have KX = 0 or CU1 = 0. */
	lui	$t0, %hi(RUNTIME_STATUS | STATUS_EXL)
	ori	$t0, $t0, %lo(RUNTIME_STATUS | STATUS_EXL)
	mtc0	$t0, $CP0_STATUS
	NOPS
	dla	$sp, exception_stack_top
	jal	handle_exception
	 move	$a0, $k1

	/* Also where a program starts: the frame says how to go on. Its Status has EXL = 1. */
	.globl	frame_resume
frame_resume:
	dla	$k1, frame
	ld	$t0, STATE_HI($k1)
	ld	$t1, STATE_LO($k1)
	mthi	$t0
	mtlo	$t1
	ld	$t0, STATE_CP0 + 8 * 14($k1)
	ld	$t1, STATE_CP0 + 8 * 12($k1)
	dmtc0	$t0, $CP0_EPC
	/* EXL is set: the mode changes with eret. */
	mtc0	$t1, $CP0_STATUS
	NOPS
	.irp	n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, \
		24, 25, 26, 28, 29, 30, 31
	ld	$\n, STATE_GPR + 8 * \n($k1)
	.endr
	ld	$k1, STATE_GPR + 8 * 27($k1)
	eret

	/* void program_finished(void): to the loop over the programs, on its own stack. */
	.globl	program_finished
program_finished:
	lui	$t0, %hi(RUNTIME_STATUS)
	ori	$t0, $t0, %lo(RUNTIME_STATUS)
	mtc0	$t0, $CP0_STATUS
	NOPS
	dla	$sp, stack_top
	j	main_programs
	 nop

/* void NAME(uint64_t *values, uint64_t fr): in FR mode `fr`, the odd ones if it is not 0 */
.macro	FPR_ALL name, instruction
	.globl	\name
\name:
	mfc0	$t2, $CP0_STATUS
	lui	$t1, %hi(STATUS_FR)
	bnez	$a1, 1f
	 or	$t1, $t2, $t1
	lui	$t3, %hi(STATUS_FR)
	xor	$t1, $t1, $t3
1:	mtc0	$t1, $CP0_STATUS
	NOPS
	.irp	n, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
	\instruction $f\n, 8 * \n($a0)
	.endr
	beqz	$a1, 2f
	 nop
	.irp	n, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31
	\instruction $f\n, 8 * \n($a0)
	.endr
2:	mtc0	$t2, $CP0_STATUS
	NOPS
	jr	$ra
	 nop
.endm
	.set	hardfloat
	FPR_ALL	fpr_load, ldc1
	FPR_ALL	fpr_store, sdc1

	.bss
	.balign	4096
	.globl	scratch_page
scratch_page:
	.space	4096
	.globl	frame
frame:
	.space	STATE_SIZE
	.balign	16
	.space	8192
exception_stack_top:
	.space	16
	.space	8192
stack_top:
	.space	16
