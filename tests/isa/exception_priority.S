/* SPDX-License-Identifier: MIT */
/*
 * rule: Of several exceptions of one instruction the manual's order decides: fetch address
 *       error, fetch TLB; unusable coprocessor; data address error, TLB refill, invalid, modified;
 *       Watch; bus error (R4000 UM 5.4, table 5-8).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	/* Fetch: unaligned and unmapped. */
	li	$t0, 0x20002
	TRAP_AT(EXC_ADEL, 0, 0x20002, 0x180, jr $t0; nop)
	/* Unusable before a data address error. */
	set_status STATUS_KX
	TRAP(EXC_CPU, lwc1 $f0, 1($zero))
	/* Unaligned before unmapped; outside all segments, too. */
	TRAP(EXC_ADES, sw $t0, 1($t0))
	/* Watch before bus error: physical 0x1d000000 is nothing. */
	li	$t1, 0x1d000000 | WATCHLO_R | WATCHLO_W
	mtc0	$t1, $CP0_WATCHLO
	hazard
	dli	$t2, 0xffffffffbd000000
	TRAP(EXC_WATCH, lw $t3, 0($t2))
	TRAP(EXC_ADEL, lw $t3, 2($t2))
	mtc0	$zero, $CP0_WATCHLO
	hazard
	TRAP(EXC_DBE, lw $t3, 0($t2))
	TEST_PASS
