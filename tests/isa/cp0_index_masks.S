/* SPDX-License-Identifier: MIT */
/*
 * rule: Index keeps six bits and P, which software cannot set; Wired six bits; PageMask bits
 *       24..13 (R4000 UM 4.3).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	li	$t0, -1
	mtc0	$t0, $CP0_INDEX
	mtc0	$t0, $CP0_PAGEMASK
	hazard
	mfc0	$t1, $CP0_INDEX
	andi	$t2, $t1, 0xffff
	EXPECT($t2, 0x3f)
	dsrl	$t2, $t1, 6
	andi	$t2, $t2, 0x7fff
	EXPECT($t2, 0)
	mfc0	$t1, $CP0_PAGEMASK
	EXPECT($t1, 0x01ffe000)
	li	$t0, 0xffffffc5
	mtc0	$t0, $CP0_WIRED
	hazard
	mfc0	$t1, $CP0_WIRED
	EXPECT($t1, 5)
	TEST_PASS
