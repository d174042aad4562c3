/* SPDX-License-Identifier: MIT */
/*
 * rule: FR = 0: sixteen 64-bit registers, each an even register (low word) and the odd one
 *       above it (high word), for moves, loads and arithmetic (R4000 UM 6.2, figure 6-2).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	set_status TEXT(STATUS_CU1 | STATUS_KX)
	.set	fp=32
	dla	$t0, data
	/* 1.0 in double: high word 0x3ff00000 in the odd register. */
	lui	$t1, 0x3ff0
	mtc1	$zero, $f2
	mtc1	$t1, $f3
	add.d	$f4, $f2, $f2
	mfc1	$t2, $f4
	mfc1	$t3, $f5
	EXPECT($t2, 0)
	EXPECT($t3, 0x40000000)
	sdc1	$f2, 0($t0)
	ld	$t2, 0($t0)
	EXPECT($t2, 0x3ff0000000000000)
	dli	$t1, 0x1122334455667788
	sd	$t1, 0($t0)
	ldc1	$f6, 0($t0)
	mfc1	$t2, $f6
	mfc1	$t3, $f7
	EXPECT($t2, 0x55667788)
	EXPECT($t3, 0x11223344)
	lwc1	$f7, 4($t0)
	swc1	$f7, 8($t0)
	lw	$t2, 8($t0)
	lw	$t3, 4($t0)
	subu	$t2, $t2, $t3
	EXPECT($t2, 0)
	/* DMTC1 and DMFC1 take the pair. */
	dmtc1	$t1, $f8
	mfc1	$t3, $f9
	EXPECT($t3, 0x11223344)
	dmfc1	$t2, $f8
	EXPECT($t2, 0x1122334455667788)
	TEST_PASS

	.data
	.balign	8
data:	.dword	0, 0
