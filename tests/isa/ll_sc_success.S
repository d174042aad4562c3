/* SPDX-License-Identifier: MIT */
/*
 * rule: LL then SC to the same word stores and gives 1; SC without link gives 0 and stores
 *       nothing; LLD and SCD with doublewords (R4000 UM A, SC).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	dla	$t0, data
	ll	$t1, 0($t0)
	EXPECT($t1, 0xffffffff80000001)
	addiu	$t1, $t1, 1
	sc	$t1, 0($t0)
	EXPECT($t1, 1)
	lw	$t2, 0($t0)
	EXPECT($t2, 0xffffffff80000002)
	lld	$t1, 8($t0)
	EXPECT($t1, 0x123456789abcdef0)
	daddiu	$t1, $t1, 1
	scd	$t1, 8($t0)
	EXPECT($t1, 1)
	ld	$t2, 8($t0)
	EXPECT($t2, 0x123456789abcdef1)
	/* ERET breaks the link. */
	ll	$t1, 0($t0)
	dla	$t3, 1f
	dmtc0	$t3, $CP0_EPC
	set_status TEXT(TEST_STATUS | STATUS_EXL)
	eret
	nop
1:	li	$t1, 9
	sc	$t1, 0($t0)
	EXPECT($t1, 0)
	lw	$t2, 0($t0)
	EXPECT($t2, 0xffffffff80000002)
	li	$t1, 9
	scd	$t1, 8($t0)
	EXPECT($t1, 0)
	ld	$t2, 8($t0)
	EXPECT($t2, 0x123456789abcdef1)
	TEST_PASS

	.data
	.balign	16
data:	.word	0x80000001, 0
	.dword	0x123456789abcdef0
