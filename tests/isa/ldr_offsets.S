/* SPDX-License-Identifier: MIT */
/*
 * rule: LDR loads the right part of a doubleword at every byte offset, in both byte orders; no
 *       alignment exception (R4000 UM A, LDR).
 */
#include "tests/isa/harness.h"

.macro check offset, big, little
	dli	$t1, 0xa0a1a2a3a4a5a6a7
	ldr	$t1, \offset($t0)
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	EXPECT($t1, \big)
#else
	EXPECT($t1, \little)
#endif
.endm

TEST_BEGIN
	dla	$t0, data
	check	0, 0xa0a1a2a3a4a5a601, 0x0807060504030201
	check	1, 0xa0a1a2a3a4a50102, 0xa008070605040302
	check	2, 0xa0a1a2a3a4010203, 0xa0a1080706050403
	check	3, 0xa0a1a2a301020304, 0xa0a1a20807060504
	check	4, 0xa0a1a20102030405, 0xa0a1a2a308070605
	check	5, 0xa0a1010203040506, 0xa0a1a2a3a4080706
	check	6, 0xa001020304050607, 0xa0a1a2a3a4a50807
	check	7, 0x0102030405060708, 0xa0a1a2a3a4a5a608
	TEST_PASS

	.data
	.balign	8
data:	.byte	1, 2, 3, 4, 5, 6, 7, 8
