/* SPDX-License-Identifier: MIT */
/*
 * rule: With ERL = 1 and EXL = 0 an exception is taken as usual: EPC is written, and a miss
 *       uses the refill vector (R4000 UM 5.2, figure 5-14: only EXL is looked at).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	dli	$t0, 0xffffffffc0010000
	arm	2f
	set_status TEXT(STATUS_ERL | STATUS_KX)
1:	lw	$t1, 0($t0)
2:	EXPECT($s7, 0)
	EXPECT_RECORD_LABEL(EPC, 1b)
	EXPECT_RECORD(VECTOR, 0x080)
	EXPECT_RECORD(STATUS, STATUS_ERL | STATUS_EXL | STATUS_KX)
	TEST_PASS
