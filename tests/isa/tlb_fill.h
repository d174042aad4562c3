/* SPDX-License-Identifier: MIT */
/*
 * For the tests of the TLB's size: maps `count` pages by as many entries, stores to all of them and
 * reads them back by their physical addresses.
 */
#ifndef TESTS_ISA_TLB_FILL_H
#define TESTS_ISA_TLB_FILL_H

#include "tests/isa/harness.h"

.macro fill count
	.set	i, 0
	.rept	\count
	TLB_ENTRY(i, 0x100000 + i * 0x2000, PTE(SCRATCH + i * 0x1000, G | V | D), PTE(0, G), MASK_4K)
	.set	i, i + 1
	.endr
	li	$t0, 0x100000
	li	$t1, \count
1:	sw	$t1, 0($t0)
	addiu	$t0, $t0, 0x2000
	addiu	$t1, $t1, -1
	bnez	$t1, 1b
	 nop
	dli	$t0, 0xffffffffa0000000 + SCRATCH
	li	$t1, \count
2:	lw	$t2, 0($t0)
	bne	$t1, $t2, 3f
	 nop
	addiu	$t0, $t0, 0x1000
	addiu	$t1, $t1, -1
	bnez	$t1, 2b
	 nop
3:	EXPECT($t1, 0)
.endm

#endif
