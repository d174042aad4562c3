/* SPDX-License-Identifier: MIT */
/*
 * rule: Status: all fields are writable but TS and the zeros; values return as written (R4000
 *       UM 5.3, Status).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	/* With ERL and EXL set this stays kernel mode; IE is left out for the timer, RE for itself. */
	SET_EXL
	li	$t0, 0xff07ffff & ~(STATUS_IE | STATUS_RE)
	mtc0	$t0, $CP0_STATUS
	hazard
	mfc0	$t1, $CP0_STATUS
	set_status TEST_STATUS
	EXPECT($t1, 0xfffffffffc07fffe)
	li	$t0, STATUS_TS
	mtc0	$t0, $CP0_STATUS
	hazard
	mfc0	$t1, $CP0_STATUS
	set_status TEST_STATUS
	EXPECT($t1, 0)
	li	$t0, STATUS_BEV | STATUS_SR | STATUS_RE | STATUS_RP
	mtc0	$t0, $CP0_STATUS
	hazard
	mfc0	$t1, $CP0_STATUS
	set_status TEST_STATUS
	EXPECT($t1, STATUS_BEV | STATUS_SR | STATUS_RE | STATUS_RP)
	TEST_PASS
