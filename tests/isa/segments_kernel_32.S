/* SPDX-License-Identifier: MIT */
/*
 * rule: Kernel mode, KX = 0: kuseg, ksseg and kseg3 are mapped, refill vector 0x000; kseg0
 *       and kseg1 go to physical memory unmapped (R4000 UM 4.2, figure 4-6).
 */
#include "tests/isa/segments.inc"

TEST_BEGIN
	MAP_CODE
	mapped	0, 0, 0
	mapped	0, 0x7ffffffc, 0
	mapped	0, 0xffffffffc0000000, 0
	mapped	0, 0xffffffffdffffffc, 0
	mapped	0, 0xffffffffe0000000, 0
	mapped	0, 0xfffffffffffffffc, 0
	/* UX and SX mean nothing here. */
	mapped	STATUS_UX | STATUS_SX, 0xffffffffc0000000, 0
	dli	$t0, 0xffffffff80000000 + SCRATCH
	dli	$t1, 0xffffffffa0000000 + SCRATCH
	li	$t2, 0x1234
	ENTER(0)
	sw	$t2, 0($t0)
	lw	$t3, 0($t1)
	CALL_KERNEL
	EXPECT($t3, 0x1234)
	TEST_PASS
