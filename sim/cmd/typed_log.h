/* SPDX-License-Identifier: MIT */
/*
 * typed_log.h - what was typed and when, so that an interactive run can be repeated.
 *
 * The first line tells how many entries came before, in the runs that led to a checkpoint. Then
 * there is a line for each time that the guest got something: the cycle, or "sleep" and the cycle
 * where every CPU slept, and the bytes in hexadecimal digits, or "quit". docs/console.md.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "sim/error.h"
#include "sim/machine.h"

/* Begins a log of a machine that has got `done` entries. */
void typed_log_begin(FILE *log, uint64_t done);

/* Adds a line; no bytes: the user quit. */
void typed_log_write(FILE *log, bool is_wake, uint64_t cycle, const uint8_t *bytes, size_t size);

struct typed_entry {
	uint64_t cycle;
	bool is_wake;
	size_t first; /* of its bytes */
	size_t count; /* 0: the run ends here */
};

struct typed_log {
	struct typed_entry *entry;
	size_t count;
	size_t position; /* the next one */
	uint64_t given;  /* by this run */
	uint8_t *bytes;
	size_t size;
};

/* Reads --replay for a machine that has got `done` entries already. */
bool typed_log_read(struct typed_log *log, const char *path, uint64_t done, struct error *err);
void typed_log_release(struct typed_log *log);

/* Is there more to type, and does it wait for a cycle? */
bool typed_log_remains(const struct typed_log *log);
bool typed_log_waits(const struct typed_log *log);

/* Is the next entry the end of the run? */
bool typed_log_quits(const struct typed_log *log);

/* Types the next entry. False: the guest did not take it as it did in the run that was recorded. */
bool typed_log_give(struct typed_log *log, struct machine *machine);
