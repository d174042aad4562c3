/* SPDX-License-Identifier: MIT */
/*
 * rule: With CU1 = 0 every CP1 instruction is Coprocessor Unusable with CE = 1, in all modes,
 *       loads, stores and branches included, before any address check (R4000 UM 5.4).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	MAP_CODE
	li	$t0, 2
.macro unusable insn:vararg
	set_status STATUS_KX
	TRAP(EXC_CPU, \insn)
	EXPECT_CAUSE_BITS(CAUSE_CE, 1 << CAUSE_CE_SHIFT)
	ENTER(STATUS_KSU_USER | STATUS_UX)
	TRAP(EXC_CPU, \insn)
	EXPECT_CAUSE_BITS(CAUSE_CE, 1 << CAUSE_CE_SHIFT)
.endm
	unusable mfc1 $t0, $f0
	unusable mtc1 $t0, $f0
	unusable dmfc1 $t0, $f0
	unusable dmtc1 $t0, $f0
	unusable cfc1 $t0, $31
	unusable ctc1 $t0, $31
	unusable add.s $f0, $f0, $f0
	unusable mov.d $f0, $f0
	unusable c.eq.d $f0, $f0
	unusable bc1t .
	unusable bc1fl .
	unusable lwc1 $f0, 1($t0)
	unusable ldc1 $f0, 0($t0)
	unusable swc1 $f0, 0($t0)
	unusable sdc1 $f0, 1($t0)
	EXPECT($t0, 2)
	ENTER(STATUS_KSU_USER | STATUS_CU1)
	li	$t0, 5
	mtc1	$t0, $f0
	mfc1	$t1, $f0
	CALL_KERNEL
	EXPECT($t1, 5)
	TEST_PASS
