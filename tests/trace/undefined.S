/* SPDX-License-Identifier: MIT */
/* undefined.S - does, once each, what the R4000 manual calls undefined; tests/trace/check counts. */
#include "isa/cp0.h"

	.set	noreorder
	.set	mips3
	.globl	_start
_start:
	li	$t0, 0x12345
	dsll	$t0, $t0, 16
	addu	$t1, $t0, $zero		/* no sign-extended word */
	srl	$t1, $t0, 4		/* the same */
	mfhi	$t2
	mult	$zero, $zero		/* HI read just before */
	nop
	nop
	ddiv	$zero, $t2, $zero	/* by zero, result unused */
	nop
	nop
	li	$t3, 0x4000
	mtc0	$t3, $CP0_PAGEMASK	/* no page size */
	mtc0	$zero, $CP0_PAGEMASK
	li	$t3, 63
	mtc0	$t3, $CP0_WIRED		/* beyond 48 entries */
	mtc0	$zero, $CP0_WIRED
	mtc0	$zero, $7		/* reserved register */
	b	2f
	b	1f			/* in a delay slot; what it leads to is the same */
	nop
2:	nop
1:	lui	$v1, 0xb000
	sb	$zero, 0x10($v1)	/* halt */
3:	b	3b
	nop
