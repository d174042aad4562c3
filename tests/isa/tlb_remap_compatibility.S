/* SPDX-License-Identifier: MIT */
/*
 * rule: Entries of the sign-extended kernel segments are replaced like others: nothing of the
 *       old mapping of cksseg and ckseg3 stays (R4000 UM 4.4).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
.macro remap address
	TLB_ENTRY(1, \address, PTE(SCRATCH, G | V | D), PTE(0, G), MASK_4K)
	dli	$t0, \address
	li	$t1, 1
	sw	$t1, 0($t0)
	TLB_ENTRY(1, \address, PTE(SCRATCH + 0x1000, G | V | D), PTE(0, G), MASK_4K)
	lw	$t1, 0($t0)
	EXPECT($t1, 0)
	TLB_ENTRY(1, \address, PTE(SCRATCH, G | V), PTE(0, G), MASK_4K)
	lw	$t1, 0($t0)
	EXPECT($t1, 1)
	TRAP(EXC_MOD, sw $t1, 0($t0))
	TLB_ENTRY(1, 0x30000, PTE(SCRATCH, G | V), PTE(0, G), MASK_4K)
	TRAP_AT(EXC_TLBL, 0, 1b, 0x080, 1: lw $t1, 0($t0))
.endm
	remap	0xffffffffc0010000
	remap	0xffffffffe0010000
	remap	0xffffffffffffe000
	remap	0xc000000000010000
	remap	0xc00000ff7fffe000
	TEST_PASS
