/* SPDX-License-Identifier: MIT */
/*
 * rule: FR = 1: thirty-two independent 64-bit registers, odd ones included; 32-bit moves take
 *       the low word (R4000 UM 6.2).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	dli	$t0, 0x1122334455667788
	dli	$t1, 0x99aabbccddeeff00
	dmtc1	$t0, $f2
	dmtc1	$t1, $f3
	dmfc1	$t2, $f2
	EXPECT($t2, 0x1122334455667788)
	dmfc1	$t2, $f3
	EXPECT($t2, 0x99aabbccddeeff00)
	mfc1	$t2, $f3
	EXPECT($t2, 0xffffffffddeeff00)
	dla	$t3, data
	sdc1	$f3, 0($t3)
	ld	$t2, 0($t3)
	EXPECT($t2, 0x99aabbccddeeff00)
	ldc1	$f31, 8($t3)
	add.d	$f29, $f31, $f31
	dmfc1	$t2, $f29
	EXPECT($t2, 0x4000000000000000)
	dmfc1	$t2, $f28
	EXPECT($t2, 0)
	TEST_PASS

	.data
	.balign	8
data:	.dword	0, 0x3ff0000000000000
