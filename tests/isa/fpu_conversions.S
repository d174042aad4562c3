/* SPDX-License-Identifier: MIT */
/*
 * rule: Conversions to words and longs round as asked (ROUND, TRUNC, CEIL, FLOOR) or by RM
 *       (CVT); the inexact ones say so (R4000 UM B, CVT, ROUND).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
.macro converts insn, input, result, move=mfc1
	ctc1	$zero, $31
	dli	$t0, \input
	dmtc1	$t0, $f2
	\insn	$f4, $f2
	\move	$t1, $f4
	EXPECT($t1, \result)
.endm
	converts round.w.d, 0x4004000000000000, 2	# 2.5: to even
	converts round.w.d, 0x400c000000000000, 4	# 3.5
	converts trunc.w.d, 0xc00c000000000000, -3
	converts ceil.w.d, 0xc00c000000000000, -3
	converts floor.w.d, 0xc00c000000000000, -4
	converts floor.w.d, 0x400c000000000000, 3
	converts round.l.d, 0x42d0000000000001, 0x400000000000, dmfc1
	cfc1	$t1, $31
	EXPECT($t1, (1 << 12) | (1 << 2))
	converts trunc.w.d, 0x4008000000000000, 3
	cfc1	$t1, $31
	EXPECT($t1, 0)
	/* CVT by RM: 2.5 down, up. */
	dli	$t0, 0x4004000000000000
	dmtc1	$t0, $f2
	li	$t1, 3
	ctc1	$t1, $31
	cvt.w.d	$f4, $f2
	mfc1	$t1, $f4
	EXPECT($t1, 2)
	li	$t1, 2
	ctc1	$t1, $31
	cvt.w.d	$f4, $f2
	mfc1	$t1, $f4
	EXPECT($t1, 3)
	/* From integers. */
	li	$t0, -5
	mtc1	$t0, $f2
	cvt.d.w	$f4, $f2
	dmfc1	$t1, $f4
	EXPECT($t1, 0xc014000000000000)
	dli	$t0, 0x100000000
	dmtc1	$t0, $f2
	cvt.d.l	$f4, $f2
	dmfc1	$t1, $f4
	EXPECT($t1, 0x41f0000000000000)
	cvt.s.d	$f6, $f4
	mfc1	$t1, $f6
	EXPECT($t1, 0x4f800000)
	TEST_PASS
