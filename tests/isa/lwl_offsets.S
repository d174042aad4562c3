/* SPDX-License-Identifier: MIT */
/*
 * rule: LWL loads the left part of a word at every byte offset, in both byte orders and sign-
 *       extends the merged word; no alignment exception (R4000 UM A, LWL).
 */
#include "tests/isa/harness.h"

.macro check offset, big, little
	dli	$t1, 0xa0a1a2a3a4a5a6a7
	lwl	$t1, \offset($t0)
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	EXPECT($t1, \big)
#else
	EXPECT($t1, \little)
#endif
.endm

TEST_BEGIN
	dla	$t0, data
	check	0, 0x0000000001020304, 0x0000000001a5a6a7
	check	1, 0x00000000020304a7, 0x000000000201a6a7
	check	2, 0x000000000304a6a7, 0x00000000030201a7
	check	3, 0x0000000004a5a6a7, 0x0000000004030201
	check	4, 0x0000000005060708, 0x0000000005a5a6a7
	check	5, 0x00000000060708a7, 0x000000000605a6a7
	check	6, 0x000000000708a6a7, 0x00000000070605a7
	check	7, 0x0000000008a5a6a7, 0x0000000008070605
	TEST_PASS

	.data
	.balign	8
data:	.byte	1, 2, 3, 4, 5, 6, 7, 8
