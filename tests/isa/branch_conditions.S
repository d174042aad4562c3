/* SPDX-License-Identifier: MIT */
/*
 * rule: Branches compare all 64 bits, signed against zero (R4000 UM A, BEQ, BLTZ).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	dli	$t0, 0x100000000		# its low word is zero
	dli	$t1, 0x80000000			# negative only as a word
	dli	$t2, -1
	beq	$t0, $zero, fail
	 nop
	bne	$t0, $zero, 1f
	 nop
	b	fail
	 nop
1:	bltz	$t1, fail
	 nop
	blez	$t1, fail
	 nop
	bgtz	$t1, 1f
	 nop
	b	fail
	 nop
1:	bgez	$t1, 1f
	 nop
	b	fail
	 nop
1:	bgez	$t2, fail
	 nop
	bgtz	$t2, fail
	 nop
	bltz	$t2, 1f
	 nop
	b	fail
	 nop
1:	blez	$t2, 1f
	 nop
	b	fail
	 nop
1:	blez	$zero, 1f
	 nop
	b	fail
	 nop
1:	bgtz	$zero, fail
	 nop
	bltz	$zero, fail
	 nop
	/* The slot of a branch may change what was compared. */
	li	$t3, 1
	bnez	$t3, 1f
	 li	$t3, 0
	b	fail
	 nop
1:	TEST_PASS
fail:	EXPECT($zero, 1)
