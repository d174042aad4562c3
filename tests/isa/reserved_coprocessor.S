/* SPDX-License-Identifier: MIT */
/*
 * rule: Undefined words of CP0 and CP1 are Coprocessor Unusable where the unit is not usable;
 *       where it is, undefined TLB functions of CP0 do nothing and the rest raises Reserved
 *       Instruction (R4000 UM A.7, figure A-2).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	MAP_CODE
	/* Phi: "invalid but do not cause reserved instruction exceptions". */
	li	$t0, 0x55
	.word	0x42000000
	.word	0x42000003
	.word	0x42000020		/* WAIT of later processors */
	.word	0x4200003f
	EXPECT($t0, 0x55)
	/* Xi (RFE) and gamma. */
	TRAP(EXC_RI, .word 0x42000010)
	TRAP(EXC_RI, .word 0x40400000)	/* cfc0 */
	TRAP(EXC_RI, .word 0x40c00000)	/* ctc0 */
	TRAP(EXC_RI, .word 0x41000000)	/* bc0f */
	TRAP(EXC_RI, .word 0x41600000)	/* mfmc0: di, ei of MIPS32 */
.macro unusable unit, word
	ENTER(STATUS_KSU_USER)
	TRAP(EXC_CPU, .word \word)
	EXPECT_CAUSE_BITS(CAUSE_CE, \unit << CAUSE_CE_SHIFT)
.endm
	unusable 0, 0x42000020
	unusable 0, 0x42000010
	unusable 0, 0x40400000
	/* A condition of the FPU that only MIPS IV has. */
	unusable 1, 0x45040000
	ENTER(STATUS_KSU_USER | STATUS_CU1)
	TRAP(EXC_RI, .word 0x45040000)
	ENTER(STATUS_KSU_USER | STATUS_CU0)
	.word	0x42000020
	TRAP(EXC_RI, .word 0x42000010)
	TEST_PASS
