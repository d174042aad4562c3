/* SPDX-License-Identifier: MIT */
/*
 * rule: SYNC is an instruction of MIPS II and changes nothing in memory order here; it is
 *       usable in every mode (R4000 UM A, SYNC).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	MAP_CODE
	sync
	ENTER(STATUS_KSU_USER)
	sync
	CALL_KERNEL
	EXPECT_RECORD(COUNT, 1)
	TEST_PASS
