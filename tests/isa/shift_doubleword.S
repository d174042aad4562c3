/* SPDX-License-Identifier: MIT */
/*
 * rule: DSLL, DSRL, DSRA and their *32 forms shift 64 bits by sa and sa + 32; the variable
 *       ones use six bits of rs (R4000 UM A, DSLL32).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	dli	$t0, 0xfedcba9876543210
	dsll	$t1, $t0, 31
	EXPECT($t1, 0x3b2a190800000000)
	dsll32	$t1, $t0, 0
	EXPECT($t1, 0x7654321000000000)
	dsll32	$t1, $t0, 31
	EXPECT($t1, 0)
	dsrl	$t1, $t0, 4
	EXPECT($t1, 0x0fedcba987654321)
	dsrl32	$t1, $t0, 0
	EXPECT($t1, 0xfedcba98)
	dsrl32	$t1, $t0, 31
	EXPECT($t1, 1)
	dsra	$t1, $t0, 4
	EXPECT($t1, 0xffedcba987654321)
	dsra32	$t1, $t0, 0
	EXPECT($t1, 0xfffffffffedcba98)
	dsra32	$t1, $t0, 31
	EXPECT($t1, -1)
	li	$t3, 0xffe4			# 36 in the low six bits
	dsllv	$t1, $t0, $t3
	EXPECT($t1, 0x6543210000000000)
	dsrlv	$t1, $t0, $t3
	EXPECT($t1, 0x0fedcba9)
	dsrav	$t1, $t0, $t3
	EXPECT($t1, 0xffffffffffedcba9)
	TEST_PASS
