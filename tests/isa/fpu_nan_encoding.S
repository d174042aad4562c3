/* SPDX-License-Identifier: MIT */
/*
 * rule: Quiet NaNs have the top fraction bit clear, signalling ones set: the default results
 *       are 0x7fbfffff and 0x7ff7ffffffffffff; integer conversions give 2^31 - 1 and 2^63 - 1
 *       (R4000 UM 6.5, table 6-6; 7.3).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	ctc1	$zero, $31
	mtc1	$zero, $f4
	div.s	$f8, $f4, $f4
	mfc1	$t2, $f8
	EXPECT($t2, 0x7fbfffff)
	dmtc1	$zero, $f4
	div.d	$f8, $f4, $f4
	dmfc1	$t2, $f8
	EXPECT($t2, 0x7ff7ffffffffffff)
	/* An operand that is a signalling NaN makes a quiet one, with Invalid. */
	ctc1	$zero, $31
	li	$t0, 0x7fc00000
	mtc1	$t0, $f4
	lui	$t1, 0x3f80
	mtc1	$t1, $f6
	add.s	$f8, $f4, $f6
	mfc1	$t2, $f8
	EXPECT($t2, 0x7fbfffff)
	cfc1	$t2, $31
	EXPECT($t2, (0x10 << 12) | (0x10 << 2))
	TEST_PASS
