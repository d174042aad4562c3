/* SPDX-License-Identifier: MIT */
/*
 * rule: SDL stores the left part of a doubleword at every byte offset, in both byte orders; no
 *       alignment exception (R4000 UM A, SDL).
 */
#include "tests/isa/harness.h"

.macro check offset, big, little
	ld	$t1, 8($t0)
	sd	$t1, 0($t0)
	dli	$t1, 0xa0a1a2a3a4a5a6a7
	sdl	$t1, \offset($t0)
	ld	$t1, 0($t0)
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	EXPECT($t1, \big)
#else
	EXPECT($t1, \little)
#endif
.endm

TEST_BEGIN
	dla	$t0, data
	check	0, 0xa0a1a2a3a4a5a6a7, 0x08070605040302a0
	check	1, 0x01a0a1a2a3a4a5a6, 0x080706050403a0a1
	check	2, 0x0102a0a1a2a3a4a5, 0x0807060504a0a1a2
	check	3, 0x010203a0a1a2a3a4, 0x08070605a0a1a2a3
	check	4, 0x01020304a0a1a2a3, 0x080706a0a1a2a3a4
	check	5, 0x0102030405a0a1a2, 0x0807a0a1a2a3a4a5
	check	6, 0x010203040506a0a1, 0x08a0a1a2a3a4a5a6
	check	7, 0x01020304050607a0, 0xa0a1a2a3a4a5a6a7
	TEST_PASS

	.data
	.balign	8
data:	.byte	1, 2, 3, 4, 5, 6, 7, 8
	.byte	1, 2, 3, 4, 5, 6, 7, 8
