/* SPDX-License-Identifier: MIT */
/*
 * rule: Fetching from an invalid or missing page raises TLBL with EPC and BadVAddr at the
 *       target (R4000 UM 5.4).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	TLB_ENTRY(1, 0x10000, PTE(SCRATCH, G), PTE(SCRATCH, G), MASK_4K)
	li	$t0, 0x10010
	TRAP_AT(EXC_TLBL, 0, 0x10010, 0x180, jr $t0; nop)
	EXPECT_RECORD(BADVADDR, 0x10010)
	li	$t0, 0x12344
	TRAP_AT(EXC_TLBL, 0, 0x12344, 0x080, jr $t0; nop)
	EXPECT_RECORD(BADVADDR, 0x12344)
	TEST_PASS
