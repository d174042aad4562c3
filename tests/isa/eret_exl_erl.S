/* SPDX-License-Identifier: MIT */
/*
 * rule: ERET with ERL = 1 goes to ErrorEPC and clears ERL only; with ERL = 0 it goes to EPC
 *       and clears EXL; no delay slot (R4000 UM A, ERET).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	li	$t2, 0
	dla	$t0, 1f
	dla	$t1, 2f
	dmtc0	$t0, $CP0_ERROREPC
	dmtc0	$t1, $CP0_EPC
	set_status TEXT(STATUS_ERL | STATUS_EXL | STATUS_KX)
	eret
	addiu	$t2, $t2, 1		# not a delay slot
1:	mfc0	$t3, $CP0_STATUS
	EXPECT($t3, STATUS_EXL | STATUS_KX)
	eret
	addiu	$t2, $t2, 1
2:	mfc0	$t3, $CP0_STATUS
	EXPECT($t3, STATUS_KX)
	EXPECT($t2, 0)
	TEST_PASS
