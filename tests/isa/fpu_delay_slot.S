/* SPDX-License-Identifier: MIT */
/*
 * rule: A floating-point exception in a delay slot has BD set and EPC at the branch; one
 *       before the branch has its own EPC: exceptions are precise (R4000 UM 7.1).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	li	$t0, 0x8 << 7			# division by zero
	ctc1	$t0, $31
	lui	$t1, 0x3f80
	mtc1	$t1, $f4
	mtc1	$zero, $f6
	TRAP_AT(EXC_FPE, 1, 1b, 0x180, 1: b 2f; div.s $f8, $f4, $f6; 2: nop)
	TRAP_AT(EXC_FPE, 0, 1b, 0x180, 1: div.s $f8, $f4, $f6; b 2f; nop; 2: nop)
	TRAP_AT(EXC_FPE, 1, 1b, 0x180, 1: bc1f 2f; div.s $f8, $f4, $f6; 2: nop)
	/* FPE is its own code and leaves CE and BadVAddr alone. */
	EXPECT_CAUSE_BITS(CAUSE_CE, 0)
	EXPECT_RECORD(BADVADDR, 0)
	TEST_PASS
