/* SPDX-License-Identifier: MIT */
/*
 * rule: CACHE is a CP0 instruction: unusable without CU0 outside kernel mode; in kernel mode
 *       every operation on cached code and data keeps memory as it is (R4000 UM A, CACHE).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	MAP_CODE
	dla	$t0, data
	ENTER(STATUS_KSU_USER)
	TRAP(EXC_CPU, cache 0, 0($t0))
	/* Hit_Writeback and its family, index write-backs: memory is as stored. */
	li	$t1, 0x55
	sw	$t1, 0($t0)
	nop				# CACHE on a line just stored to comes too early
	nop
	cache	0x19, 0($t0)
	cache	0x15, 0($t0)
	cache	0x01, 0($t0)
	cache	0x10, 0($t0)
	cache	0x00, 0($t0)
	lw	$t2, 0($t0)
	EXPECT($t2, 0x55)
	ENTER(STATUS_KSU_USER | STATUS_CU0)
	li	$t0, USER_BASE
	cache	0x15, 0($t0)
	CALL_KERNEL
	TEST_PASS

	.data
	.balign	32
data:	.word	0
