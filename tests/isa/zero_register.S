/* SPDX-License-Identifier: MIT */
/*
 * rule: Register 0 reads as zero whatever is written to it, by loads and links too (R4000 UM
 *       1.2).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	li	$t0, 5
	addu	$zero, $t0, $t0
	EXPECT($zero, 0)
	dla	$t1, data
	ld	$zero, 0($t1)
	EXPECT($zero, 0)
	dla	$t2, 1f
	jalr	$zero, $t2
	 nop
1:	EXPECT($zero, 0)
	mfc0	$zero, $CP0_PRID
	EXPECT($zero, 0)
	/* A load into it still translates its address. */
	TRAP(EXC_ADEL, lw $zero, 1($t1))
	TEST_PASS

	.data
	.balign	8
data:	.dword	0x123456789abcdef0
