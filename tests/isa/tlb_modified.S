/* SPDX-License-Identifier: MIT */
/*
 * rule: A store to a valid page with D = 0 raises TLB Modified through the general vector;
 *       loads work; memory is unchanged (R4000 UM 5.4).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	TLB_ENTRY(1, 0x10000, PTE(SCRATCH, G | V), PTE(SCRATCH, G | V | D), MASK_4K)
	li	$t0, 0x10010
	li	$t1, 0x77
	sw	$t1, 0x1000($t0)
	lw	$t2, 0($t0)
	EXPECT($t2, 0x77)
	TRAP(EXC_MOD, sw $zero, 0($t0))
	EXPECT_RECORD(BADVADDR, 0x10010)
	EXPECT_RECORD(CONTEXT, 0x10000 >> 13 << 4)
	EXPECT_RECORD(ENTRYHI, 0x10000)
	TRAP(EXC_MOD, sb $zero, 3($t0))
	TRAP(EXC_MOD, swl $zero, 1($t0))
	TRAP(EXC_MOD, sdr $zero, 1($t0))
	TRAP(EXC_MOD, swc1 $f0, 0($t0))
	lw	$t2, 0($t0)
	EXPECT($t2, 0x77)
	TEST_PASS
