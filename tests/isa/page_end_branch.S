/* SPDX-License-Identifier: MIT */
/*
 * rule: A branch in the last word of a page has its slot in the next page (R4000 UM 2.2).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	/* Virtual 0x10000 and 0x12000 pairs: pages of code at SCRATCH, in swapped frames. */
	TLB_ENTRY(1, 0x10000, PTE(SCRATCH + 0x1000, V | D | G), PTE(SCRATCH, V | D | G), MASK_4K)
	dla	$t0, branch
	lw	$t1, 0($t0)
	lw	$t2, 4($t0)
	lw	$t3, 8($t0)
	li	$t0, 0x10ffc
	sw	$t1, 0($t0)		# 0x10ffc: the branch, 0x11000: its slot
	sw	$t2, 4($t0)
	sw	$zero, 8($t0)
	sw	$t3, 12($t0)
	sw	$zero, 16($t0)
	li	$t2, 0
	li	$t3, 3			# three times: first as a new block, then as a known one
1:	li	$t1, 0x10ffc
	jalr	$t1
	 nop
	addiu	$t3, $t3, -1
	bnez	$t3, 1b
	 nop
	EXPECT($t2, 15)
	TEST_PASS
branch:
	b	. + 12
	 addiu	$t2, $t2, 5
	jr	$ra
