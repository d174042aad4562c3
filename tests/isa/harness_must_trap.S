/* SPDX-License-Identifier: MIT */
/*
 * rule: none: expects an exception that does not come; ctest must see it fail.
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	TRAP(EXC_OV, addu $t0, $zero, $zero)
	TEST_PASS
