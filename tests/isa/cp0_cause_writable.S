/* SPDX-License-Identifier: MIT */
/*
 * rule: Of Cause only IP1 and IP0 can be written (R4000 UM 5.3, Cause).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	TRAP(EXC_SYS, syscall)
	li	$t0, -1
	mtc0	$t0, $CP0_CAUSE
	hazard
	mfc0	$t1, $CP0_CAUSE
	EXPECT($t1, CAUSE_IP_SOFTWARE | EXC_SYS << 2)
	mtc0	$zero, $CP0_CAUSE
	hazard
	mfc0	$t1, $CP0_CAUSE
	EXPECT($t1, EXC_SYS << 2)
	TEST_PASS
