/* SPDX-License-Identifier: MIT */
/*
 * rule: ERET from EXL enters user mode at EPC, and an EPC outside useg is an address error
 *       there (R4000 UM 5.3, A ERET).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	dla	$t0, 1f
	dmtc0	$t0, $CP0_EPC
	li	$t1, STATUS_KSU_USER | STATUS_EXL
	SET_EXL
	TRAP_AT(EXC_ADEL, 0, 1b, 0x180, mtc0 $t1, $CP0_STATUS; hazard; \
		eret; 1: nop)
	EXPECT_RECORD_LABEL(BADVADDR, 1b)
	EXPECT_RECORD(STATUS, STATUS_KSU_USER | STATUS_EXL)
	TEST_PASS
