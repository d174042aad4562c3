/* SPDX-License-Identifier: MIT */
/*
 * rule: SYSCALL and BREAK raise their exceptions whatever their code field holds, EPC at the
 *       instruction (R4000 UM 5.4).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	TRAP(EXC_SYS, syscall)
	TRAP(EXC_SYS, syscall 0xfffff)
	TRAP(EXC_BP, break)
	TRAP(EXC_BP, break 0x3ff)
	EXPECT_RECORD(COUNT, 4)
	TEST_PASS
