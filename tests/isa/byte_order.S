/* SPDX-License-Identifier: MIT */
/*
 * rule: A big-endian machine has the most significant byte of a word, halfword and doubleword
 *       at the lowest address, a little-endian one the least significant (R4000 UM 2.2, figure 2-3).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	dla	$t0, data
	dli	$t1, 0x0102030405060708
	sd	$t1, 0($t0)
	lbu	$t2, 0($t0)
	lbu	$t3, 7($t0)
	lhu	$v0, 0($t0)
	lwu	$v1, 4($t0)
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	EXPECT($t2, 1)
	EXPECT($t3, 8)
	EXPECT($v0, 0x0102)
	EXPECT($v1, 0x05060708)
#else
	EXPECT($t2, 8)
	EXPECT($t3, 1)
	EXPECT($v0, 0x0708)
	EXPECT($v1, 0x01020304)
#endif
	TEST_PASS

	.data
	.balign	8
data:	.dword	0
