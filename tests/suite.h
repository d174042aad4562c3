/* SPDX-License-Identifier: MIT */
/*
 * suite.h - how a unit test ends: runs its suite and says what main() returns. What is printed is
 * chosen with CK_VERBOSITY in the environment.
 */
#pragma once

#include <check.h>
#include <stdlib.h>

static inline int suite_run(Suite *suite)
{
	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_ENV);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
