/* SPDX-License-Identifier: MIT */
/*
 * rule: With 32-bit addressing a mapped kernel address is sign-extended: its entry has R = 3
 *       and VPN2 bits 39..32 set, and the 64-bit address finds the same (R4000 UM 4.1).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	TLB_ENTRY(1, 0xc00000ffc0010000, PTE(SCRATCH, G | V | D), PTE(0, G), MASK_4K)
	dli	$t0, 0xffffffffc0010000
	li	$t1, 0x66
	set_status 0
	sw	$t1, 0($t0)
	set_status TEST_STATUS
	lw	$t2, 0($t0)
	EXPECT($t2, 0x66)
	TEST_PASS
