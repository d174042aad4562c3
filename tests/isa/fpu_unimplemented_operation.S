/* SPDX-License-Identifier: MIT */
/*
 * rule: Encodings of CP1 without an operation raise Unimplemented (floating-point exception
 *       with cause E), not Reserved Instruction (R4000 UM 7.4).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
.macro unimplemented word
	ctc1	$zero, $31
	TRAP(EXC_FPE, .word \word)
	cfc1	$t2, $31
	EXPECT($t2, FCSR_CAUSE_E)
.endm
	unimplemented 0x4600001e		# function 30 does not exist
	unimplemented 0x46200011		# function 17, a conditional move of MIPS IV
	unimplemented 0x46800000		# add.w
	unimplemented 0x46a00000		# add.l
	unimplemented 0x46400000		# format 18
	unimplemented 0x46e00000		# format 23
	TEST_PASS
