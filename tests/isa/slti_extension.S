/* SPDX-License-Identifier: MIT */
/*
 * rule: SLTI and SLTIU sign-extend the immediate; SLTIU then compares unsigned, all 64 bits
 *       (R4000 UM A, SLTIU).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	li	$t0, 5
	sltiu	$t1, $t0, -1
	EXPECT($t1, 1)
	slti	$t1, $t0, -1
	EXPECT($t1, 0)
	dli	$t0, 0xffffffffffff8000
	sltiu	$t1, $t0, -0x8000
	EXPECT($t1, 0)
	sltiu	$t1, $t0, -0x7fff
	EXPECT($t1, 1)
	dli	$t0, 0xffff8000			# as a 32-bit comparison this would be equal
	sltiu	$t1, $t0, -0x8000
	EXPECT($t1, 1)
	slti	$t1, $t0, 0x7fff
	EXPECT($t1, 0)
	dli	$t2, 0x100000000
	li	$t3, 1
	slt	$t1, $t2, $t3
	EXPECT($t1, 0)
	sltu	$t1, $t3, $t2
	EXPECT($t1, 1)
	TEST_PASS
