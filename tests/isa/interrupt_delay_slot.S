/* SPDX-License-Identifier: MIT */
/*
 * rule: An interrupt between a branch and its slot reports BD and the branch; restarting
 *       there is exact (R4000 UM 5.3, Cause BD).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	/* A loop of branch and slot, interrupted at 40 successive cycles; handler goes on at EPC. */
	HOOK(handler)
	li	$t0, 40
	move	$t3, $zero
	set_status TEXT(TEST_STATUS | STATUS_IE | CAUSE_IP_TIMER)
1:	mtc0	$zero, $CP0_COUNT
	daddiu	$t1, $t0, 5
	mtc0	$t1, $CP0_COMPARE
	move	$t2, $zero
	move	$v0, $zero
	li	$v1, 100
2:	daddiu	$v0, $v0, 1
	bne	$v0, $v1, 2b
	 daddiu	$t2, $t2, 3
	EXPECT($t2, 300)
	EXPECT($t3, 1)
	move	$t3, $zero
	daddiu	$t0, $t0, -1
	bnez	$t0, 1b
	 nop
	/* Also across an odd cycle. */
	nop
	TEST_PASS
handler:
	daddiu	$t3, $t3, 1
	mtc0	$zero, $CP0_COMPARE	# clears IP7; the next match is far away
	hazard
	eret
	nop
