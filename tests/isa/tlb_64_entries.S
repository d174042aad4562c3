/* SPDX-License-Identifier: MIT */
/*
 * rule: With --tlb-entries 64 all six bits of Index name an entry and Random starts at 63; the field
 *       is that wide on the R4000 (R4000 UM 4.3, figures of Index and Random).
 * options: --tlb-entries 64
 */
#include "tests/isa/tlb_fill.inc"

TEST_BEGIN
	fill	64
	mtc0	$zero, $CP0_WIRED
	mfc0	$t0, $CP0_RANDOM
	EXPECT($t0, 63)
	TEST_PASS
