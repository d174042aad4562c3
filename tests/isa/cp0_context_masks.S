/* SPDX-License-Identifier: MIT */
/*
 * rule: Of Context and XContext only PTEBase can be written; BadVPN2 and R are the hardware's
 *       (R4000 UM 5.3).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	TRAP_AT(EXC_TLBL, 0, 1b, 0x080, 1: lw $t0, 0x6000($zero))
	dli	$t0, -1
	dmtc0	$t0, $CP0_CONTEXT
	dmtc0	$t0, $CP0_XCONTEXT
	hazard
	dmfc0	$t1, $CP0_CONTEXT
	EXPECT($t1, 0xffffffffff800030)
	dmfc0	$t1, $CP0_XCONTEXT
	EXPECT($t1, 0xfffffffe00000030)
	dmtc0	$zero, $CP0_CONTEXT
	dmtc0	$zero, $CP0_XCONTEXT
	hazard
	dmfc0	$t1, $CP0_CONTEXT
	EXPECT($t1, 0x30)
	dmfc0	$t1, $CP0_XCONTEXT
	EXPECT($t1, 0x30)
	TEST_PASS
