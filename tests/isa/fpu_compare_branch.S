/* SPDX-License-Identifier: MIT */
/*
 * rule: C.cond sets C by less, equal, unordered; the upper eight conditions raise Invalid for
 *       unordered; BC1T, BC1F and their likely forms test C (R4000 UM B, C.cond; 7.3).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	dli	$t0, 0x3ff0000000000000
	dli	$t1, 0x4000000000000000
	dmtc1	$t0, $f2
	dmtc1	$t1, $f4
.macro holds value, insn:vararg
	\insn
	nop
	li	$t2, 0
	bc1f	1f
	 nop
	li	$t2, 1
1:	EXPECT($t2, \value)
	bc1t	1f
	 li	$t3, 1
	li	$t3, 0
1:	EXPECT($t3, \value)
	cfc1	$t2, $31
	srl	$t2, $t2, 23
	andi	$t2, $t2, 1
	EXPECT($t2, \value)
.endm
	ctc1	$zero, $31
	holds	1, c.lt.d $f2, $f4
	holds	0, c.lt.d $f4, $f2
	holds	1, c.le.d $f2, $f2
	holds	1, c.eq.d $f2, $f2
	holds	0, c.eq.d $f2, $f4
	holds	1, c.ult.d $f2, $f4
	holds	0, c.un.d $f2, $f4
	holds	0, c.f.d $f2, $f2
	holds	0, c.sf.d $f2, $f2
	holds	1, c.ngt.d $f2, $f4
	/* Zeros of both signs are equal. */
	dmtc1	$zero, $f6
	neg.d	$f8, $f6
	holds	1, c.eq.d $f6, $f8
	holds	0, c.lt.d $f8, $f6
	/* Unordered, a quiet NaN: conditions below 8 say so quietly, the others with Invalid. */
	dli	$t0, 0x7ff7ffffffffffff
	dmtc1	$t0, $f10
	ctc1	$zero, $31
	holds	1, c.un.d $f2, $f10
	holds	1, c.ueq.d $f10, $f2
	holds	0, c.eq.d $f10, $f10
	cfc1	$t2, $31
	EXPECT($t2, 0)
	holds	0, c.lt.d $f10, $f2
	cfc1	$t2, $31
	EXPECT($t2, (0x10 << 12) | (0x10 << 2))
	holds	1, c.ngle.d $f10, $f2
	li	$t2, 0x10 << 7
	ctc1	$t2, $31
	TRAP(EXC_FPE, c.seq.d $f10, $f2)
	/* A signalling NaN (quiet bit set, in the MIPS encoding) is invalid for every condition. */
	dli	$t0, 0x7ff8000000000000
	dmtc1	$t0, $f10
	TRAP(EXC_FPE, c.f.d $f10, $f2)
	TEST_PASS
