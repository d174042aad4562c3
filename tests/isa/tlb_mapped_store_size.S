/* SPDX-License-Identifier: MIT */
/*
 * rule: Accesses of every size through a mapping reach the same bytes as through kseg1 (R4000
 *       UM 4.1).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	TLB_ENTRY(1, 0x10000, PTE(SCRATCH, G | V | D), PTE(SCRATCH + 0x1000, G | V | D), MASK_4K)
	li	$t0, 0x10ff8
	dli	$t1, 0xffffffffa0000000 + SCRATCH + 0xff8
	dli	$t2, 0x1122334455667788
	sd	$t2, 0($t0)
	sd	$t2, 8($t0)
	ld	$t3, 0($t1)
	EXPECT($t3, 0x1122334455667788)
	ld	$t3, 8($t1)
	EXPECT($t3, 0x1122334455667788)
	lhu	$t3, 2($t1)
	lhu	$v0, 2($t0)
	dsubu	$t3, $t3, $v0
	EXPECT($t3, 0)
	sb	$zero, 15($t0)
	lbu	$t3, 15($t1)
	EXPECT($t3, 0)
	lb	$t3, 1($t1)
	lb	$v0, 1($t0)
	dsubu	$t3, $t3, $v0
	EXPECT($t3, 0)
	TEST_PASS
