/* SPDX-License-Identifier: MIT */
/*
 * rule: A load or store of the watched physical doubleword raises Watch before it is
 *       executed: R for loads, W for stores (R4000 UM 5.3, WatchLo; 5.4).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	dla	$t0, data
	li	$t1, 0x1fffffff
	and	$t1, $t0, $t1		# physical
	li	$t2, 0x55
.macro watch bits
	ori	$k0, $t1, \bits
	mtc0	$k0, $CP0_WATCHLO
	hazard
.endm
	watch	WATCHLO_R
	TRAP(EXC_WATCH, lw $t2, 0($t0))
	EXPECT($t2, 0x55)
	TRAP(EXC_WATCH, lb $t2, 7($t0))
	TRAP(EXC_WATCH, ld $t2, 0($t0))
	TRAP(EXC_WATCH, ll $t2, 4($t0))
	TRAP(EXC_WATCH, lwl $t2, 3($t0))
	TRAP(EXC_WATCH, ldc1 $f0, 0($t0))
	EXPECT($t2, 0x55)
	sw	$t2, 0($t0)
	lw	$t3, 8($t0)
	lw	$t3, -4($t0)
	watch	WATCHLO_W
	lw	$t3, 0($t0)
	EXPECT($t3, 0x55)
	TRAP(EXC_WATCH, sw $zero, 0($t0))
	TRAP(EXC_WATCH, sb $zero, 5($t0))
	TRAP(EXC_WATCH, swr $zero, 2($t0))
	TRAP(EXC_WATCH, sdc1 $f0, 0($t0))
	sw	$zero, 8($t0)
	sw	$zero, -4($t0)
	watch	0
	lw	$t3, 0($t0)
	EXPECT($t3, 0x55)
	sw	$t2, 4($t0)
	/* In a delay slot. */
	watch	(WATCHLO_R|WATCHLO_W)
	TRAP_AT(EXC_WATCH, 1, 1b, 0x180, 1: b 2f; lw $t2, 0($t0); 2: nop)
	TEST_PASS

	.data
	.balign	16
	.dword	0
data:	.dword	0
	.dword	0
