/* SPDX-License-Identifier: MIT */
/*
 * rule: Rewriting an entry takes effect at once, for loads, stores and fetches, whatever was
 *       used before (R4000 UM 4.4).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	dli	$t0, 0xffffffffa0000000 + SCRATCH
	li	$t1, 1
	sw	$t1, 0($t0)
	li	$t1, 2
	sw	$t1, 0x1000($t0)
	li	$t0, 0x10000
	li	$t3, 3
5:	TLB_ENTRY(1, 0x10000, PTE(SCRATCH, G | V | D), PTE(0, G), MASK_4K)
	lw	$t1, 0($t0)
	EXPECT($t1, 1)
	sw	$t1, 0($t0)
	TLB_ENTRY(1, 0x10000, PTE(SCRATCH + 0x1000, G | V | D), PTE(0, G), MASK_4K)
	lw	$t1, 0($t0)
	EXPECT($t1, 2)
	sw	$t1, 0($t0)
	TLB_ENTRY(1, 0x12000, PTE(0, G), PTE(0, G), MASK_4K)
	TRAP_AT(EXC_TLBL, 0, 1b, 0x080, 1: lw $t1, 0($t0))
	addiu	$t3, $t3, -1
	bnez	$t3, 5b
	 nop
	dli	$t0, 0xffffffffa0000000 + SCRATCH
	lw	$t1, 0($t0)
	EXPECT($t1, 1)
	lw	$t1, 0x1000($t0)
	EXPECT($t1, 2)
	TEST_PASS
