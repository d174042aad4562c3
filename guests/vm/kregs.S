/* SPDX-License-Identifier: MIT */
/*
 * kregs.S - code with live values in k0 and k1, each step on a page of its own (kregs.c).
 *
 * s0: window page of the step, s1: mapped page, s3: EntryLo of the first mapped page, s6: misses
 * seen, s7: where to go on after a miss with EXL = 1 (EPC does not tell), k0, k1: live.
 */
#include "guests/lib/asm.h"
#include "guests/vm/kregs.h"
#include "isa/cp0.h"

	.set	noreorder
	.set	noat

	.text
/*
 * Misses of the mapped pages: uses t8 only, never k0 and k1. The two vectors differ in how they go
 * back.
 */
	.macro	enter_pair
	mfc0	$t8, $CP0_BADVADDR
	addiu	$s6, $s6, 1
	nop
	srl	$t8, $t8, 13
	andi	$t8, $t8, KREGS_STEPS - 1
	sll	$t8, $t8, 13 - 12 + ENTRYLO_PFN_SHIFT
	addu	$t8, $t8, $s3
	mtc0	$t8, $CP0_ENTRYLO0
	addiu	$t8, $t8, 1 << ENTRYLO_PFN_SHIFT
	mtc0	$t8, $CP0_ENTRYLO1
	nop
	nop
	nop
	tlbwr
	nop
	nop
	nop
	nop
	nop
	.endm
	.globl	kregs_refill, kregs_refill_end, kregs_nested, kregs_nested_end
kregs_refill:
	enter_pair
	eret
kregs_refill_end:
kregs_nested:
	enter_pair
	jr	$s7
	 nop
kregs_nested_end:

/* void kregs_run(struct kregs *kregs) */
FUNCTION(kregs_run)
	PTR_ADDIU $sp, $sp, -64
	sd	$s0, 0($sp)
	sd	$s1, 8($sp)
	sd	$s3, 16($sp)
	sd	$s6, 24($sp)
	sd	$s7, 32($sp)
	sd	$ra, 40($sp)
	ld	$s0, KREGS_WINDOW($a0)
	lui	$s1, KREGS_MAPPED >> 16
	ld	$s3, KREGS_ENTRY($a0)
	move	$s6, $zero
	mfc0	$t0, $CP0_STATUS
	ld	$t1, KREGS_EXL($a0)
	nop
	or	$t1, $t1, $t0
	mtc0	$t1, $CP0_STATUS
	nop
	nop
	nop
	nop
	ld	$k0, KREGS_K0($a0)
	ld	$k1, KREGS_K1($a0)
	PTR_LA	$t1, kregs_steps
	jr	$t1
	 nop
kregs_out:
	sd	$k0, KREGS_K0($a0)
	sd	$k1, KREGS_K1($a0)
	sd	$s6, KREGS_MISSES($a0)
	mtc0	$t0, $CP0_STATUS
	nop
	nop
	nop
	nop
	ld	$s0, 0($sp)
	ld	$s1, 8($sp)
	ld	$s3, 16($sp)
	ld	$s6, 24($sp)
	ld	$s7, 32($sp)
	ld	$ra, 40($sp)
	jr	$ra
	 PTR_ADDIU $sp, $sp, 64
END(kregs_run)

/*
 * A step: k0 += k1; k1 = (k1 << 1) ^ k0, with every instruction's neighbours on other pages: the
 * fetch misses the window, the loads and stores miss window and mapped pages.
 */
	/* Among the data: branches within .text do not reach over half a megabyte. */
	.section .data.kregs, "awx"
	.balign	KREGS_STRIDE
kregs_steps:
	.rept	KREGS_STEPS
	PTR_LA	$s7, 1f
1:	lw	$t2, 0($s1)
	daddu	$k0, $k0, $k1
	b	2f
	 sw	$t2, 0($s0)
	.balign	4096
2:	dsll	$k1, $k1, 1
	PTR_LA	$s7, 3f
3:	sw	$t2, 4096($s1)
	xor	$k1, $k1, $k0
	lw	$t2, 4096($s0)
	PTR_ADDIU $s0, $s0, KREGS_STRIDE
	b	4f
	 PTR_ADDIU $s1, $s1, KREGS_STRIDE
	.balign	KREGS_STRIDE
4:
	.endr
	PTR_LA	$t1, kregs_out
	jr	$t1
	 nop
