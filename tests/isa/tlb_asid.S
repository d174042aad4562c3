/* SPDX-License-Identifier: MIT */
/*
 * rule: A non-global entry matches only under its ASID; a change of ASID takes effect without
 *       any flush (R4000 UM 4.1, 4.3).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	TLB_ENTRY(1, 0x10000 | 1, PTE(SCRATCH, V | D), PTE(SCRATCH, 0), MASK_4K)
	TLB_ENTRY(2, 0x10000 | 2, PTE(SCRATCH + 0x1000, V | D), PTE(SCRATCH, 0), MASK_4K)
	li	$t0, 0x10000
	li	$t1, 1
	li	$t2, 2
	dmtc0	$t1, $CP0_ENTRYHI
	hazard
	sw	$t1, 0($t0)
	dmtc0	$t2, $CP0_ENTRYHI
	hazard
	sw	$t2, 0($t0)
	dmtc0	$t1, $CP0_ENTRYHI
	hazard
	lw	$t3, 0($t0)
	EXPECT($t3, 1)
	dmtc0	$t2, $CP0_ENTRYHI
	hazard
	lw	$t3, 0($t0)
	EXPECT($t3, 2)
	li	$t1, 3
	dmtc0	$t1, $CP0_ENTRYHI
	hazard
	TRAP_AT(EXC_TLBL, 0, 1b, 0x080, 1: lw $t3, 0($t0))
	EXPECT_RECORD(ENTRYHI, 0x10003)
	/* Code is fetched under the ASID too. */
	li	$k0, 1
	dmtc0	$k0, $CP0_ENTRYHI
	hazard
	dla	$t1, code
	lw	$t2, 0($t1)
	lw	$t3, 4($t1)
	sw	$t2, 0($t0)
	sw	$t3, 4($t0)
	li	$k0, 2
	dmtc0	$k0, $CP0_ENTRYHI
	hazard
	sw	$t2, 0($t0)
	lw	$t3, 8($t1)
	sw	$t3, 4($t0)
	li	$t1, 4			# rounds: new blocks, then known ones
1:	li	$k0, 1
	dmtc0	$k0, $CP0_ENTRYHI
	hazard
	jalr	$t0
	 nop
	EXPECT($v0, 11)
	li	$k0, 2
	dmtc0	$k0, $CP0_ENTRYHI
	hazard
	jalr	$t0
	 nop
	EXPECT($v0, 22)
	addiu	$t1, $t1, -1
	bnez	$t1, 1b
	 nop
	TEST_PASS
code:	jr	$ra
	li	$v0, 11
	li	$v0, 22
