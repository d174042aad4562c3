/* SPDX-License-Identifier: MIT */
/*
 * rule: TLBWI and TLBR move R, VPN2, ASID, mask, PFN, C, D, V, G; fields below the mask and
 *       reserved bits read zero (R4000 UM 4.4, figure 4-9).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	TLB_ENTRY(5, 0xc0000034567fe0a5, PTE(SCRATCH, V | D), 0x3ffffffa, MASK_16K)
	li	$k0, 5
	mtc0	$k0, $CP0_INDEX
	hazard
	tlbr
	hazard
	dmfc0	$t0, $CP0_ENTRYHI
	EXPECT($t0, 0xc0000034567f80a5)
	dmfc0	$t0, $CP0_ENTRYLO0
	EXPECT($t0, PTE(SCRATCH, V | D))
	dmfc0	$t0, $CP0_ENTRYLO1
	EXPECT($t0, 0x3ffffffa)
	dmfc0	$t0, $CP0_PAGEMASK
	EXPECT($t0, MASK_16K)
	TEST_PASS
