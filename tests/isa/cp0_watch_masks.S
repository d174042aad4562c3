/* SPDX-License-Identifier: MIT */
/*
 * rule: WatchLo keeps bits 31..3, R and W; WatchHi the four address bits above (R4000 UM 5.3,
 *       figures 5-10 and 5-11).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	li	$t0, -4			# without R and W: nothing is watched
	mtc0	$t0, $CP0_WATCHLO
	hazard
	mfc0	$t1, $CP0_WATCHLO
	EXPECT($t1, 0xfffffffffffffff8)
	li	$t0, -1
	mtc0	$t0, $CP0_WATCHHI
	hazard
	mfc0	$t1, $CP0_WATCHHI
	EXPECT($t1, 0xf)
	li	$t0, 7
	mtc0	$t0, $CP0_WATCHLO
	hazard
	mfc0	$t1, $CP0_WATCHLO
	mtc0	$zero, $CP0_WATCHLO
	EXPECT($t1, 3)
	TEST_PASS
