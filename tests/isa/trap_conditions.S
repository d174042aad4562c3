/* SPDX-License-Identifier: MIT */
/*
 * rule: TEQ, TGE, TGEU, TLT, TLTU, TNE and their immediate forms trap when the condition
 *       holds, on all 64 bits, immediates sign-extended (R4000 UM A, TEQ).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	li	$t0, -1
	li	$t1, 1
	dli	$t2, 0x100000001
	TRAP(EXC_TR, teq $t1, $t1)
	TRAP(EXC_TR, tne $t1, $t2)
	TRAP(EXC_TR, tge $t1, $t0)
	TRAP(EXC_TR, tgeu $t0, $t1)
	TRAP(EXC_TR, tge $t1, $t1)
	TRAP(EXC_TR, tgeu $t1, $t1)
	TRAP(EXC_TR, tlt $t0, $t1)
	TRAP(EXC_TR, tltu $t1, $t0)
	TRAP(EXC_TR, teqi $t0, -1)
	TRAP(EXC_TR, tnei $t2, 1)
	TRAP(EXC_TR, tgei $t1, -1)
	TRAP(EXC_TR, tgeiu $t0, -2)
	TRAP(EXC_TR, tlti $t0, 0)
	TRAP(EXC_TR, tltiu $t1, -1)
	TRAP(EXC_TR, tltiu $t2, -1)
	teq	$t1, $t2
	tne	$t1, $t1
	tge	$t0, $t1
	tgeu	$t1, $t0
	tlt	$t1, $t1
	tltu	$t1, $t1
	tlt	$t1, $t0
	tltu	$t0, $t1
	teqi	$t2, 1
	tnei	$t0, -1
	tgei	$t0, 0
	tgeiu	$t1, -1
	tgeiu	$t2, -1
	tlti	$t1, 1
	tltiu	$t0, -1
	TEST_PASS
