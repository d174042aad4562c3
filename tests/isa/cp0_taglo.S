/* SPDX-License-Identifier: MIT */
/*
 * rule: TagLo and TagHi hold what is written; Index_Load_Tag of a line replaces TagLo (R4000
 *       UM 11.1, A CACHE).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	li	$t0, 0x12345600
	mtc0	$t0, $CP0_TAGLO
	hazard
	mfc0	$t1, $CP0_TAGLO
	EXPECT($t1, 0x12345600)
	dla	$t2, test_main
	cache	0x05, 0($t2)		# Index_Load_Tag, primary data
	hazard
	mfc0	$t1, $CP0_TAGLO
	subu	$t1, $t1, $t0
	sltu	$t1, $zero, $t1
	EXPECT($t1, 1)
	TEST_PASS
