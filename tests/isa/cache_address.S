/* SPDX-License-Identifier: MIT */
/*
 * rule: CACHE translates its address: TLB refill and invalid and address errors are raised,
 *       TLB modified is not (R4000 UM A, CACHE).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	TLB_ENTRY(1, 0x10000, PTE(SCRATCH, G | V), PTE(SCRATCH, G), MASK_4K)
	li	$t0, 0x10000
	cache	0x15, 0($t0)
	TRAP(EXC_TLBL, cache 0x15, 0x1000($t0))
	EXPECT_RECORD(BADVADDR, 0x11000)
	TRAP_AT(EXC_TLBL, 0, 1b, 0x080, 1: cache 0x15, 0x2000($t0))
	EXPECT_RECORD(BADVADDR, 0x12000)
	dli	$t0, 0x1000000000000000
	TRAP(EXC_ADEL, cache 0x15, 0($t0))
	/* No alignment is asked for. */
	li	$t0, 0x10001
	cache	0x15, 0($t0)
	TEST_PASS
