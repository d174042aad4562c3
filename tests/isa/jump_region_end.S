/* SPDX-License-Identifier: MIT */
/*
 * rule: A jump in the last word of a 256 MB region goes into the next one: the delay slot's
 *       address counts, not the jump's own (R4000 UM A, J).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	TLB_ENTRY(1, 0x1fffe000, PTE(0, G), PTE(SCRATCH, G | V | D), MASK_4K)
	TLB_ENTRY(2, 0x20000000, PTE(SCRATCH + 0x1000, G | V | D), PTE(0, G), MASK_4K)
	/* 0x1ffffffc: j 0x.0000100; its slot at 0x20000000; the target sets v0 and returns. */
	li	$t0, 0x1ffffffc
	lui	$t1, 0x0800
	ori	$t1, $t1, 0x100 >> 2
	sw	$t1, 0($t0)
	sw	$zero, 4($t0)
	dla	$t2, code
	lw	$t3, 0($t2)
	sw	$t3, 0x104($t0)
	lw	$t3, 4($t2)
	sw	$t3, 0x108($t0)
	li	$t3, 3
1:	jalr	$t0
	 move	$v0, $zero
	EXPECT($v0, 5)
	addiu	$t3, $t3, -1
	bnez	$t3, 1b
	 nop
	/* JAL: the link as well. */
	lui	$t1, 0x0c00
	ori	$t1, $t1, 0x100 >> 2
	sw	$t1, 0($t0)
	dla	$t2, link
	lw	$t3, 0($t2)
	sw	$t3, 0x104($t0)
	lw	$t3, 4($t2)
	sw	$t3, 0x108($t0)
	jalr	$v1, $t0
	 nop
	EXPECT($ra, 0x20000004)
	TEST_PASS
code:	jr	$ra
	li	$v0, 5
link:	jr	$v1
	nop
