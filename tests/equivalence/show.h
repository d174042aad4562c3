/* SPDX-License-Identifier: MIT */
/* show.h - the records of two runs of one program side by side, from the first that differs. */
#pragma once

#include "tests/conformance/program.h"
#include "tests/equivalence/run.h"

void show_difference(const struct program *program, const char *oracle, const char *monitor,
		     const char *way);
