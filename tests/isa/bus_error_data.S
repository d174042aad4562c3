/* SPDX-License-Identifier: MIT */
/*
 * rule: A load or store that nothing answers raises Bus Error on data (DBE), a fetch on
 *       instructions (IBE); BadVAddr stays (R4000 UM 5.4).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	TRAP(EXC_ADEL, lw $t1, 2($zero))
	dli	$t0, 0xffffffffbd000000
	TRAP(EXC_DBE, lw $t1, 0($t0))
	EXPECT_RECORD(BADVADDR, 2)
	TRAP(EXC_DBE, sb $t1, 0($t0))
	TRAP_AT(EXC_IBE, 0, 0xffffffffbd000000, 0x180, jr $t0; nop)
	EXPECT_RECORD(BADVADDR, 2)
	TEST_PASS
