/* SPDX-License-Identifier: MIT */
/*
 * rule: J and JAL keep the upper bits of the delay slot's address: 256 MB regions (R4000 UM
 *       A, J).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	/* The program at 0x10000000: the same low 28 bits as in KSEG0, so J's field serves both. */
	TLB_ENTRY(0, 0x10000000, PTE(0, G | V), PTE(0, G), MASK_16M)
	dla	$t1, 1f + 0x90000000
	jr	$t1
	 nop
1:	j	2f
	 nop
	nop
2:	jal	3f
	 nop
0:	nop
3:	dla	$t2, 4f
	jr	$t2
	 nop
4:	EXPECT_LABEL($ra, 0b + 0x90000000)
	TEST_PASS
