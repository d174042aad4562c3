/* SPDX-License-Identifier: MIT */
/*
 * rule: 32-bit operations sign-extend their 32-bit result into bits 63..32 (R4000 UM A, ADDU;
 *       3.2).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	li	$t0, 0x7fffffff
	li	$t1, 0x40000000
	addu	$t2, $t0, $t0
	EXPECT($t2, -2)
	addiu	$t2, $t0, 0x7fff
	EXPECT($t2, 0xffffffff80007ffe)
	subu	$t2, $zero, $t0
	EXPECT($t2, 0xffffffff80000001)
	sll	$t2, $t1, 1
	EXPECT($t2, 0xffffffff80000000)
	lui	$t2, 0x8000
	EXPECT($t2, 0xffffffff80000000)
	/* SLL by 0 makes the sign-extended word of a 64-bit value. */
	dli	$t3, 0x12345678f0000001
	sll	$t2, $t3, 0
	EXPECT($t2, 0xfffffffff0000001)
	TEST_PASS
