/* SPDX-License-Identifier: MIT */
/*
 * rule: ERL = 1 makes the first 2 GB of kuseg unmapped and uncached: the address is the
 *       physical one (R4000 UM 4.2, kuseg; 5.3, ERL).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	dli	$t0, 0xffffffff80000000 + SCRATCH
	li	$t1, 0x77
	sw	$t1, 0($t0)
	sw	$zero, 4($t0)
	li	$t0, SCRATCH
	/* With ERL = 0 this address misses. */
	TRAP_AT(EXC_TLBL, 0, 1b, 0x080, 1: lw $t2, 0($t0))
	set_status TEXT(STATUS_ERL)
	lw	$t2, 0($t0)
	sw	$t2, 4($t0)
	set_status TEXT(STATUS_ERL | STATUS_KX)
	lw	$t3, 4($t0)
	set_status TEST_STATUS
	EXPECT($t2, 0x77)
	EXPECT($t3, 0x77)
	/* A mapping of the address is ignored while ERL is set, and holds again afterwards. */
	TLB_ENTRY(1, SCRATCH, PTE(SCRATCH + 0x2000, G | V | D), PTE(SCRATCH, G), MASK_4K)
	lw	$t2, 0($t0)
	set_status TEXT(STATUS_ERL)
	lw	$t3, 0($t0)
	set_status TEST_STATUS
	EXPECT($t2, 0)
	EXPECT($t3, 0x77)
	lw	$t2, 0($t0)
	EXPECT($t2, 0)
	/* Code runs there as well. */
	dla	$t0, 1f
	dli	$t1, 0x80000000
	daddu	$t0, $t0, $t1
	li	$t3, 0
	set_status TEXT(STATUS_ERL)
	jr	$t0
	 nop
1:	bltzal	$zero, 2f
	 li	$t3, 5
2:	dla	$t0, 3f
	jr	$t0
	 nop
3:	set_status TEST_STATUS
	EXPECT_LABEL($ra, 2b + 0x80000000)
	EXPECT($t3, 5)
	TEST_PASS
