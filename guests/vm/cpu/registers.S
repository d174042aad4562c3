/* SPDX-License-Identifier: MIT */
/*
 * registers.S - all registers through one trapping instruction.
 *
 * void registers_NAME(uint64_t table[32]): loads registers 1 to 31 from the table, sp excepted,
 * which points to it; executes one instruction; stores them back.
 */
#include "isa/cp0.h"
#include "guests/lib/asm.h"

	.set	noreorder
	.set	noat
	.text

.macro	ALL operation
	.irp	n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, \
		25, 26, 27, 28, 30, 31
	\operation $\n, 8 * \n($sp)
	.endr
.endm

.macro	KEPT operation
	.irp	n, 16, 17, 18, 19, 20, 21, 22, 23, 28, 30, 31
	\operation $\n, 8 * (\n - 16)($sp)
	.endr
.endm

.macro	THROUGH name, instruction:vararg
FUNCTION(registers_\name)
	daddiu	$sp, $sp, -128
	KEPT	sd
	lui	$t0, %hi(kept_sp)
	sd	$sp, %lo(kept_sp)($t0)
	move	$sp, $a0
	ALL	ld
	\instruction
	ALL	sd
	lui	$t0, %hi(kept_sp)
	ld	$sp, %lo(kept_sp)($t0)
	KEPT	ld
	jr	$ra
	 daddiu	$sp, $sp, 128
END(registers_\name)
.endm

	THROUGH	mfc0, mfc0 $0, $15
	THROUGH	mtc0, mtc0 $5, $14
	THROUGH	tlbp, tlbp
	THROUGH	load, lw $0, 0($4)
	THROUGH	store, sw $0, 0($4)
	THROUGH	cache, cache 1, 0($sp)

	.bss
	.balign	8
kept_sp:
	.space	8
