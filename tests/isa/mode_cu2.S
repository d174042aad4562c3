/* SPDX-License-Identifier: MIT */
/*
 * rule: CP2 instructions are Coprocessor Unusable with CE = 2 while CU2 = 0; the opcodes of
 *       CP3 are reserved in MIPS III (R4000 UM 5.4, A.7).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	MAP_CODE
.macro unusable word
	TRAP(EXC_CPU, .word \word)
	EXPECT_CAUSE_BITS(CAUSE_CE, 2 << CAUSE_CE_SHIFT)
	ENTER(STATUS_KSU_USER)
	TRAP(EXC_CPU, .word \word)
	EXPECT_CAUSE_BITS(CAUSE_CE, 2 << CAUSE_CE_SHIFT)
.endm
	unusable 0x48000000		# mfc2
	unusable 0x48800000		# mtc2
	unusable 0x48400000		# cfc2
	unusable 0x4a000000		# cop2
	unusable 0xc8000001		# lwc2, unaligned: not looked at
	unusable 0xd8000000		# ldc2
	unusable 0xe8000000		# swc2
	unusable 0xf8000000		# sdc2
	/* COP3 was given up for 64-bit instructions. */
	TRAP(EXC_RI, .word 0x4c000000)
	TRAP(EXC_RI, .word 0xcc000000)
	TRAP(EXC_RI, .word 0xec000000)
	set_status TEXT(STATUS_CU3)
	TRAP(EXC_RI, .word 0x4c000000)
	TEST_PASS
