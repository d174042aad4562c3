/* SPDX-License-Identifier: MIT */
/*
 * rule: Watch compares physical addresses: any mapping of the frame hits, also one used
 *       before the register was written (R4000 UM 5.3, WatchLo).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	TLB_ENTRY(1, 0x10000, PTE(SCRATCH, G | V | D), PTE(SCRATCH, G | V | D), MASK_4K)
	li	$t0, 0x10018
	li	$t1, 0x11018
	dli	$t2, 0x9000000000000000 + SCRATCH + 0x18
	lw	$t3, 0($t0)
	sw	$t3, 0($t1)
	li	$k0, SCRATCH + 0x18 + WATCHLO_R + WATCHLO_W
	mtc0	$k0, $CP0_WATCHLO
	hazard
	TRAP(EXC_WATCH, lw $t3, 0($t0))
	TRAP(EXC_WATCH, sw $t3, 0($t1))
	TRAP(EXC_WATCH, lw $t3, 0($t2))
	/* The address bits of WatchHi belong to it: physical 4 GB further on it misses. */
	li	$k0, 1
	mtc0	$k0, $CP0_WATCHHI
	hazard
	lw	$t3, 0($t0)
	mtc0	$zero, $CP0_WATCHHI
	/* Translation comes first: TLB exceptions win. */
	TLB_ENTRY(1, 0x10000, PTE(SCRATCH, G), PTE(SCRATCH, G | V), MASK_4K)
	TRAP(EXC_TLBL, lw $t3, 0($t0))
	TRAP(EXC_MOD, sw $t3, 0($t1))
	TEST_PASS
