/* SPDX-License-Identifier: MIT */
/*
 * rule: Random decrements with each instruction, and starts again at the top below Wired
 *       (R4000 UM 4.3, Random).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	li	$t0, 44
	mtc0	$t0, $CP0_WIRED
	mfc0	$t0, $CP0_RANDOM
	mfc0	$t1, $CP0_RANDOM
	mfc0	$t2, $CP0_RANDOM
	mfc0	$t3, $CP0_RANDOM
	mfc0	$v0, $CP0_RANDOM
	EXPECT($t0, 47)
	EXPECT($t1, 46)
	EXPECT($t2, 45)
	EXPECT($t3, 44)
	EXPECT($v0, 47)
	TEST_PASS
