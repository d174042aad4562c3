/* SPDX-License-Identifier: MIT */
/*
 * rule: R is part of the match: the same VPN2 in xuseg, xksseg and xkseg are three pages
 *       (R4000 UM 4.1, 4.3).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	TLB_ENTRY(1, 0x0000000000010000, PTE(SCRATCH + 0x1000, G | V | D), PTE(0, G), MASK_4K)
	TLB_ENTRY(2, 0x4000000000010000, PTE(SCRATCH + 0x2000, G | V | D), PTE(0, G), MASK_4K)
	TLB_ENTRY(3, 0xc000000000010000, PTE(SCRATCH + 0x3000, G | V | D), PTE(0, G), MASK_4K)
	dli	$t0, 0x0000000000010000
	dli	$t1, 0x4000000000010000
	dli	$t2, 0xc000000000010000
	sd	$t0, 0($t0)
	sd	$t1, 0($t1)
	sd	$t2, 0($t2)
	ld	$t3, 0($t0)
	EXPECT($t3, 0x0000000000010000)
	ld	$t3, 0($t1)
	EXPECT($t3, 0x4000000000010000)
	ld	$t3, 0($t2)
	EXPECT($t3, 0xc000000000010000)
	/* 2^40 bytes apart from nothing else: VPN2 has 27 bits. */
	dli	$t0, 0x8000010000
	TRAP_AT(EXC_TLBL, 0, 1b, 0x080, 1: ld $t3, 0($t0))
	TEST_PASS
