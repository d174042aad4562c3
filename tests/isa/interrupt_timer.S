/* SPDX-License-Identifier: MIT */
/*
 * rule: When Count reaches Compare, IP7 is set and stays until Compare is written (R4000 UM
 *       5.3, Compare).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	mtc0	$zero, $CP0_COUNT
	li	$t0, 50
	mtc0	$t0, $CP0_COMPARE
	hazard
	mfc0	$t1, $CP0_CAUSE
	andi	$t1, $t1, CAUSE_IP_TIMER
	EXPECT($t1, 0)
	/* Waits for it by looking at Cause. */
1:	mfc0	$t1, $CP0_CAUSE
	mfc0	$t2, $CP0_COUNT
	andi	$t1, $t1, CAUSE_IP_TIMER
	beqz	$t1, 1b
	 sltiu	$t3, $t2, 50
	EXPECT($t3, 0)
	sltiu	$t3, $t2, 60
	EXPECT($t3, 1)
	/* Writing Count does not clear it, writing Compare does. */
	mtc0	$zero, $CP0_COUNT
	hazard
	mfc0	$t1, $CP0_CAUSE
	andi	$t1, $t1, CAUSE_IP_TIMER
	EXPECT($t1, CAUSE_IP_TIMER)
	mtc0	$t0, $CP0_COMPARE
	hazard
	mfc0	$t1, $CP0_CAUSE
	andi	$t1, $t1, CAUSE_IP_TIMER
	EXPECT($t1, 0)
	/* As an interrupt: at an exact instruction, in a loop, the same with both engines. */
	li	$t1, 0
	mtc0	$zero, $CP0_COUNT
	li	$t3, TEST_STATUS | STATUS_IE | CAUSE_IP_TIMER
	mtc0	$t3, $CP0_STATUS
	arm	3f
2:	addiu	$t1, $t1, 1
	b	2b
	 nop
3:	EXPECT_CAUSE_BITS(CAUSE_EXCCODE | CAUSE_IP, CAUSE_IP_TIMER)
	sltiu	$t2, $t1, 40
	EXPECT($t2, 1)
	sltiu	$t2, $t1, 20
	EXPECT($t2, 0)
	TEST_PASS
