/* SPDX-License-Identifier: MIT */
/*
 * batch.h - the programs of one ELF image: generated, run everywhere, taken apart.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tests/conformance/outcome.h"
#include "tests/conformance/program.h"
#include "tests/conformance/simulator.h"

struct batch_options {
	uint64_t seed;
	const char *runtime_big;
	const char *runtime_little;
	const char *directory; /* for the ELF file */
	bool keep;             /* leave the ELF file there */
	struct simulator_paths paths;
};

struct batch {
	struct program *programs[PROGRAMS_PER_IMAGE];
	struct outcome outcomes[SIMULATORS][PROGRAMS_PER_IMAGE];
	unsigned count;
	bool ran[SIMULATORS];
	double cpu_seconds[SIMULATORS];
	bool failed; /* a simulator ended badly or did not end */
};

/*
 * Runs programs first .. first + count - 1, which must belong to one image; every fourth image is
 * little-endian. False with a message if that is not possible. batch_free() in any case.
 */
bool batch_run(struct batch *batch, const struct batch_options *options, unsigned first,
	       unsigned count);
void batch_free(struct batch *batch);
