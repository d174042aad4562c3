/* SPDX-License-Identifier: MIT */
/*
 * rule: PFN bits below the page size are ignored: the offset comes from the virtual address
 *       (R4000 UM 4.3, PageMask).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	dli	$t0, 0xffffffffa0000000 + SCRATCH
	li	$t1, 0x4444
	sw	$t1, 0x3008($t0)
	li	$t1, 0x1111
	sw	$t1, 0x1008($t0)
	/* A 16 KB page whose PFN has ones in the two lowest bits. */
	TLB_ENTRY(1, 0x10000, PTE(SCRATCH + 0x3000, G | V | D), PTE(SCRATCH, G), MASK_16K)
	li	$t0, 0x13008
	lw	$t2, 0($t0)
	EXPECT($t2, 0x4444)
	lw	$t2, -0x2000($t0)
	EXPECT($t2, 0x1111)
	/* VPN2 bits below it are not compared, nor kept. */
	TLB_ENTRY(1, 0x16000, PTE(SCRATCH, G | V | D), PTE(SCRATCH, G), MASK_16K)
	lw	$t2, 0($t0)
	EXPECT($t2, 0x4444)
	TEST_PASS
