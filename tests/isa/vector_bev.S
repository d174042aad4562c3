/* SPDX-License-Identifier: MIT */
/*
 * rule: With BEV = 1 the vectors lie at 0xbfc00200: refill + 0x000, XTLB refill + 0x080,
 *       general + 0x180 (R4000 UM 5.2, table 5-6).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	/* Stubs in boot memory: the offset plus 0x1000 tells them from those of BEV = 0. */
	dli	$t0, VECTOR_BASE_BEV
	dla	$t1, stubs
	li	$t2, 4
1:	.rept	5
	lw	$t3, 0($t1)
	sw	$t3, 0($t0)
	addiu	$t1, $t1, 4
	addiu	$t0, $t0, 4
	.endr
	addiu	$t0, $t0, 0x80 - 20
	addiu	$t2, $t2, -1
	bnez	$t2, 1b
	 nop
	dli	$t0, 0xffffffffc0000000
	set_status TEXT(STATUS_BEV)
	TRAP_AT(EXC_TLBL, 0, 1b, 0x1000, 1: lw $t1, 0($t0))
	set_status TEXT(STATUS_BEV | STATUS_KX)
	TRAP_AT(EXC_TLBS, 0, 1b, 0x1080, 1: sw $t1, 0($t0))
	set_status TEXT(STATUS_BEV | STATUS_KX)
	TRAP_AT(EXC_SYS, 0, 1b, 0x1180, 1: syscall)
	/* BEV stays set by the exception; without it the other vectors serve. */
	EXPECT_RECORD(STATUS, STATUS_BEV | STATUS_KX | STATUS_EXL)
	TRAP(EXC_SYS, syscall)
	TEST_PASS

.macro stub offset
	li	$k0, \offset
	lui	$k1, %hi(test_record)
	addiu	$k1, $k1, %lo(test_record)
	jr	$k1
	 nop
.endm
stubs:	stub	0x1000
	stub	0x1080
	stub	0x1100
	stub	0x1180
