/* SPDX-License-Identifier: MIT */
/*
 * rule: The R4000's joint TLB has 48 entries: all of them hold a mapping at the same time
 *       (R4000 UM 4.1).
 */
#include "tests/isa/tlb_fill.inc"

TEST_BEGIN
	fill	48
	TEST_PASS
