/* SPDX-License-Identifier: MIT */
/*
 * rule: Code changed through another virtual address, in another page, or by copying over
 *       what has run already is executed as it now stands (caches coherent for fetches; R4000 UM
 *       11).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	TLB_ENTRY(1, 0x10000, PTE(SCRATCH, G | V | D), PTE(SCRATCH + 0x1000, G | V | D), MASK_4K)
	dla	$t1, code
	lw	$t2, 0($t1)
	lw	$t3, 4($t1)
	/* Written through kseg1, run through the TLB and kseg0. */
	dli	$t0, 0xffffffffa0000000 + SCRATCH + 0x1000
	li	$a0, 5
1:	sw	$t3, 0($t0)
	sw	$t2, 4($t0)
	li	$t1, 0x11000
	jalr	$t1
	 li	$v0, 0
	andi	$a1, $t2, 0xffff
	subu	$a1, $a1, $v0
	EXPECT($a1, 0)
	dli	$t1, 0xffffffff80000000 + SCRATCH + 0x1000
	jalr	$t1
	 li	$v0, 0
	andi	$a1, $t2, 0xffff
	subu	$a1, $a1, $v0
	EXPECT($a1, 0)
	addiu	$t2, $t2, 1
	addiu	$a0, $a0, -1
	bnez	$a0, 1b
	 nop
	/* The frame behind the page changes: no store at all. */
	li	$t1, 0x10000
	sw	$t3, 0($t1)
	addiu	$t2, $t2, 100
	sw	$t2, 4($t1)
	jalr	$t1
	 li	$v0, 0
	EXPECT($v0, 11 + 5 + 100)
	TLB_ENTRY(1, 0x10000, PTE(SCRATCH + 0x1000, G | V | D), PTE(SCRATCH, G | V | D), MASK_4K)
	jalr	$t1
	 li	$v0, 0
	EXPECT($v0, 11 + 4)
	TEST_PASS
code:	addiu	$v0, $v0, 11
	jr	$ra
