/* SPDX-License-Identifier: MIT */
/*
 * rule: MULT sign-extends both halves of the product of signed words into HI and LO; MULTU is
 *       unsigned (R4000 UM A, MULT).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	li	$t0, -3
	li	$t1, 0x40000000
	mult	$t0, $t1
	mfhi	$t2
	mflo	$t3
	EXPECT($t2, -1)
	EXPECT($t3, 0x40000000)
	multu	$t0, $t1
	mfhi	$t2
	mflo	$t3
	EXPECT($t2, 0x3fffffff)
	EXPECT($t3, 0x40000000)
	li	$t0, -1
	multu	$t0, $t0
	mfhi	$t2
	mflo	$t3
	EXPECT($t2, 0xfffffffffffffffe)
	EXPECT($t3, 1)
	mult	$t0, $t0
	mfhi	$t2
	mflo	$t3
	EXPECT($t2, 0)
	EXPECT($t3, 1)
	/* LO's bit 31 decides its upper half, whatever HI is. */
	li	$t0, 0x8000
	li	$t1, 0x10000
	mult	$t0, $t1
	mfhi	$t2
	mflo	$t3
	EXPECT($t2, 0)
	EXPECT($t3, 0xffffffff80000000)
	TEST_PASS
