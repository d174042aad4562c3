/* SPDX-License-Identifier: MIT */
/*
 * rule: ADD, ADDI, SUB raise Overflow on 32-bit two's complement overflow and leave rd alone;
 *       ADDU, ADDIU, SUBU never do (R4000 UM A, ADD).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	li	$t0, 0x7fffffff
	li	$t1, 1
	li	$t2, 0x1234
	TRAP(EXC_OV, add $t2, $t0, $t1)
	EXPECT($t2, 0x1234)
	TRAP(EXC_OV, addi $t2, $t0, 1)
	EXPECT($t2, 0x1234)
	li	$t3, -0x80000000
	TRAP(EXC_OV, sub $t2, $t3, $t1)
	EXPECT($t2, 0x1234)
	TRAP(EXC_OV, addi $t2, $t3, -1)
	EXPECT($t2, 0x1234)
	/* Into the source itself: it stays as well. */
	TRAP(EXC_OV, add $t0, $t0, $t0)
	EXPECT($t0, 0x7fffffff)
	addu	$t2, $t0, $t1
	EXPECT($t2, 0xffffffff80000000)
	addiu	$t2, $t3, -1
	EXPECT($t2, 0x7fffffff)
	subu	$t2, $t3, $t1
	EXPECT($t2, 0x7fffffff)
	add	$t2, $t0, $t3
	EXPECT($t2, -1)
	TEST_PASS
