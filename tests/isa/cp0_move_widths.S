/* SPDX-License-Identifier: MIT */
/*
 * rule: MTC0 writes and MFC0 reads 32 bits, sign-extended; DMTC0 and DMFC0 64 (R4000 UM A,
 *       MFC0, DMFC0).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	dli	$t0, 0x123456789abcdef0
	dmtc0	$t0, $CP0_EPC
	dmtc0	$t0, $CP0_ERROREPC
	hazard
	dmfc0	$t1, $CP0_EPC
	EXPECT($t1, 0x123456789abcdef0)
	mfc0	$t1, $CP0_EPC
	EXPECT($t1, 0xffffffff9abcdef0)
	dmfc0	$t1, $CP0_ERROREPC
	EXPECT($t1, 0x123456789abcdef0)
	/* MTC0 of a sign-extended address gives the same address. */
	li	$t0, -0x7ffffff0
	mtc0	$t0, $CP0_EPC
	hazard
	dmfc0	$t1, $CP0_EPC
	EXPECT($t1, 0xffffffff80000010)
	/* BadVAddr holds 64 bits. */
	dli	$t0, 0x4000000000000002
	TRAP(EXC_ADEL, lw $t1, 0($t0))
	dmfc0	$t1, $CP0_BADVADDR
	EXPECT($t1, 0x4000000000000002)
	mfc0	$t1, $CP0_BADVADDR
	EXPECT($t1, 2)
	/* 32-bit registers are sign-extended by both. */
	li	$t0, -1
	mtc0	$t0, $CP0_COMPARE
	hazard
	mfc0	$t1, $CP0_COMPARE
	EXPECT($t1, -1)
	TEST_PASS
