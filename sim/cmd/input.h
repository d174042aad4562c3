/* SPDX-License-Identifier: MIT */
/*
 * input.h - what is typed at console 0, from a file.
 *
 * All of it is read before the run and given to the machine at fixed cycles, so that a run with
 * input can be repeated, too.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/error.h"
#include "sim/machine.h"

/* The receive queue is filled up whenever this much simulated time has passed. */
#define INPUT_PERIOD_CYCLES 100000U

struct input {
	uint8_t *bytes;
	size_t size;
	size_t given;
	uint64_t next_cycle; /* when to fill up again */
	bool is_restored;    /* from a checkpoint */
};

/* Reads a file, or standard input ("-") to its end. */
bool input_read(struct input *input, const char *path, struct error *err);

/* Gives the machine as much as it takes now; false if that is nothing. */
bool input_give(struct input *input, struct machine *machine);

/* Is there more to give? */
bool input_remains(const struct input *input);

/* XXH3 of all of it. */
uint64_t input_hash(const struct input *input);

void input_release(struct input *input);
