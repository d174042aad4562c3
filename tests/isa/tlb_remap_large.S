/* SPDX-License-Identifier: MIT */
/*
 * rule: Replacing a 16 MB page takes all of it away, also the parts that were used; a small
 *       page written over it later is found (R4000 UM 4.4).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	TLB_ENTRY(1, 0x10000000, PTE(0, G | V | D), PTE(0, G), MASK_16M)
	li	$t0, 0x10400000
	li	$t1, 0x10600ff8
	li	$t2, 1
	sw	$t2, 0($t0)
	sw	$t2, 0($t1)
	TLB_ENTRY(1, 0x12000000, PTE(0, G | V | D), PTE(0, G), MASK_16M)
	TRAP_AT(EXC_TLBL, 0, 1b, 0x080, 1: lw $t3, 0($t0))
	TRAP_AT(EXC_TLBS, 0, 1b, 0x080, 1: sw $t3, 0($t1))
	TLB_ENTRY(2, 0x10400000, PTE(SCRATCH + 0x1000, G | V | D), PTE(0, G), MASK_4K)
	lw	$t3, 0($t0)
	EXPECT($t3, 0)
	/* Read-only again: the store that worked before must trap. */
	TLB_ENTRY(2, 0x10400000, PTE(SCRATCH + 0x1000, G | V), PTE(0, G), MASK_4K)
	TRAP(EXC_MOD, sw $t3, 0($t0))
	/* By TLBWR. */
	li	$k0, 47
	mtc0	$k0, $CP0_WIRED
	TLB_ENTRY(47, 0x20000, PTE(SCRATCH, G | V | D), PTE(0, G), MASK_4K)
	li	$t0, 0x20000
	lw	$t3, 0($t0)
	EXPECT($t3, 1)
	li	$k0, 0x30000
	dmtc0	$k0, $CP0_ENTRYHI
	hazard
	tlbwr
	hazard
	TRAP_AT(EXC_TLBL, 0, 1b, 0x080, 1: lw $t3, 0($t0))
	TEST_PASS
