/* SPDX-License-Identifier: MIT */
/*
 * rule: Any exception with EXL = 1 leaves EPC and BD alone, but changes ExcCode and CE (R4000
 *       UM 5.2, 5.3, EXL).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	dli	$t0, 0x123456789abcdef0
	dmtc0	$t0, $CP0_EPC
	set_status TEXT(STATUS_EXL | STATUS_KX)
.macro nested code, insn:vararg
	arm	8f
	\insn
8:	EXPECT($s7, 0)
	EXPECT_RECORD(EPC, 0x123456789abcdef0)
	EXPECT_RECORD(VECTOR, 0x180)
	EXPECT_CAUSE_BITS(CAUSE_EXCCODE | CAUSE_BD, \code << 2)
	set_status TEXT(STATUS_EXL | STATUS_KX)
.endm
	nested EXC_SYS, syscall
	nested EXC_BP, break
	nested EXC_RI, .word 0x7c000000
	nested EXC_ADEL, lw $t1, 1($zero)
	EXPECT_RECORD(BADVADDR, 1)
	nested EXC_TLBS, sw $t1, 0x4000($zero)
	EXPECT_RECORD(BADVADDR, 0x4000)
	nested EXC_TR, teq $zero, $zero
	/* In a slot: BD stays clear as well. */
	nested EXC_SYS, b 7f; syscall; 7: nop
	nested EXC_CPU, mfc1 $t1, $f0
	EXPECT_CAUSE_BITS(CAUSE_CE, 1 << CAUSE_CE_SHIFT)
	TEST_PASS
