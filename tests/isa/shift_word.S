/* SPDX-License-Identifier: MIT */
/*
 * rule: SLL, SRL, SRA work on the low word and sign-extend; SLLV, SRLV, SRAV use five bits of
 *       rs (R4000 UM A, SLL).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	dli	$t0, 0xfedcba9889abcdef
	sll	$t1, $t0, 4
	EXPECT($t1, 0xffffffff9abcdef0)
	srl	$t1, $t0, 4
	EXPECT($t1, 0x089abcde)
	srl	$t1, $t0, 0
	EXPECT($t1, 0xffffffff89abcdef)
	li	$t2, -0x76543211
	sra	$t1, $t2, 4
	EXPECT($t1, 0xfffffffff89abcde)
	sra	$t1, $t2, 31
	EXPECT($t1, -1)
	li	$t3, 0xffe4			# 36 in the low six bits: 4
	sllv	$t1, $t2, $t3
	EXPECT($t1, 0xffffffff9abcdef0)
	srlv	$t1, $t2, $t3
	EXPECT($t1, 0x089abcde)
	srav	$t1, $t2, $t3
	EXPECT($t1, 0xfffffffff89abcde)
	TEST_PASS
