/* SPDX-License-Identifier: MIT */
/*
 * rule: A jump to an address outside the mode's segments raises Address Error at the fetch,
 *       EPC and BadVAddr the target (R4000 UM 5.4).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	dli	$t0, 0x1000000000000000
	TRAP_AT(EXC_ADEL, 0, 0x1000000000000000, 0x180, jr $t0; nop)
	EXPECT_RECORD(BADVADDR, 0x1000000000000000)
	MAP_CODE
	dla	$t1, 1f
	ENTER(STATUS_KSU_USER)
	move	$k0, $t1
	TRAP_AT(EXC_ADEL, 0, 1b - USER_OFFSET, 0x180, jr $t1; nop; 1: nop)
	EXPECT_RECORD_LABEL(BADVADDR, 1b)
	TEST_PASS
