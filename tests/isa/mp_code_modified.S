/* SPDX-License-Identifier: MIT */
/*
 * rule: Code that one CPU has executed and another changes is executed as changed (caches
 *       coherent for fetches; R4000 UM 11).
 * options: --cpus 2
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	dli	$t0, MP
	dla	$t1, other
	dla	$t2, data
	sd	$t1, TESTMIPS_MP_STARTUPADDR($t0)
	li	$t1, 1
	sw	$t1, TESTMIPS_MP_STARTUPCPU($t0)
	/* Runs a page of its own over and over, until CPU 1 has changed it. */
1:	dla	$t1, target
	jalr	$t1
	 nop
	beqz	$v0, 1b
	 nop
	EXPECT($v0, 5)
	lw	$t3, 0($t2)
	EXPECT($t3, 1)
	TEST_PASS

other:	dla	$t2, data
	li	$t3, 500
1:	addiu	$t3, $t3, -1
	bnez	$t3, 1b
	 nop
	li	$t3, 1
	sw	$t3, 0($t2)
	dla	$t1, target
	dla	$t0, patch
	lw	$t3, 0($t0)
	sw	$t3, 4($t1)
2:	b	2b
	 nop
patch:	li	$v0, 5

	.section .page, "ax"
target:	jr	$ra
	 li	$v0, 0

	.data
data:	.dword	0
