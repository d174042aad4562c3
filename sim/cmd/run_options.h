/* SPDX-License-Identifier: MIT */
/* run_options.h - the options that every subcommand which runs a machine has. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sim/cmd/options.h"

#define RUN_MODE_FAST   0U
#define RUN_MODE_TIMING 1U

struct run_options {
	bool help;
	struct option_list set;

	const char *out; /* results directory, or NULL */
	bool force;
	uint64_t interval_ns; /* of series.csv; 0: the default */
	bool json;
	bool quiet;
	bool dump_registers;

	unsigned mode;       /* RUN_MODE_* */
	uint64_t max_cycles; /* budgets; 0: none */
	uint64_t max_instructions;
	uint64_t max_host_ns;
	const char *input; /* file of what is typed, or NULL */
	const char *save;
	const char *script; /* file of a scripted console, or NULL */
	bool console;       /* the user types */
	const char *record; /* file of what is typed, or NULL */
	const char *replay;

	const char *gdb; /* address, or NULL */
	bool wait;
	const char *trace; /* categories, or NULL */
	const char *trace_file;
	bool profile;
	bool warn;
};

#define RUN_OPTIONS_ROWS 24U

/* Fills the rows of an option table. */
void run_options_fill(struct run_options *options, struct option rows[RUN_OPTIONS_ROWS]);

/* "fast" or "timing". */
const char *run_options_mode(const struct run_options *options);

/* Checks what the table cannot: what goes together, what does not exist yet. */
bool run_options_check(const struct run_options *options, struct error *err);
