/* SPDX-License-Identifier: MIT */
/*
 * rule: An interrupt pending at ERET is taken at the instruction returned to, EPC unchanged
 *       (R4000 UM 5.4, Interrupt).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	MAP_CODE
	li	$t0, 0x100
	mtc0	$t0, $CP0_CAUSE
	li	$t1, 0
	dla	$t2, 1f
	dmtc0	$t2, $CP0_EPC
	li	$t3, TEST_STATUS | STATUS_EXL | STATUS_IE | 0x100
	TRAP_AT(EXC_INT, 0, 1b, 0x180, mtc0 $t3, $CP0_STATUS; hazard; eret; 1: addiu $t1, $t1, 1)
	EXPECT($t1, 0)
	/* Into user mode: taken in user mode, before its first instruction. */
	dla	$t2, 1f
	dli	$t3, USER_OFFSET
	daddu	$t2, $t2, $t3
	dsll32	$t2, $t2, 0
	dsrl32	$t2, $t2, 0
	dmtc0	$t2, $CP0_EPC
	li	$t3, STATUS_KSU_USER | STATUS_EXL | STATUS_IE | 0x100
	SET_EXL
	.set	alias, USER_OFFSET
	TRAP_AT(EXC_INT, 0, 1b, 0x180, mtc0 $t3, $CP0_STATUS; hazard; eret; 1: addiu $t1, $t1, 1)
	EXPECT($t1, 0)
	EXPECT_RECORD(STATUS, STATUS_KSU_USER | STATUS_EXL | STATUS_IE | 0x100)
	TEST_PASS
