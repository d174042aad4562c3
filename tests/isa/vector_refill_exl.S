/* SPDX-License-Identifier: MIT */
/*
 * rule: With EXL = 1 a TLB miss goes to the general vector; EPC and Cause.BD keep the first
 *       exception, BadVAddr, Context and EntryHi take the second (R4000 UM 5.2, 5.3).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	HOOK(handler)
	li	$t0, 0x10000
	dli	$t1, 0x4000000000234560
	li	$t3, 0
	/* A miss in a delay slot: BD is set. */
	TRAP_AT(EXC_TLBL, 1, 1b, 0x180, 1: b 2f; lw $t2, 0($t0); 2: nop)
	EXPECT($t3, 2)
	EXPECT_RECORD(BADVADDR, 0x4000000000234560)
	EXPECT_RECORD(ENTRYHI, 0x4000000000234000)
	EXPECT_RECORD(CONTEXT, 0x234000 >> 13 << 4)
	EXPECT_RECORD(XCONTEXT, (1 << 31) | (0x234000 >> 13 << 4))
	TEST_PASS
handler:
	addiu	$t3, $t3, 1
	li	$k1, 1
	bne	$t3, $k1, 1f
	 nop
	move	$v0, $k0		# the first vector
	ld	$t2, 0($t1)		# a second miss
1:	li	$k1, 0x80
	bne	$v0, $k1, 2f
	 nop
	j	test_record
	 nop
2:	li	$t3, 99
	j	test_record
	 nop
