/* SPDX-License-Identifier: MIT */
/*
 * rule: DADD, DADDI, DSUB raise Overflow on 64-bit overflow and leave rd alone; DADDU,
 *       DADDIU, DSUBU never do (R4000 UM A, DADD).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	dli	$t0, 0x7fffffffffffffff
	dli	$t1, -0x8000000000000000
	li	$t2, 0x1234
	TRAP(EXC_OV, dadd $t2, $t0, $t0)
	EXPECT($t2, 0x1234)
	TRAP(EXC_OV, daddi $t2, $t0, 1)
	EXPECT($t2, 0x1234)
	TRAP(EXC_OV, dsub $t2, $t1, $t0)
	EXPECT($t2, 0x1234)
	TRAP(EXC_OV, dsub $t1, $zero, $t1)
	EXPECT($t1, 0x8000000000000000)
	daddu	$t2, $t0, $t0
	EXPECT($t2, -2)
	daddiu	$t2, $t0, 1
	EXPECT($t2, 0x8000000000000000)
	dsubu	$t2, $zero, $t1
	EXPECT($t2, 0x8000000000000000)
	/* 32-bit overflow is none here. */
	li	$t3, 0x7fffffff
	dadd	$t2, $t3, $t3
	EXPECT($t2, 0xfffffffe)
	TEST_PASS
