/* SPDX-License-Identifier: MIT */
/*
 * rule: SC and SCD translate first: TLB refill, invalid and modified are raised whether or
 *       not the link holds (R4000 UM A, SC).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	TLB_ENTRY(1, 0x10000, PTE(SCRATCH, V | G), PTE(SCRATCH, D | G), MASK_4K)
	li	$t0, 0x10000
	li	$t1, 0x11000
	li	$t2, 0x12000
	li	$t3, 1
	TRAP(EXC_MOD, sc $t3, 0($t0))
	TRAP(EXC_TLBS, scd $t3, 0($t1))
	TRAP_AT(EXC_TLBS, 0, 1b, 0x080, 1: sc $t3, 0($t2))
	ll	$t3, 0($t0)
	li	$t3, 1
	TRAP(EXC_MOD, sc $t3, 0($t0))
	EXPECT($t3, 1)
	TEST_PASS
