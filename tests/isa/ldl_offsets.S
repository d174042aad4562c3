/* SPDX-License-Identifier: MIT */
/*
 * rule: LDL loads the left part of a doubleword at every byte offset, in both byte orders; no
 *       alignment exception (R4000 UM A, LDL).
 */
#include "tests/isa/harness.h"

.macro check offset, big, little
	dli	$t1, 0xa0a1a2a3a4a5a6a7
	ldl	$t1, \offset($t0)
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	EXPECT($t1, \big)
#else
	EXPECT($t1, \little)
#endif
.endm

TEST_BEGIN
	dla	$t0, data
	check	0, 0x0102030405060708, 0x01a1a2a3a4a5a6a7
	check	1, 0x02030405060708a7, 0x0201a2a3a4a5a6a7
	check	2, 0x030405060708a6a7, 0x030201a3a4a5a6a7
	check	3, 0x0405060708a5a6a7, 0x04030201a4a5a6a7
	check	4, 0x05060708a4a5a6a7, 0x0504030201a5a6a7
	check	5, 0x060708a3a4a5a6a7, 0x060504030201a6a7
	check	6, 0x0708a2a3a4a5a6a7, 0x07060504030201a7
	check	7, 0x08a1a2a3a4a5a6a7, 0x0807060504030201
	TEST_PASS

	.data
	.balign	8
data:	.byte	1, 2, 3, 4, 5, 6, 7, 8
