/* SPDX-License-Identifier: MIT */
/*
 * rule: Two matching entries set Status.TS and make the TLB unusable: nothing matches any
 *       more until reset (R4000 UM 5.3, TS; 4.1).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	TLB_ENTRY(1, 0x10000, PTE(SCRATCH, G | V | D), PTE(SCRATCH, G | V | D), MASK_4K)
	TLB_ENTRY(2, 0x20000, PTE(SCRATCH, G | V | D), PTE(SCRATCH, G | V | D), MASK_4K)
	li	$t0, 0x10000
	lw	$t1, 0($t0)
	mfc0	$t1, $CP0_STATUS
	EXPECT($t1, TEST_STATUS)
	TLB_ENTRY(2, 0x10000, PTE(SCRATCH, G | V | D), PTE(SCRATCH, G | V | D), MASK_4K)
	TRAP_AT(EXC_TLBL, 0, 1b, 0x080, 1: lw $t1, 0($t0))
	mfc0	$t1, $CP0_STATUS
	EXPECT($t1, TEST_STATUS | STATUS_TS)
	/* TS cannot be cleared by software, and a repaired TLB does not help. */
	TLB_ENTRY(2, 0x20000, PTE(SCRATCH, G | V | D), PTE(SCRATCH, G | V | D), MASK_4K)
	set_status TEST_STATUS
	TRAP_AT(EXC_TLBL, 0, 1b, 0x080, 1: lw $t1, 0($t0))
	mfc0	$t1, $CP0_STATUS
	EXPECT($t1, TEST_STATUS | STATUS_TS)
	TEST_PASS
