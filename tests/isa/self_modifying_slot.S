/* SPDX-License-Identifier: MIT */
/*
 * rule: A store that changes the delay-slot instruction of the next branch, or is itself in a
 *       slot and changes the target, is seen (caches coherent for fetches; R4000 UM 11).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	dla	$t0, patch
	lw	$t1, 0($t0)
	li	$v0, 3
	li	$t2, 0
1:	dla	$t0, 2f
	sw	$t1, 4($t0)
2:	b	3f
	 addiu	$t2, $t2, 1		# replaced before it is reached
3:	addiu	$t1, $t1, 1
	addiu	$v0, $v0, -1
	bnez	$v0, 1b
	 nop
	EXPECT($t2, 7 + 8 + 9)
	/* The store in the slot, the target changed. */
	li	$v0, 3
	li	$t2, 0
1:	dla	$t0, 2f
	b	2f
	 sw	$t1, 0($t0)
2:	addiu	$t2, $t2, 1
	addiu	$t1, $t1, 1
	addiu	$v0, $v0, -1
	bnez	$v0, 1b
	 nop
	EXPECT($t2, 10 + 11 + 12)
	/* The slot changes itself: for the next time. */
	dla	$t0, 4f
	dla	$t3, patch
	lw	$t1, 0($t3)
	li	$v0, 2
	li	$t2, 0
3:	addiu	$v0, $v0, -1
	bgtz	$v0, 3b
4:	 sw	$t1, 0($t0)
	EXPECT($t2, 7)
	/* The fall-through of a branch that is not taken. */
	dla	$t0, 5f
	lw	$t1, 0($t3)
	li	$t2, 0
	bne	$zero, $zero, 6f
	 sw	$t1, 0($t0)
5:	nop
6:	EXPECT($t2, 7)
	TEST_PASS
patch:	addiu	$t2, $t2, 7
