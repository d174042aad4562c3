/* SPDX-License-Identifier: MIT */
/*
 * rule: DMULT and DMULTU give the 128-bit signed and unsigned product in HI and LO (R4000 UM
 *       A, DMULT).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	dli	$t0, -3
	dli	$t1, 0x4000000000000000
	dmult	$t0, $t1
	mfhi	$t2
	mflo	$t3
	EXPECT($t2, -1)
	EXPECT($t3, 0x4000000000000000)
	dmultu	$t0, $t1
	mfhi	$t2
	mflo	$t3
	EXPECT($t2, 0x3fffffffffffffff)
	EXPECT($t3, 0x4000000000000000)
	dli	$t0, -1
	dmultu	$t0, $t0
	mfhi	$t2
	mflo	$t3
	EXPECT($t2, -2)
	EXPECT($t3, 1)
	dli	$t0, 0x8000000000000000
	dmult	$t0, $t0
	mfhi	$t2
	mflo	$t3
	EXPECT($t2, 0x4000000000000000)
	EXPECT($t3, 0)
	TEST_PASS
