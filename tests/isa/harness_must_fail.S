/* SPDX-License-Identifier: MIT */
/*
 * rule: none: this case is wrong on purpose, and ctest must see it fail.
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	li	$t0, 1
	EXPECT($t0, 1)
	EXPECT($t0, 2)
	TEST_PASS
