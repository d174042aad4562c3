/* SPDX-License-Identifier: MIT */
/*
 * rule: With EXL = 1 Watch exceptions are not taken: a handler can touch the watched
 *       doubleword (R4000 UM 5.4, Watch).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	dla	$t0, data
	li	$t1, 0x1fffffff
	and	$t1, $t0, $t1
	ori	$t1, $t1, 3
	mtc0	$t1, $CP0_WATCHLO
	hazard
	set_status TEXT(TEST_STATUS | STATUS_EXL)
	lw	$t2, 0($t0)
	sw	$t2, 0($t0)
	set_status TEST_STATUS
	EXPECT_RECORD(COUNT, 0)
	TRAP(EXC_WATCH, lw $t2, 0($t0))
	TEST_PASS

	.data
	.balign	8
data:	.dword	0
