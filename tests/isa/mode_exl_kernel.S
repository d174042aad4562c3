/* SPDX-License-Identifier: MIT */
/*
 * rule: EXL = 1 makes kernel mode whatever KSU is; so does ERL (R4000 UM 5.3, Status: KSU,
 *       EXL, ERL).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	dli	$t0, 0xffffffff80000000 + SCRATCH
	li	$t1, 0x77
	SET_EXL
	set_status TEXT(STATUS_KSU_USER | STATUS_EXL)
	sw	$t1, 0($t0)
	lw	$t2, 0($t0)
	mfc0	$t3, $CP0_STATUS
	set_status TEST_STATUS
	EXPECT($t2, 0x77)
	EXPECT($t3, STATUS_KSU_USER | STATUS_EXL)
	SET_EXL
	set_status TEXT(STATUS_KSU_SUPERVISOR | STATUS_EXL | STATUS_ERL)
	set_status TEXT(STATUS_KSU_SUPERVISOR | STATUS_ERL)
	lw	$t2, 0($t0)
	mfc0	$t3, $CP0_STATUS
	set_status TEST_STATUS
	EXPECT($t2, 0x77)
	EXPECT($t3, STATUS_KSU_SUPERVISOR | STATUS_ERL)
	TEST_PASS
