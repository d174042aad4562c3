/* SPDX-License-Identifier: MIT */
/*
 * rule: Every page size from 4 KB to 16 MB: the bit above the offset selects even or odd
 *       EntryLo, offset bits come from the address (R4000 UM 4.1, 4.3, table 4-9).
 * options: --memory 64M
 */
#include "tests/isa/harness.h"

TEST_BEGIN
/* Both pages of a pair of `size`: first and last word reach the frames, the neighbours miss. */
.macro check_mask mask, size
	.set	base, 0x10000000
	/* Frames in RAM only at the ends: the even page lies at 0, the odd one at `size`, below 32 MB. */
	TLB_ENTRY(1, base, PTE(0, G | V | D), PTE(\size, G | V | D), \mask)
	/* Marks through kseg1. */
	dli	$t0, 0xffffffffa0000000 + \size - 8
	li	$t1, 0x1111
	sw	$t1, 0($t0)
	li	$t1, 0x2222
	sw	$t1, 8($t0)
	dli	$t0, 0xffffffffa0000000 + 2 * \size - 8
	li	$t1, 0x3333
	sw	$t1, 0($t0)
	li	$t0, base + \size - 8
	lw	$t2, 0($t0)
	EXPECT($t2, 0x1111)
	lw	$t2, 8($t0)
	EXPECT($t2, 0x2222)
	li	$t0, base + 2 * \size - 8
	lw	$t2, 0($t0)
	EXPECT($t2, 0x3333)
	TRAP_AT(EXC_TLBL, 0, 1b, 0x080, 1: lw $t2, 8($t0))
	li	$t0, base - 4
	TRAP_AT(EXC_TLBL, 0, 1b, 0x080, 1: lw $t2, 0($t0))
	/* Odd page invalid: the boundary lies at `size`. */
	TLB_ENTRY(1, base, PTE(0, G | V | D), PTE(\size, G), \mask)
	li	$t0, base + \size - 4
	lw	$t2, 0($t0)
	TRAP(EXC_TLBL, lw $t2, 4($t0))
	EXPECT_RECORD(BADVADDR, base + \size)
	/* Even page invalid. */
	TLB_ENTRY(1, base, PTE(0, G), PTE(\size, G | V | D), \mask)
	TRAP(EXC_TLBL, lw $t2, 0($t0))
	lw	$t2, 4($t0)
	EXPECT($t2, 0x2222)
.endm
	check_mask MASK_4K, 0x1000
	check_mask MASK_16K, 0x4000
	check_mask MASK_64K, 0x10000
	check_mask MASK_256K, 0x40000
	check_mask MASK_1M, 0x100000
	check_mask MASK_4M, 0x400000
	check_mask MASK_16M, 0x1000000
	TEST_PASS
