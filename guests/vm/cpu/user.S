/* SPDX-License-Identifier: MIT */
/* user.S - what the tests execute in user mode; mapped at USER_TEXT. */
#include "guests/vm/cpu/guest.h"

#include "guests/lib/asm.h"

	.set	noreorder
	.set	noat
	.section .text.user, "ax"
	.balign	4096
	.globl	user_text
user_text:

/* Stores and loads on its data, then a system call. */
FUNCTION(user_syscall)
	li	$t0, USER_DATA
	ld	$t1, 0($t0)
	daddiu	$t1, $t1, 1
	sd	$t1, 0($t0)
	li	$v0, 77
	syscall
END(user_syscall)

FUNCTION(user_mfc0)
	mfc0	$t0, $12
	syscall
END(user_mfc0)

FUNCTION(user_moncall)
	li	$v0, 0
	syscall	0x4d42
END(user_moncall)

/* A load from the address in a0. */
FUNCTION(user_load)
	lw	$t0, 0($a0)
	syscall
END(user_load)

/* 64-bit operations: reserved while UX is 0. */
FUNCTION(user_wide)
	daddu	$t0, $a0, $a0
	syscall
END(user_wide)

/* Counts until it is interrupted. */
FUNCTION(user_spin)
	li	$t0, 0
1:	b	1b
	 addiu	$t0, $t0, 1
END(user_spin)

FUNCTION(user_fpu)
	mtc1	$zero, $f4
	nop
	add.s	$f4, $f4, $f4
	syscall
END(user_fpu)
	.balign	4096
