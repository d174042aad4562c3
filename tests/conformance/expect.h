/* SPDX-License-Identifier: MIT */
/*
 * expect.h - what the manual says about a step, where the generator knows it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "tests/conformance/outcome.h"
#include "tests/conformance/program.h"

/* The records of the step are those that step.expected asks for. */
bool expect_matches(const struct program *program, const struct step *step,
		    const struct record *records, size_t count);
