/* SPDX-License-Identifier: MIT */
/*
 * measure.S - calls of every kind, for tests/inspect/measure: it knows how many instructions each
 * takes. $28 is the thread, as in Linux.
 */
#include "isa/cp0.h"

	.set	noreorder
	.set	mips3

	.macro	FUNCTION name
	.globl	\name
	.type	\name, @function
\name:
	.endm

	.macro	SWITCH stack
	la	$gp, \stack
	jal	finish_task_switch.isra.0
	nop
	.endm

	.globl	_start
_start:
	mtc0	$zero, $CP0_STATUS
	lui	$t1, 0xa000
	la	$t2, handler
	.irp	offset, 0, 4, 8
	lw	$t3, \offset($t2)
	sw	$t3, 0x180 + \offset($t1)
	.endr
	la	$sp, stack_a + 1024
	SWITCH	stack_a
	jal	work
	nop
	jal	again
	move	$t0, $zero
	jal	recursive
	li	$a0, 3
	addiu	$sp, $sp, -32
	jal	gone
	nop
	nop
.Lback:
	jal	leaf		/* deeper in the stack than what has not returned */
	addiu	$sp, $sp, 32
	jal	tail
	nop
	.globl	way_from
way_from:
	.rept	10
	nop
	.endr
	.globl	way_to
way_to:
	lui	$v1, 0xb000
	sb	$zero, 0x10($v1)	/* halt */
3:	b	3b
	nop

/* Lets `again` go on. */
handler:
	li	$t0, 1
	eret
	nop

FUNCTION finish_task_switch.isra.0
	jr	$ra
	nop

/* 14 instructions of its own thread, 107 of another. */
FUNCTION work
	addiu	$sp, $sp, -16
	sd	$ra, 0($sp)
	move	$s0, $sp
	la	$sp, stack_b + 1024
	SWITCH	stack_b
	.rept	100
	nop
	.endr
	move	$sp, $s0
	SWITCH	stack_a
	ld	$ra, 0($sp)
	jr	$ra
	addiu	$sp, $sp, 16

/* Begins with an exception, after which its first instruction comes again. */
FUNCTION again
	teq	$t0, $zero
	jr	$ra
	nop

/* 4 calls, 3 * 9 + 7 instructions. */
FUNCTION recursive
	addiu	$sp, $sp, -16
	sd	$ra, 0($sp)
	blez	$a0, 1f
	nop
	jal	recursive
	addiu	$a0, $a0, -1
1:	ld	$ra, 0($sp)
	jr	$ra
	addiu	$sp, $sp, 16

FUNCTION gone
	j	.Lback
	nop

FUNCTION leaf
	jr	$ra
	nop

/* Returns where its caller does: 2 and 2 instructions. */
FUNCTION tail
	j	leaf
	nop

	.bss
	.balign	16384
stack_a:
	.space	16384
stack_b:
	.space	16384
