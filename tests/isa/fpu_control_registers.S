/* SPDX-License-Identifier: MIT */
/*
 * rule: FCR31 keeps RM, flags, enables, causes, C and FS, other bits read zero; FCR0 is
 *       read-only with the R4400's implementation 5 (R4000 UM 6.4).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	/* All bits whose cause and enable do not meet: enables without causes, then the reverse. */
	li	$t0, 0xff800fff
	ctc1	$t0, $31
	cfc1	$t1, $31
	EXPECT($t1, 0x01800fff)
	li	$t0, 0x0001f07c
	ctc1	$t0, $31
	cfc1	$t1, $31
	EXPECT($t1, 0x0001f07c)
	ctc1	$zero, $31
	cfc1	$t1, $0
	ctc1	$t0, $0
	cfc1	$t2, $0
	subu	$t3, $t1, $t2
	EXPECT($t3, 0)
	srl	$t1, $t1, 8
	EXPECT($t1, 5)
	EXPECT_RECORD(COUNT, 0)
	TEST_PASS
