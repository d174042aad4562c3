/* SPDX-License-Identifier: MIT */
/*
 * rule: JAL, JALR, BLTZAL, BGEZAL and their likely forms link to the instruction after the
 *       slot; the conditional ones also when not taken (R4000 UM A, BGEZAL).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	li	$t0, 1
	li	$t1, -1
	jal	1f
	 nop
0:	nop
1:	EXPECT_LABEL($ra, 0b)
	dla	$t2, 1f
	jalr	$t3, $t2
	 nop
0:	nop
1:	EXPECT_LABEL($t3, 0b)
	/* The link is there in the slot already. */
	jal	1f
	 move	$t3, $ra
0:	nop
1:	EXPECT_LABEL($t3, 0b)
.macro links branch, reg
	move	$ra, $zero
	\branch	\reg, 1f
	 nop
0:	nop
1:	EXPECT_LABEL($ra, 0b)
.endm
	links	bltzal, $t1
	links	bltzal, $t0
	links	bgezal, $t0
	links	bgezal, $t1
	links	bltzall, $t1
	links	bltzall, $t0
	links	bgezall, $t0
	links	bgezall, $t1
	TEST_PASS
