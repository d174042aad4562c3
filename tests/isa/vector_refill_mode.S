/* SPDX-License-Identifier: MIT */
/*
 * rule: The refill vector follows the X bit of the mode the reference was made in: 0x080 with
 *       UX, SX or KX = 1, else 0x000 (R4000 UM 5.2, table 5-6).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	MAP_CODE
	li	$t0, 0x10000
.macro vector_is status, vector
	ENTER(\status)
	TRAP_AT(EXC_TLBL, 0, 1b, \vector, 1: lw $t1, 0($t0))
.endm
	vector_is 0, 0x000
	vector_is STATUS_KX, 0x080
	vector_is STATUS_UX | STATUS_SX, 0x000
	vector_is STATUS_KSU_SUPERVISOR, 0x000
	vector_is STATUS_KSU_SUPERVISOR | STATUS_SX, 0x080
	vector_is STATUS_KSU_SUPERVISOR | STATUS_UX | STATUS_KX, 0x000
	vector_is STATUS_KSU_USER, 0x000
	vector_is STATUS_KSU_USER | STATUS_UX, 0x080
	vector_is STATUS_KSU_USER | STATUS_SX | STATUS_KX, 0x000
	/* The fetch that misses as well. */
	ENTER(STATUS_KSU_USER)
	TRAP_AT(EXC_TLBL, 0, 0x10000 - USER_OFFSET, 0x000, jr $t0; nop)
	ENTER(STATUS_KSU_USER | STATUS_UX)
	TRAP_AT(EXC_TLBL, 0, 0x10000 - USER_OFFSET, 0x080, jr $t0; nop)
	TEST_PASS
