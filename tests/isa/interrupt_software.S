/* SPDX-License-Identifier: MIT */
/*
 * rule: Writing Cause.IP0 or IP1 raises an interrupt while IE, the mask bit are set and EXL,
 *       ERL clear; the handler sees code 0 and both IP bits (R4000 UM 5.4, 15).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	li	$t0, 0x100
	li	$t1, 0x200
	set_status TEXT(TEST_STATUS | STATUS_IE | 0x300)
	TRAP_AT(EXC_INT, 0, 1b, 0x180, mtc0 $t0, $CP0_CAUSE; 1: nop; nop; nop; nop)
	EXPECT_CAUSE_BITS(CAUSE_IP, 0x100)
	mtc0	$zero, $CP0_CAUSE
	set_status TEXT(TEST_STATUS | STATUS_IE | 0x300)
	TRAP_AT(EXC_INT, 0, 1b, 0x180, mtc0 $t1, $CP0_CAUSE; 1: nop; nop; nop; nop)
	EXPECT_CAUSE_BITS(CAUSE_IP, 0x200)
	/* Still pending: it comes again as soon as interrupts are on. */
	li	$t3, TEST_STATUS | STATUS_IE | 0x200
	TRAP_AT(EXC_INT, 0, 1b, 0x180, mtc0 $t3, $CP0_STATUS; 1: nop; nop; nop; nop)
	mtc0	$zero, $CP0_CAUSE
	set_status TEXT(TEST_STATUS | STATUS_IE | 0x300)
	EXPECT_RECORD(COUNT, 3)
	TEST_PASS
