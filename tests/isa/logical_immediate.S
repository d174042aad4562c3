/* SPDX-License-Identifier: MIT */
/*
 * rule: ANDI, ORI, XORI zero-extend the immediate; the operations cover 64 bits (R4000 UM A,
 *       ANDI).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	dli	$t0, -1
	andi	$t1, $t0, 0x8001
	EXPECT($t1, 0x8001)
	ori	$t1, $zero, 0x8001
	EXPECT($t1, 0x8001)
	xori	$t1, $t0, 0x8001
	EXPECT($t1, 0xffffffffffff7ffe)
	nor	$t1, $zero, $zero
	EXPECT($t1, -1)
	dli	$t2, 0xf0f0f0f0f0f0f0f0
	xor	$t1, $t0, $t2
	EXPECT($t1, 0x0f0f0f0f0f0f0f0f)
	and	$t1, $t1, $t2
	EXPECT($t1, 0)
	TEST_PASS
