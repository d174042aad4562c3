/* SPDX-License-Identifier: MIT */
/*
 * rule: Invalid, division by zero, inexact: disabled, cause and flag are set and the default
 *       result is written; enabled, the trap leaves flag and register alone (R4000 UM 7.3).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
/* The operation with the exception's enable off: cause and flag set, default result. Then with it
 * on: the trap, the cause set, flag and register unchanged. */
.macro raises bit, result, insn:vararg
	ctc1	$zero, $31
	dmtc1	$t0, $f4
	dmtc1	$t1, $f6
	dmtc1	$zero, $f8
	\insn
	dmfc1	$t2, $f8
	EXPECT($t2, \result)
	cfc1	$t2, $31
	EXPECT($t2, (\bit << 12) | (\bit << 2))
	li	$t2, (\bit << 7) & 0xf80
	ctc1	$t2, $31
	dmtc1	$t1, $f8
	TRAP(EXC_FPE, \insn)
	dmfc1	$t2, $f8
	dsubu	$t2, $t2, $t1
	EXPECT($t2, 0)
	cfc1	$t2, $31
	EXPECT($t2, (\bit << 12) | ((\bit << 7) & 0xf80))
	/* The next operation without an exception clears the causes and keeps the flags. */
	li	$t2, (\bit << 2)
	ctc1	$t2, $31
	cvt.d.w	$f10, $f8
	cfc1	$t2, $31
	EXPECT($t2, \bit << 2)
.endm
	/* Invalid: 0 / 0, infinity - infinity, sqrt(-1). The result is the quiet NaN of MIPS. */
	dli	$t0, 0
	dli	$t1, 0
	raises	0x10, 0x7ff7ffffffffffff, div.d $f8, $f4, $f6
	dli	$t0, 0x7ff0000000000000
	dli	$t1, 0x7ff0000000000000
	raises	0x10, 0x7ff7ffffffffffff, sub.d $f8, $f4, $f6
	dli	$t0, 0xbff0000000000000
	raises	0x10, 0x7ff7ffffffffffff, sqrt.d $f8, $f4
	/* Division by zero. */
	dli	$t0, 0xbff0000000000000
	dli	$t1, 0
	raises	0x08, 0xfff0000000000000, div.d $f8, $f4, $f6
	/* Inexact: 1 / 3. */
	dli	$t0, 0x3ff0000000000000
	dli	$t1, 0x4008000000000000
	raises	0x01, 0x3fd5555555555555, div.d $f8, $f4, $f6
	TEST_PASS
