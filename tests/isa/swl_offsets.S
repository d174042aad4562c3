/* SPDX-License-Identifier: MIT */
/*
 * rule: SWL stores the left part of a word at every byte offset, in both byte orders; no
 *       alignment exception (R4000 UM A, SWL).
 */
#include "tests/isa/harness.h"

.macro check offset, big, little
	ld	$t1, 8($t0)
	sd	$t1, 0($t0)
	dli	$t1, 0xa0a1a2a3a4a5a6a7
	swl	$t1, \offset($t0)
	ld	$t1, 0($t0)
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	EXPECT($t1, \big)
#else
	EXPECT($t1, \little)
#endif
.endm

TEST_BEGIN
	dla	$t0, data
	check	0, 0xa4a5a6a705060708, 0x08070605040302a4
	check	1, 0x01a4a5a605060708, 0x080706050403a4a5
	check	2, 0x0102a4a505060708, 0x0807060504a4a5a6
	check	3, 0x010203a405060708, 0x08070605a4a5a6a7
	check	4, 0x01020304a4a5a6a7, 0x080706a404030201
	check	5, 0x0102030405a4a5a6, 0x0807a4a504030201
	check	6, 0x010203040506a4a5, 0x08a4a5a604030201
	check	7, 0x01020304050607a4, 0xa4a5a6a704030201
	TEST_PASS

	.data
	.balign	8
data:	.byte	1, 2, 3, 4, 5, 6, 7, 8
	.byte	1, 2, 3, 4, 5, 6, 7, 8
