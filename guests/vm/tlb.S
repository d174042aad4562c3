/* SPDX-License-Identifier: MIT */
/*
 * tlb.S - refill handler, user program and the way between kernel and user program (tlb.c).
 */
#include "guests/lib/asm.h"
#include "isa/cp0.h"

	.set	noreorder
	.set	noat

	.text
/*
 * Refill, as UM figure 4-13's example: Context points to the pair of page table entries. The
 * table is mapped itself, so the first load may miss: that goes to the general vector, with EPC
 * still the user's. State: EXL = 1.
 */
	.globl	tlb_refill, tlb_refill_end
tlb_refill:
	mfc0	$k1, $CP0_CONTEXT
	nop
	nop
	ld	$k0, 0($k1)
	ld	$k1, 8($k1)
	mtc0	$k0, $CP0_ENTRYLO0
	mtc0	$k1, $CP0_ENTRYLO1
	nop
	nop
	nop
	tlbwr
	nop
	nop
	nop
	nop
	nop
	eret
tlb_refill_end:

/* uint64_t tlb_run_user(struct trap_frame *frame): until the user program ends (tlb_user_done). */
FUNCTION(tlb_run_user)
	PTR_ADDIU $sp, $sp, -96
	sd	$s0, 0($sp)
	sd	$s1, 8($sp)
	sd	$s2, 16($sp)
	sd	$s3, 24($sp)
	sd	$s4, 32($sp)
	sd	$s5, 40($sp)
	sd	$s6, 48($sp)
	sd	$s7, 56($sp)
	sd	$s8, 64($sp)
	sd	$gp, 72($sp)
	sd	$ra, 80($sp)
	PTR_LA	$t0, tlb_kernel_sp
	b	trap_enter_user
	 sd	$sp, 0($t0)
END(tlb_run_user)

/* Where the last system call of the user program continues, in kernel mode; $v0 as it left it. */
FUNCTION(tlb_user_done)
	PTR_LA	$t0, tlb_kernel_sp
	ld	$sp, 0($t0)
	ld	$s0, 0($sp)
	ld	$s1, 8($sp)
	ld	$s2, 16($sp)
	ld	$s3, 24($sp)
	ld	$s4, 32($sp)
	ld	$s5, 40($sp)
	ld	$s6, 48($sp)
	ld	$s7, 56($sp)
	ld	$s8, 64($sp)
	ld	$gp, 72($sp)
	ld	$ra, 80($sp)
	jr	$ra
	 PTR_ADDIU $sp, $sp, 96
END(tlb_user_done)

	.data
	.balign	8
tlb_kernel_sp:
	.dword	0

/*
 * The user program, one page, runs wherever it is mapped. a0: first page, a1: how many, a2: bytes
 * from one to the next, a3: seed. Writes seed + i to page i if the seed is not 0, then counts the
 * pages that hold something else than t0 + i. System call: v0 = how many.
 */
	.section .text.user, "ax"
	.balign	4096
	.globl	tlb_user_program
tlb_user_program:
	beqz	$a3, 2f
	 move	$t1, $a0
	move	$t2, $a1
	move	$t3, $a3
1:	sw	$t3, 0($t1)
	sw	$t3, 4092($t1)
	addiu	$t3, $t3, 1
	addiu	$t2, $t2, -1
	bnez	$t2, 1b
	 addu	$t1, $t1, $a2
2:	move	$t1, $a0
	move	$t2, $a1
	move	$t3, $t0
	move	$v0, $zero
3:	lw	$t8, 0($t1)
	lw	$t9, 4092($t1)
	xor	$t8, $t8, $t3
	xor	$t9, $t9, $t3
	or	$t8, $t8, $t9
	sltu	$t8, $zero, $t8
	addu	$v0, $v0, $t8
	addiu	$t3, $t3, 1
	addiu	$t2, $t2, -1
	bnez	$t2, 3b
	 addu	$t1, $t1, $a2
	syscall
	b	.
	 nop
	.balign	4096
