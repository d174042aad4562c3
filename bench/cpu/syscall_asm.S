/* SPDX-License-Identifier: MIT */
/*
 * syscall_asm.S - both sides of the system-call kernel: 4 instructions in user mode, 10 in kernel
 * mode.
 */
#include "guests/lib/asm.h"
#include "isa/cp0.h"

	.set	noreorder
	.text
/* Copied to the general vector. A system call returns its own number, counted in $v0. */
	.globl	syscall_vector, syscall_vector_end
syscall_vector:
	mfc0	$k0, $CP0_CAUSE
	andi	$k0, $k0, CAUSE_EXCCODE
	addiu	$k0, $k0, -(EXC_SYS << CAUSE_EXCCODE_SHIFT)
	bnez	$k0, 1f
	 mfc0	$k1, $CP0_EPC
	addiu	$k1, $k1, 4
	mtc0	$k1, $CP0_EPC
	addiu	$v0, $v0, 1
	xori	$v0, $v0, 0x55		/* also the second instruction between mtc0 EPC and eret */
	eret
1:	PTR_LA	$k0, trap_entry		/* the timer, and the end */
	jr	$k0
	 nop
syscall_vector_end:

/* A page of its own, mapped for user mode. $s1 = rounds to go, $s0 = sum. */
	.section .text.user, "ax"
	.balign	4096
	.globl	syscall_user
syscall_user:
	syscall
	addiu	$s1, $s1, -1
	bnez	$s1, syscall_user
	 addu	$s0, $s0, $v0
	break
	.balign	4096
