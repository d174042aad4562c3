/* SPDX-License-Identifier: MIT */
/*
 * rule: Undefined encodings raise Reserved Instruction: opcodes, SPECIAL functions, REGIMM
 *       codes, COP0 functions (R4000 UM 5.4, A.7).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	TRAP(EXC_RI, .word 0x70000000)		/* opcode 28 */
	TRAP(EXC_RI, .word 0x74000000)		/* 29 */
	TRAP(EXC_RI, .word 0x78000000)		/* 30 */
	TRAP(EXC_RI, .word 0x7c000000)		/* 31 */
	TRAP(EXC_RI, .word 0x00000001)		/* SPECIAL 1: MOVCI of MIPS IV */
	TRAP(EXC_RI, .word 0x00000005)
	TRAP(EXC_RI, .word 0x0000000a)		/* MOVZ */
	TRAP(EXC_RI, .word 0x0000000b)		/* MOVN */
	TRAP(EXC_RI, .word 0x0000000e)
	TRAP(EXC_RI, .word 0x00000015)
	TRAP(EXC_RI, .word 0x00000028)
	TRAP(EXC_RI, .word 0x00000029)
	TRAP(EXC_RI, .word 0x00000035)
	TRAP(EXC_RI, .word 0x00000037)
	TRAP(EXC_RI, .word 0x00000039)
	TRAP(EXC_RI, .word 0x0000003d)
	TRAP(EXC_RI, .word 0x04040000)		/* REGIMM 4 */
	TRAP(EXC_RI, .word 0x040d0000)
	TRAP(EXC_RI, .word 0x040f0000)
	TRAP(EXC_RI, .word 0x04140000)
	TRAP(EXC_RI, .word 0x041f0000)
	TEST_PASS
