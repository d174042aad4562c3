/* SPDX-License-Identifier: MIT */
/*
 * rule: A matching entry with V = 0 raises TLB Invalid, code TLBL or TLBS, through the
 *       general vector, registers as for a miss (R4000 UM 5.4).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	TLB_ENTRY(1, 0x10000, PTE(SCRATCH, G | D), PTE(SCRATCH, G | V | D), MASK_4K)
	li	$t0, 0x10010
	TRAP(EXC_TLBL, lw $t1, 0($t0))
	EXPECT_RECORD(BADVADDR, 0x10010)
	EXPECT_RECORD(CONTEXT, 0x10000 >> 13 << 4)
	EXPECT_RECORD(ENTRYHI, 0x10000)
	TRAP(EXC_TLBS, sw $t1, 4($t0))
	EXPECT_RECORD(BADVADDR, 0x10014)
	/* The other page of the pair has its own V. */
	lw	$t1, 0x1000($t0)
	/* V = 0 comes before D = 0. */
	TLB_ENTRY(1, 0x10000, PTE(SCRATCH, G), PTE(SCRATCH, G), MASK_4K)
	TRAP(EXC_TLBS, sw $t1, 0($t0))
	TEST_PASS
