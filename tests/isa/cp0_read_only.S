/* SPDX-License-Identifier: MIT */
/*
 * rule: BadVAddr, PRId and Random ignore writes; PRId is an R4400's: implementation 4 (R4000
 *       UM 5.3, 4.3).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	TRAP(EXC_ADEL, lw $t0, 2($zero))
	li	$t0, 0x1234
	dmtc0	$t0, $CP0_BADVADDR
	mtc0	$t0, $CP0_PRID
	hazard
	dmfc0	$t1, $CP0_BADVADDR
	EXPECT($t1, 2)
	mfc0	$t1, $CP0_PRID
	EXPECT($t1, PRID_R4400)
	srl	$t1, $t1, 8
	EXPECT($t1, 4)
	li	$t0, 40
	mtc0	$t0, $CP0_WIRED
	mtc0	$zero, $CP0_RANDOM
	mfc0	$t1, $CP0_RANDOM
	EXPECT($t1, 46)
	TEST_PASS
