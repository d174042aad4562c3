/* SPDX-License-Identifier: MIT */
/*
 * target.S - a program for tests/gdb/check to be debugged: labels to stop at, a variable to watch,
 * a mapped page, a delay slot, an exception, an endless wait.
 */
#include "isa/cp0.h"

	.set	noreorder
	.set	mips3
	.globl	_start
_start:
	/* Map virtual 0x4000 to physical 0x200000. */
	li	$v0, 0x4000
	mtc0	$v0, $CP0_ENTRYHI
	li	$v0, (0x200000 >> 6) | ENTRYLO_D | ENTRYLO_V | ENTRYLO_G
	mtc0	$v0, $CP0_ENTRYLO0
	li	$v0, ENTRYLO_G
	mtc0	$v0, $CP0_ENTRYLO1
	mtc0	$zero, $CP0_INDEX
	nop
	nop
	tlbwi
	nop
	nop
	nop
	/* A handler that skips the system call, at the general vector. */
	lui	$a0, %hi(handler)
	addiu	$a0, $a0, %lo(handler)
	lui	$a1, 0x8000
	li	$a2, 8
copy:	lw	$v0, 0($a0)
	sw	$v0, 0x180($a1)
	addiu	$a0, $a0, 4
	addiu	$a2, $a2, -1
	bnez	$a2, copy
	addiu	$a1, $a1, 4
	li	$s0, 0x4000

	.globl	mapped_store
mapped_store:
	li	$v0, 0x1234
	sw	$v0, 0($s0)

	.globl	slot_branch, slot, after_slot
slot_branch:
	b	after_slot
slot:	addiu	$s1, $zero, 7
	addiu	$s1, $zero, 99		/* never executed */
after_slot:
	lui	$s2, %hi(variable)
	addiu	$s2, $s2, %lo(variable)

	.globl	read_variable, write_variable
read_variable:
	lw	$s3, 0($s2)
	nop
write_variable:
	sw	$s1, 0($s2)
	nop

	.globl	make_call
make_call:
	syscall
	nop

	/* Waits until the debugger sets s7, and exits with it. */
	.globl	wait_loop
wait_loop:
	beqz	$s7, wait_loop
	nop
	lui	$v0, 0xbf00
	ori	$v0, $v0, 0x1000
	sw	$s7, 4($v0)		/* annotation port: exit */
1:	b	1b
	nop

handler:
	mfc0	$k0, $CP0_EPC
	addiu	$k0, $k0, 4
	mtc0	$k0, $CP0_EPC
	nop
	nop
	nop
	eret
	nop

	.data
	.balign	8
	.globl	variable
variable:
	.word	0x55aa55aa
	.word	0
