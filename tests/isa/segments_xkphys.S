/* SPDX-License-Identifier: MIT */
/*
 * rule: xkphys shows physical memory unmapped once for each cache attribute; bits 58..36 must
 *       be zero, else address error; not for user and supervisor mode (R4000 UM 4.2, table 4-3).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	dli	$t0, 0xffffffff80000000 + SCRATCH
	dli	$t1, 0x123456789abcdef0
	sd	$t1, 0($t0)
.macro attribute bits
	dli	$t0, (2 << 62) | (\bits << 59) | SCRATCH
	ld	$t1, 0($t0)
	EXPECT($t1, 0x123456789abcdef0)
.endm
	/* 0, 1, 7 are reserved attributes. */
	attribute 2
	attribute 3
	attribute 4
	attribute 5
	attribute 6
.macro refused address
	dli	$t0, \address
	TRAP(EXC_ADEL, ld $t1, 0($t0))
	EXPECT_RECORD(BADVADDR, \address)
.endm
	refused	0x9000001000000000
	refused	0x9400000000000000
	refused	0x9000010000000000
	refused	0x97fffff000000000
	/* Physical addresses have 36 bits: this one is no memory, but no address error either. */
	dli	$t0, 0x9000000f00000000
	TRAP(EXC_DBE, ld $t1, 0($t0))
	/* With KX = 0 there is no xkphys. */
	dli	$t0, 0x9000000000000000 + SCRATCH
	set_status 0
	TRAP(EXC_ADEL, ld $t1, 0($t0))
	TEST_PASS
