/* SPDX-License-Identifier: MIT */
/*
 * rule: Instruction fetch obeys the segments of its mode: user code cannot run in kseg0,
 *       supervisor code runs in sseg (R4000 UM 4.2).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	MAP_CODE
	/* The first 4 MB at 0xc0000000 too: sseg. */
	TLB_ENTRY(1, 0xffffffffc0000000, PTE(0, G | V), PTE(0, G), MASK_4M)
	dla	$t0, 1f
	dli	$t1, 0x40000000
	daddu	$t0, $t0, $t1
	move	$t1, $zero
	ENTER(STATUS_KSU_SUPERVISOR)
	TRAP_AT(EXC_SYS, 0, 1b - USER_OFFSET + 0x40000004, 0x180, jr $t0; nop; \
		1: addiu $t1, $t1, 1; syscall)
	EXPECT($t1, 1)
	dla	$t0, 1f
	dli	$t1, 0x40000000
	daddu	$t0, $t0, $t1
	ENTER(STATUS_KSU_USER)
	TRAP_AT(EXC_ADEL, 0, 1b - USER_OFFSET + 0x40000000, 0x180, jr $t0; nop; 1: nop)
	TEST_PASS
