/* SPDX-License-Identifier: MIT */
/*
 * rule: CP0 is usable in kernel mode always, in supervisor and user mode only with CU0 = 1;
 *       otherwise Coprocessor Unusable with CE = 0 (R4000 UM 5.3, CU0).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	MAP_CODE
	/* TEST_STATUS has CU0 = 0. */
	mfc0	$t0, $CP0_STATUS
	EXPECT($t0, TEST_STATUS)
.macro unusable insn:vararg
	ENTER(STATUS_KSU_USER | STATUS_UX)
	TRAP(EXC_CPU, \insn)
	EXPECT_CAUSE_BITS(CAUSE_CE, 0)
	ENTER(STATUS_KSU_SUPERVISOR | STATUS_SX)
	TRAP(EXC_CPU, \insn)
	EXPECT_CAUSE_BITS(CAUSE_CE, 0)
.endm
	li	$t0, 0x55
	unusable mfc0 $t0, $CP0_STATUS
	unusable mtc0 $t0, $CP0_COMPARE
	unusable dmfc0 $t0, $CP0_EPC
	unusable dmtc0 $t0, $CP0_EPC
	unusable tlbp
	unusable tlbr
	unusable tlbwi
	unusable tlbwr
	unusable eret
	unusable cache 0x15, 0($zero)
	EXPECT($t0, 0x55)
	ENTER(STATUS_KSU_USER | STATUS_CU0)
	mfc0	$t0, $CP0_STATUS
	CALL_KERNEL
	EXPECT($t0, STATUS_KSU_USER | STATUS_CU0)
	ENTER(STATUS_KSU_SUPERVISOR | STATUS_CU0)
	mfc0	$t0, $CP0_STATUS
	CALL_KERNEL
	EXPECT($t0, STATUS_KSU_SUPERVISOR | STATUS_CU0)
	TEST_PASS
