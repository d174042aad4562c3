/* SPDX-License-Identifier: MIT */
/*
 * rule: A branch-likely at the end of a page that is not taken does not fetch its slot's page
 *       for execution, and goes on behind the slot (R4000 UM A, BEQL).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	TLB_ENTRY(1, 0x10000, PTE(SCRATCH, V | D | G), PTE(SCRATCH + 0x1000, V | D | G), MASK_4K)
	TLB_ENTRY(2, 0x12000, PTE(SCRATCH + 0x2000, V | D | G), PTE(0, G), MASK_4K)
	dla	$t0, branch
	lw	$t1, 0($t0)
	lw	$t2, 4($t0)
	lw	$t3, 8($t0)
	li	$t0, 0x11ffc
	sw	$t1, 0($t0)
	sw	$t2, 4($t0)
	sw	$t3, 8($t0)
	sw	$zero, 12($t0)
	li	$t2, 0
	li	$t1, 0x11ffc
	jalr	$t1
	 nop
	EXPECT($t2, 0)
	/* With the page missing, the next instruction misses: no BD, EPC behind the slot. */
	TLB_ENTRY(2, 0x14000, PTE(0, G), PTE(0, G), MASK_4K)
	TRAP_AT(EXC_TLBL, 0, 0x12004 - 0, 0x080, jalr $t1; nop)
	EXPECT_RECORD(BADVADDR, 0x12004)
	TEST_PASS
branch:
	bnel	$zero, $zero, . + 12
	 addiu	$t2, $t2, 5
	jr	$ra
