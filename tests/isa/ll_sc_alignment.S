/* SPDX-License-Identifier: MIT */
/*
 * rule: Unaligned LL, LLD, SC, SCD raise Address Error, SC even when the link bit is clear
 *       (R4000 UM A, SC).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	dla	$t0, data
	li	$t1, 0x55
	TRAP(EXC_ADEL, ll $t1, 2($t0))
	TRAP(EXC_ADEL, lld $t1, 4($t0))
	EXPECT($t1, 0x55)
	TRAP(EXC_ADES, sc $t1, 2($t0))
	TRAP(EXC_ADES, scd $t1, 4($t0))
	EXPECT($t1, 0x55)
	EXPECT_RECORD_LABEL(BADVADDR, data + 4)
	TEST_PASS

	.data
	.balign	8
data:	.dword	0
