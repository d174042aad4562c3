/* SPDX-License-Identifier: MIT */
/*
 * batch.h - writes vectors for the simulated CPU (record.h).
 */
#pragma once

#include <stdio.h>

#include "tests/fpu/expect.h"

struct batch {
	FILE *file;
	bool is_little;
	uint32_t count;
	uint64_t random;
};

/* Appends a record; false if the file cannot be written. `fcsr` without flags and condition. */
bool batch_add(struct batch *batch, const struct operation *operation, const struct vector *vector,
	       uint32_t fcsr, const struct expectation *e);
