/* SPDX-License-Identifier: MIT */
/*
 * rule: LB, LH, LW sign-extend to 64 bits, LBU, LHU, LWU zero-extend (R4000 UM A, LB, LWU).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	dla	$t0, data
	lb	$t1, 0($t0)
	EXPECT($t1, 0xffffffffffffff88)
	lbu	$t1, 0($t0)
	EXPECT($t1, 0x88)
	lh	$t1, 2($t0)
	EXPECT($t1, 0xffffffffffff8899)
	lhu	$t1, 2($t0)
	EXPECT($t1, 0x8899)
	lw	$t1, 4($t0)
	EXPECT($t1, 0xffffffff8899aabb)
	lwu	$t1, 4($t0)
	EXPECT($t1, 0x8899aabb)
	ld	$t1, 8($t0)
	EXPECT($t1, 0x8899aabbccddeeff)
	/* Stores take the low part. */
	dli	$t2, 0x1122334455667788
	sd	$zero, 8($t0)
	sw	$t2, 8($t0)
	lw	$t1, 8($t0)
	EXPECT($t1, 0x55667788)
	lw	$t1, 12($t0)
	EXPECT($t1, 0)
	sh	$t2, 12($t0)
	lhu	$t1, 12($t0)
	EXPECT($t1, 0x7788)
	sb	$t2, 15($t0)
	lbu	$t1, 15($t0)
	EXPECT($t1, 0x88)
	TEST_PASS

	.data
	.balign	8
data:	.byte	0x88, 0
	.half	0x8899
	.word	0x8899aabb
	.dword	0x8899aabbccddeeff
