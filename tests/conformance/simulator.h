/* SPDX-License-Identifier: MIT */
/*
 * simulator.h - starts the simulators on an ELF file and collects what they print.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "tests/conformance/program.h"

struct simulator_run {
	char *text; /* what it printed, NUL-terminated; freed by the caller */
	size_t length;
	double cpu_seconds;
	int status; /* as of waitpid() */
	bool timed_out;
};

struct simulator_paths {
	const char *mirrorball; /* the command; NULL: not run */
	bool qemu;
	bool gxemul;
	unsigned timeout_seconds;
};

/*
 * Runs `elf` on the simulators that `paths` names, all at once; those not named have text NULL.
 * False with a message if one cannot be started.
 */
bool simulator_run_all(const struct simulator_paths *paths, const char *elf, bool big,
		       struct simulator_run runs[SIMULATORS]);
