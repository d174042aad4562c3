/* SPDX-License-Identifier: MIT */
/*
 * rule: Overflow disabled: infinity or the largest number, by rounding mode and sign, with O
 *       and I set; enabled: a trap with the register kept (R4000 UM 7.3, Overflow).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	dli	$t0, 0x7fe0000000000000
	dmtc1	$t0, $f4
	neg.d	$f6, $f4
.macro overflows rounding, positive, negative
	li	$t1, \rounding
	ctc1	$t1, $31
	add.d	$f8, $f4, $f4
	dmfc1	$t2, $f8
	EXPECT($t2, \positive)
	cfc1	$t2, $31
	EXPECT($t2, (5 << 12) | (5 << 2) | \rounding)
	add.d	$f8, $f6, $f6
	dmfc1	$t2, $f8
	EXPECT($t2, \negative)
.endm
	overflows 0, 0x7ff0000000000000, 0xfff0000000000000
	overflows 1, 0x7fefffffffffffff, 0xffefffffffffffff
	overflows 2, 0x7ff0000000000000, 0xffefffffffffffff
	overflows 3, 0x7fefffffffffffff, 0xfff0000000000000
	li	$t1, 4 << 7
	ctc1	$t1, $31
	dmtc1	$zero, $f8
	TRAP(EXC_FPE, add.d $f8, $f4, $f4)
	dmfc1	$t2, $f8
	EXPECT($t2, 0)
	cfc1	$t2, $31
	li	$t3, 0x0001407c
	and	$t2, $t2, $t3
	EXPECT($t2, 4 << 12)
	TEST_PASS
