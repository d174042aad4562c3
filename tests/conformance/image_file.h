/* SPDX-License-Identifier: MIT */
/*
 * image_file.h - an ELF file with programs in it.
 */
#pragma once

#include <stdbool.h>

#include "tests/conformance/program.h"

/* Writes `path`: the runtime's ELF with `count` programs, at most PROGRAMS_PER_IMAGE. */
bool image_write(const char *runtime, const char *path, struct program *const *programs,
		 unsigned count);
