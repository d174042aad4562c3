/* SPDX-License-Identifier: MIT */
/*
 * rule: SDR stores the right part of a doubleword at every byte offset, in both byte orders;
 *       no alignment exception (R4000 UM A, SDR).
 */
#include "tests/isa/harness.h"

.macro check offset, big, little
	ld	$t1, 8($t0)
	sd	$t1, 0($t0)
	dli	$t1, 0xa0a1a2a3a4a5a6a7
	sdr	$t1, \offset($t0)
	ld	$t1, 0($t0)
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	EXPECT($t1, \big)
#else
	EXPECT($t1, \little)
#endif
.endm

TEST_BEGIN
	dla	$t0, data
	check	0, 0xa702030405060708, 0xa0a1a2a3a4a5a6a7
	check	1, 0xa6a7030405060708, 0xa1a2a3a4a5a6a701
	check	2, 0xa5a6a70405060708, 0xa2a3a4a5a6a70201
	check	3, 0xa4a5a6a705060708, 0xa3a4a5a6a7030201
	check	4, 0xa3a4a5a6a7060708, 0xa4a5a6a704030201
	check	5, 0xa2a3a4a5a6a70708, 0xa5a6a70504030201
	check	6, 0xa1a2a3a4a5a6a708, 0xa6a7060504030201
	check	7, 0xa0a1a2a3a4a5a6a7, 0xa707060504030201
	TEST_PASS

	.data
	.balign	8
data:	.byte	1, 2, 3, 4, 5, 6, 7, 8
	.byte	1, 2, 3, 4, 5, 6, 7, 8
