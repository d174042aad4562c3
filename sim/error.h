/* SPDX-License-Identifier: MIT */
/*
 * error.h - how a part of the simulator reports what went wrong, and the command's exit codes.
 *
 * A function that can fail takes `struct error *` and returns false (or NULL) after filling it.
 * Only main() prints it and exits.
 */
#pragma once

#include <stdbool.h>

/* Exit codes of the command (docs/command.md). */
enum exit_code {
	EXIT_DONE = 0,
	EXIT_PROGRAM = 1,    /* the program inside reported failure */
	EXIT_USAGE = 2,      /* usage or configuration */
	EXIT_GUEST = 3,      /* a guest panicked or hung */
	EXIT_MONITOR = 4,    /* the monitor panicked or an invariant failed */
	EXIT_BUDGET = 5,     /* cycles, instructions or host time ran out */
	EXIT_DIVERGENCE = 6, /* determinism or replay check failed */
	EXIT_HOST_IO = 7     /* host I/O error */
};

struct error {
	enum exit_code code;
	char text[768]; /* what, where, what to do; no newline at the end */
};

/* Fills `err` (may be NULL) and returns false, so that callers can `return error_set(...)`. */
bool error_set(struct error *err, enum exit_code code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
