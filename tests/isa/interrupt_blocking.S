/* SPDX-License-Identifier: MIT */
/*
 * rule: An interrupt waits while IE = 0, its mask bit is 0, EXL = 1 or ERL = 1; IP shows it
 *       all the same (R4000 UM 5.3, Status: IE; 15).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	li	$t0, 0x100
	mtc0	$t0, $CP0_CAUSE
.macro blocked status
	set_status "\status"
	nop
	nop
	mfc0	$t1, $CP0_CAUSE
	set_status TEST_STATUS
	andi	$t1, $t1, CAUSE_IP
	EXPECT($t1, 0x100)
	EXPECT_RECORD(COUNT, 0)
.endm
	blocked	TEST_STATUS | 0x100
	blocked	TEST_STATUS | STATUS_IE | 0x200
	blocked	TEST_STATUS | STATUS_IE | 0x100 | STATUS_EXL
	blocked	TEST_STATUS | STATUS_IE | 0x100 | STATUS_ERL
	TEST_PASS
