/* SPDX-License-Identifier: MIT */
/*
 * rule: Count increments every second cycle: by half the instructions executed (R4000 UM 5.3,
 *       Count).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	mtc0	$zero, $CP0_COUNT
	.rept	3
	nop
	.endr
	mfc0	$t0, $CP0_COUNT
	.rept	39
	nop
	.endr
	mfc0	$t1, $CP0_COUNT
	subu	$t1, $t1, $t0
	EXPECT($t1, 20)
	/* A written value is counted on from there, with 32 bits that wrap. */
	li	$t0, -2
	mtc0	$t0, $CP0_COUNT
	.rept	9
	nop
	.endr
	mfc0	$t1, $CP0_COUNT
	EXPECT($t1, 3)
	li	$t0, 0x7fffffff
	mtc0	$t0, $CP0_COUNT
	nop
	nop
	nop
	mfc0	$t1, $CP0_COUNT
	EXPECT($t1, 0xffffffff80000001)
	TEST_PASS
