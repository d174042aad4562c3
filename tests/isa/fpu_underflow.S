/* SPDX-License-Identifier: MIT */
/*
 * rule: A tiny result: Unimplemented without FS or with U or I enabled; with FS = 1 and both
 *       disabled it is flushed, with U and I set, to zero or the smallest normal number by rounding
 *       mode (R4000 UM 6.4, FS; 7.3, Underflow).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	dli	$t0, 0x0010000000000000		# the smallest normal number
	dli	$t1, 0x3fe0000000000000		# 0.5
	dmtc1	$t0, $f4
	dmtc1	$t1, $f6
	neg.d	$f10, $f4
.macro unimplemented fcsr
	li	$t2, \fcsr
	ctc1	$t2, $31
	dmtc1	$t1, $f8
	TRAP(EXC_FPE, mul.d $f8, $f4, $f6)
	cfc1	$t2, $31
	EXPECT($t2, \fcsr | FCSR_CAUSE_E)
	dmfc1	$t2, $f8
	EXPECT($t2, 0x3fe0000000000000)
.endm
	unimplemented 0
	unimplemented 0x100
	unimplemented 0x080
	unimplemented (FCSR_FS|0x100)
	unimplemented (FCSR_FS|0x080)
.macro flushes rounding, positive, negative
	li	$t2, FCSR_FS | \rounding
	ctc1	$t2, $31
	mul.d	$f8, $f4, $f6
	dmfc1	$t2, $f8
	EXPECT($t2, \positive)
	cfc1	$t2, $31
	EXPECT($t2, FCSR_FS | (3 << 12) | (3 << 2) | \rounding)
	mul.d	$f8, $f10, $f6
	dmfc1	$t2, $f8
	EXPECT($t2, \negative)
.endm
	flushes	0, 0, 0x8000000000000000
	flushes	1, 0, 0x8000000000000000
	flushes	2, 0x0010000000000000, 0x8000000000000000
	flushes	3, 0, 0x8010000000000000
	TEST_PASS
