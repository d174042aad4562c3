/* SPDX-License-Identifier: MIT */
/*
 * rule: A store by another CPU to the linked line makes SC fail; two CPUs incrementing one
 *       word with LL and SC lose nothing (R4000 UM A, SC; 11).
 * options: --cpus 2
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	dli	$t0, MP
	dla	$t1, other
	dla	$t2, data
	dla	$t3, 0xffffffff80007000
	sd	$t1, TESTMIPS_MP_STARTUPADDR($t0)
	sd	$t3, TESTMIPS_MP_STARTUPSTACK($t0)
	li	$t1, 1
	sw	$t1, TESTMIPS_MP_STARTUPCPU($t0)
	/* Linked; the other CPU stores to the same word when told to. */
	ll	$t3, 0($t2)
	li	$v0, 1
	sw	$v0, 128($t2)		# go
1:	lw	$v0, 256($t2)		# done?
	beqz	$v0, 1b
	 nop
	li	$t3, 99
	sc	$t3, 0($t2)
	EXPECT($t3, 0)
	lw	$t3, 0($t2)
	EXPECT($t3, 5)
	/* Both now add 1 a thousand times. */
	li	$v0, 2
	sw	$v0, 128($t2)
	li	$a0, 1000
2:	ll	$t3, 0($t2)
	addiu	$t3, $t3, 1
	sc	$t3, 0($t2)
	beqz	$t3, 2b
	 nop
	addiu	$a0, $a0, -1
	bnez	$a0, 2b
	 nop
3:	lw	$v0, 256($t2)
	li	$v1, 2
	bne	$v0, $v1, 3b
	 nop
	lw	$t3, 0($t2)
	EXPECT($t3, 2005)
	TEST_PASS

other:	dla	$t2, data
1:	lw	$v0, 128($t2)
	beqz	$v0, 1b
	 nop
	li	$v0, 5
	sw	$v0, 0($t2)
	li	$v0, 1
	sw	$v0, 256($t2)
	li	$v1, 2
2:	lw	$v0, 128($t2)
	bne	$v0, $v1, 2b
	 nop
	li	$a0, 1000
3:	ll	$t3, 0($t2)
	addiu	$t3, $t3, 1
	sc	$t3, 0($t2)
	beqz	$t3, 3b
	 nop
	addiu	$a0, $a0, -1
	bnez	$a0, 3b
	 nop
	sw	$v1, 256($t2)
4:	b	4b
	 nop

	.data
	.balign	256
data:	.fill	512, 1, 0
