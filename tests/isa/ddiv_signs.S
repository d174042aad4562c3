/* SPDX-License-Identifier: MIT */
/*
 * rule: DDIV and DDIVU divide 64-bit values as DIV and DIVU do words; neither traps (R4000 UM
 *       A, DDIV).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	dli	$t0, -0x700000001
	dli	$t1, 2
	ddiv	$zero, $t0, $t1
	mflo	$t2
	mfhi	$t3
	EXPECT($t2, -0x380000000)
	EXPECT($t3, -1)
	dli	$t0, 0x700000001
	dli	$t1, -2
	ddiv	$zero, $t0, $t1
	mflo	$t2
	mfhi	$t3
	EXPECT($t2, -0x380000000)
	EXPECT($t3, 1)
	dli	$t0, -1
	dli	$t1, 0x100000000
	ddivu	$zero, $t0, $t1
	mflo	$t2
	mfhi	$t3
	EXPECT($t2, 0xffffffff)
	EXPECT($t3, 0xffffffff)
	ddiv	$zero, $t0, $zero
	ddivu	$zero, $t0, $zero
	dli	$t0, 0x8000000000000000
	dli	$t1, -1
	ddiv	$zero, $t0, $t1
	TEST_PASS
