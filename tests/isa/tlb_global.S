/* SPDX-License-Identifier: MIT */
/*
 * rule: An entry is global only if G is set in both EntryLo; then the ASID is not compared
 *       (R4000 UM 4.3, G).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
.macro with_asid asid
	li	$k0, \asid
	dmtc0	$k0, $CP0_ENTRYHI
	hazard
.endm
	li	$t0, 0x10000
	li	$t1, 0x11000
	TLB_ENTRY(1, 0x10000 | 7, PTE(SCRATCH, G | V), PTE(SCRATCH, G | V), MASK_4K)
	with_asid 9
	lw	$t2, 0($t0)
	lw	$t2, 0($t1)
	TLB_ENTRY(1, 0x10000 | 7, PTE(SCRATCH, G | V), PTE(SCRATCH, V), MASK_4K)
	with_asid 9
	TRAP_AT(EXC_TLBL, 0, 1b, 0x080, 1: lw $t2, 0($t0))
	with_asid 9
	TRAP_AT(EXC_TLBL, 0, 1b, 0x080, 1: lw $t2, 0($t1))
	with_asid 7
	lw	$t2, 0($t0)
	TLB_ENTRY(1, 0x10000 | 7, PTE(SCRATCH, V), PTE(SCRATCH, G | V), MASK_4K)
	with_asid 9
	TRAP_AT(EXC_TLBL, 0, 1b, 0x080, 1: lw $t2, 0($t1))
	/* TLBR gives the entry's one G in both registers. */
	li	$k0, 1
	mtc0	$k0, $CP0_INDEX
	hazard
	tlbr
	hazard
	dmfc0	$t2, $CP0_ENTRYLO0
	dmfc0	$t3, $CP0_ENTRYLO1
	EXPECT($t2, PTE(SCRATCH, V))
	EXPECT($t3, PTE(SCRATCH, V))
	TEST_PASS
