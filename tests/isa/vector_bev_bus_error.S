/* SPDX-License-Identifier: MIT */
/*
 * rule: With BEV = 1 exceptions go to 0xbfc00200 + offset; this machine has no boot memory
 *       for testmips, so the fetch there is a bus error, again and again at 0xbfc00380 (R4000 UM
 *       5.2, table 5-6).
 * options: --max-cycles 5000
 * ends with: "pc": "0xffffffffbfc00380"
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	/* Jumping there shows what a fetch does. */
	dli	$t0, VECTOR_BASE_BEV
	TRAP_AT(EXC_IBE, 0, VECTOR_BASE_BEV, 0x180, jr $t0; nop)
	EXPECT_RECORD(COUNT, 1)
	set_status TEXT(STATUS_BEV | STATUS_KX)
	syscall
1:	b	1b
	 nop
