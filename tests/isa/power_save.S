/* SPDX-License-Identifier: MIT */
/*
 * rule: The power-save register sleeps until an enabled IP bit is up, whatever IE is: no
 *       interrupt is taken, time has passed (machine/power.h; Count and Compare as R4000 UM 5.3).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	dli	$t0, POWER
	mtc0	$zero, $CP0_COUNT
	li	$t1, 5000
	mtc0	$t1, $CP0_COMPARE
	set_status TEXT(TEST_STATUS | CAUSE_IP_TIMER)
	sw	$zero, POWER_SAVE($t0)
	mfc0	$t2, $CP0_COUNT
	mfc0	$t3, $CP0_CAUSE
	EXPECT_RECORD(COUNT, 0)
	andi	$t3, $t3, CAUSE_IP
	EXPECT($t3, CAUSE_IP_TIMER)
	slti	$t3, $t2, 5000
	EXPECT($t3, 0)
	slti	$t3, $t2, 5020
	EXPECT($t3, 1)
	/* With something pending already it does not sleep at all. */
	mfc0	$t1, $CP0_COUNT
	sw	$zero, POWER_SAVE($t0)
	mfc0	$t2, $CP0_COUNT
	subu	$t2, $t2, $t1
	sltiu	$t2, $t2, 20
	EXPECT($t2, 1)
	/* With IE the interrupt comes, at the store or behind it. */
	mtc0	$zero, $CP0_COUNT
	li	$t1, 5000
	mtc0	$t1, $CP0_COMPARE
	set_status TEXT(TEST_STATUS | STATUS_IE | CAUSE_IP_TIMER)
	TRAP_AT(EXC_INT, 0, 1b, 0x180, sw $zero, POWER_SAVE($t0); 1: nop; nop; nop)
	TEST_PASS
