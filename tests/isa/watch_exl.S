/* SPDX-License-Identifier: MIT */
/*
 * rule: With EXL or ERL set Watch exceptions are postponed: the access is executed, and the
 *       exception comes before the first instruction that finds both clear, EPC at that
 *       instruction; a write to WatchLo forgets it (R4000 UM 5.4, Watch; R10000 UM 17.3).
 */
#include "tests/isa/harness.h"

#define EXL_STATUS (TEST_STATUS | STATUS_EXL)
#define ERL_STATUS (TEST_STATUS | STATUS_ERL)

TEST_BEGIN
	dla	$t0, data
	li	$t1, 0x1fffffff
	and	$t1, $t0, $t1
	ori	$t1, $t1, 3
	mtc0	$t1, $CP0_WATCHLO
	hazard

	/* Both accesses take place; one exception, when MTC0 clears EXL. */
	li	$t3, TEST_STATUS
	set_status EXL_STATUS
	lw	$t2, 0($t0)
	addiu	$t2, $t2, 1
	sw	$t2, 0($t0)
	EXPECT_RECORD(COUNT, 0)
	TRAP_AT(EXC_WATCH, 0, 1b, 0x180, mtc0 $t3, $CP0_STATUS; 1: addiu $t2, $t2, 1; hazard)
	EXPECT_RECORD(COUNT, 1)
	EXPECT($t2, 8)
	mtc0	$zero, $CP0_WATCHLO
	hazard
	lw	$v0, 0($t0)
	EXPECT($v0, 8)
	EXPECT_RECORD(COUNT, 1)

	/* When ERET clears it: before the instruction returned to. */
	mtc0	$t1, $CP0_WATCHLO
	dla	$v0, 1f
	set_status EXL_STATUS
	dmtc0	$v0, $CP0_EPC
	sw	$t2, 4($t0)
	TRAP_AT(EXC_WATCH, 0, 1b, 0x180, eret; nop; 1: addiu $t2, $t2, 1)
	EXPECT_RECORD(COUNT, 2)
	EXPECT($t2, 8)

	/* It comes before an interrupt, and no earlier than the end of ERL. */
	li	$v0, CAUSE_IP_SOFTWARE
	mtc0	$v0, $CP0_CAUSE
	set_status ERL_STATUS
	lb	$t2, 3($t0)
	set_status EXL_STATUS
	li	$t3, TEST_STATUS | STATUS_IE | STATUS_IM
	EXPECT_RECORD(COUNT, 2)
	TRAP_AT(EXC_WATCH, 0, 1b, 0x180, mtc0 $t3, $CP0_STATUS; 1: nop; hazard)
	mtc0	$zero, $CP0_CAUSE
	EXPECT_RECORD(COUNT, 3)

	/* Writing WatchLo forgets it. */
	set_status EXL_STATUS
	lw	$t2, 0($t0)
	mtc0	$t1, $CP0_WATCHLO
	hazard
	set_status TEST_STATUS
	EXPECT_RECORD(COUNT, 3)

	/* With both clear the access itself raises it, as ever. */
	TRAP(EXC_WATCH, lw $t2, 0($t0))
	TEST_PASS

	.data
	.balign	8
data:	.word	7, 0
