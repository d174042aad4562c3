/* SPDX-License-Identifier: MIT */
/*
 * rule: TLBP gives the index of the match, under ASID or global; no match sets P (R4000 UM A,
 *       TLBP; 4.3, Index).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	TLB_ENTRY(5, 0x10000 | 7, PTE(SCRATCH, V), PTE(SCRATCH, V), MASK_4K)
	TLB_ENTRY(47, 0x40000000 | 7, PTE(SCRATCH, G), PTE(SCRATCH, G), MASK_16M)
.macro probe hi
	dli	$k0, \hi
	dmtc0	$k0, $CP0_ENTRYHI
	hazard
	tlbp
	hazard
	mfc0	$t0, $CP0_INDEX
.endm
	probe	0x10007
	EXPECT($t0, 5)
	/* Another ASID, another page. */
	probe	0x10008
	srl	$t0, $t0, 31
	EXPECT($t0, 1)
	probe	0x12007
	srl	$t0, $t0, 31
	EXPECT($t0, 1)
	/* Success clears P; global and invalid entries match too; so does any address in the page. */
	probe	0x41ffe0ff
	EXPECT($t0, 47)
	probe	0x42000000
	srl	$t0, $t0, 31
	EXPECT($t0, 1)
	/* The region counts. */
	probe	0x4000000000010007
	srl	$t0, $t0, 31
	EXPECT($t0, 1)
	TEST_PASS
