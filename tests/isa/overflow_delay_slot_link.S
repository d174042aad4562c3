/* SPDX-License-Identifier: MIT */
/*
 * rule: An exception in the slot of a linking jump leaves the link written, so that
 *       restarting at EPC is idempotent (R4000 UM 5.3).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	move	$ra, $zero
	TRAP_AT(EXC_SYS, 1, 1b, 0x180, 1: jal 3f; syscall; 2: nop; 3: nop)
	EXPECT_LABEL($ra, 2b)
	TEST_PASS
