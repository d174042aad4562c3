/* SPDX-License-Identifier: MIT */
/*
 * rule: kseg0 and kseg1 are the same first 512 MB of physical memory; 32-bit addresses are
 *       sign-extended (R4000 UM 4.2).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	lui	$t0, 0x8040
	lui	$t1, 0xa040
	li	$t2, 0x5a5a
	sw	$t2, 0x10($t0)
	lw	$t3, 0x10($t1)
	EXPECT($t3, 0x5a5a)
	sw	$zero, 0x10($t1)
	lw	$t3, 0x10($t0)
	EXPECT($t3, 0)
	/* Base plus offset is a 64-bit sum: from above 2 GB down into the gap. */
	dli	$t0, 0xffffffff80000000
	TRAP(EXC_ADEL, lw $t3, -4($t0))
	EXPECT_RECORD(BADVADDR, 0xffffffff7ffffffc)
	TEST_PASS
