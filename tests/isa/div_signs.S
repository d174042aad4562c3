/* SPDX-License-Identifier: MIT */
/*
 * rule: DIV truncates toward zero, the remainder has the dividend's sign, both sign-extended;
 *       DIVU is unsigned; neither traps (R4000 UM A, DIV).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	li	$t0, -7
	li	$t1, 2
	div	$zero, $t0, $t1
	mflo	$t2
	mfhi	$t3
	EXPECT($t2, -3)
	EXPECT($t3, -1)
	li	$t0, 7
	li	$t1, -2
	div	$zero, $t0, $t1
	mflo	$t2
	mfhi	$t3
	EXPECT($t2, -3)
	EXPECT($t3, 1)
	li	$t0, -2
	li	$t1, 1
	divu	$zero, $t0, $t1
	mflo	$t2
	mfhi	$t3
	EXPECT($t2, -2)
	EXPECT($t3, 0)
	li	$t1, -1
	divu	$zero, $t0, $t1
	mflo	$t2
	mfhi	$t3
	EXPECT($t2, 0)
	EXPECT($t3, -2)
	/* Undefined results, but no exception: by zero, and the one overflow. */
	div	$zero, $t0, $zero
	divu	$zero, $t0, $zero
	li	$t0, -0x80000000
	div	$zero, $t0, $t1
	TEST_PASS
