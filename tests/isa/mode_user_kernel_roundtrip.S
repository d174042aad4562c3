/* SPDX-License-Identifier: MIT */
/*
 * rule: ERET enters user or supervisor mode; an exception sets EXL, keeps KSU, and so returns
 *       to kernel mode (R4000 UM 5.3).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	MAP_CODE
	ENTER(STATUS_KSU_USER | STATUS_UX)
	CALL_KERNEL
	EXPECT_RECORD(STATUS, STATUS_KSU_USER | STATUS_UX | STATUS_EXL)
	ENTER(STATUS_KSU_SUPERVISOR)
	CALL_KERNEL
	EXPECT_RECORD(STATUS, STATUS_KSU_SUPERVISOR | STATUS_EXL)
	TEST_PASS
