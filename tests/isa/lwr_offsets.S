/* SPDX-License-Identifier: MIT */
/*
 * rule: LWR loads the right part of a word at every byte offset, in both byte orders (bits
 *       63..32 are checked only where a whole word was loaded); no alignment exception (R4000 UM A,
 *       LWR).
 */
#include "tests/isa/harness.h"

.macro check offset, big, little
	dli	$t1, 0xa0a1a2a3a4a5a6a7
	lwr	$t1, \offset($t0)
	move	$t2, $t1
	dsll32	$t1, $t1, 0
	dsrl32	$t1, $t1, 0
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	EXPECT($t1, \big)
#else
	EXPECT($t1, \little)
#endif
.endm

TEST_BEGIN
	dla	$t0, data
	check	0, 0xa4a5a601, 0x04030201
	check	1, 0xa4a50102, 0xa4040302
	check	2, 0xa4010203, 0xa4a50403
	check	3, 0x01020304, 0xa4a5a604
	check	4, 0xa4a5a605, 0x08070605
	check	5, 0xa4a50506, 0xa4080706
	check	6, 0xa4050607, 0xa4a50807
	check	7, 0x05060708, 0xa4a5a608
	/* A whole word is sign-extended. */
	dli	$t1, 0xa0a1a2a3a4a5a6a7
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	lwr	$t1, 11($t0)
#else
	lwr	$t1, 8($t0)
#endif
	EXPECT($t1, 0xffffffff80818283)
	TEST_PASS

	.data
	.balign	8
data:	.byte	1, 2, 3, 4, 5, 6, 7, 8
	.word	0x80818283
