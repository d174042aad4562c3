/* SPDX-License-Identifier: MIT */
/*
 * rule: MTHI and MTLO write 64 bits, one register each; MFHI and MFLO read them (R4000 UM A,
 *       MTHI).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	dli	$t0, 0x123456789abcdef0
	dli	$t1, 0xfedcba9876543210
	mthi	$t0
	mtlo	$t1
	mfhi	$t2
	mflo	$t3
	EXPECT($t2, 0x123456789abcdef0)
	EXPECT($t3, 0xfedcba9876543210)
	mthi	$zero
	mflo	$t3
	EXPECT($t3, 0xfedcba9876543210)
	TEST_PASS
