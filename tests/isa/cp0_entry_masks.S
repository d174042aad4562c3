/* SPDX-License-Identifier: MIT */
/*
 * rule: EntryLo keeps bits 29..0, EntryHi R, VPN2 and ASID; the rest reads zero (R4000 UM
 *       4.3, figure 4-9).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	dli	$t0, -1
	dmtc0	$t0, $CP0_ENTRYLO0
	dmtc0	$t0, $CP0_ENTRYLO1
	dmtc0	$t0, $CP0_ENTRYHI
	hazard
	dmfc0	$t1, $CP0_ENTRYLO0
	EXPECT($t1, 0x3fffffff)
	dmfc0	$t1, $CP0_ENTRYLO1
	EXPECT($t1, 0x3fffffff)
	dmfc0	$t1, $CP0_ENTRYHI
	EXPECT($t1, 0xc00000ffffffe0ff)
	TEST_PASS
