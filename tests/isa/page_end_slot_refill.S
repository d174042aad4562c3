/* SPDX-License-Identifier: MIT */
/*
 * rule: When the slot of a branch at the end of a page misses the TLB, BD is set, EPC is the
 *       branch and BadVAddr the slot; returning repeats the branch (R4000 UM 5.3, Cause).
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
	sw	$t3, 12($t0)		# 0x12008: jr ra
	sw	$zero, 16($t0)
	li	$t2, 0
	li	$t1, 0x11ffc
	TLB_ENTRY(2, 0x14000, PTE(0, G), PTE(0, G), MASK_4K)
	TRAP_AT(EXC_TLBL, 1, 0x11ffc, 0x080, jalr $t1; nop)
	EXPECT_RECORD(BADVADDR, 0x12000)
	EXPECT($t2, 0)
	/* Invalid instead of missing. */
	TLB_ENTRY(2, 0x12000, PTE(SCRATCH + 0x2000, G), PTE(0, G), MASK_4K)
	TRAP_AT(EXC_TLBL, 1, 0x11ffc, 0x180, jalr $t1; nop)
	EXPECT_RECORD(BADVADDR, 0x12000)
	/* Repaired: the branch is repeated, and works. */
	TLB_ENTRY(2, 0x12000, PTE(SCRATCH + 0x2000, V | G), PTE(0, G), MASK_4K)
	jalr	$t1
	 nop
	EXPECT($t2, 5)
	/* And missing again after it has been executed. */
	TLB_ENTRY(2, 0x14000, PTE(0, G), PTE(0, G), MASK_4K)
	TRAP_AT(EXC_TLBL, 1, 0x11ffc, 0x080, jalr $t1; nop)
	EXPECT_RECORD(BADVADDR, 0x12000)
	EXPECT($t2, 5)
	TEST_PASS
branch:
	b	. + 12
	 addiu	$t2, $t2, 5
	jr	$ra
