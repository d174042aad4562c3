/* SPDX-License-Identifier: MIT */
/*
 * rule: LL puts bits 35..4 of the physical address into LLAddr (R4000 UM 11.1, LLAddr).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	TLB_ENTRY(1, 0x10000, PTE(SCRATCH, V | D | G), PTE(SCRATCH + 0x5000, V | D | G), MASK_4K)
	li	$t0, 0x11230
	sw	$zero, 0($t0)
	ll	$t1, 0($t0)
	mfc0	$t2, $CP0_LLADDR
	EXPECT($t2, (SCRATCH + 0x5230) >> 4)
	TEST_PASS
