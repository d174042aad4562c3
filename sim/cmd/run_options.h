/* SPDX-License-Identifier: MIT */
/* run_options.h - the options that every subcommand which runs a machine has. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sim/cmd/options.h"

#define RUN_MODE_FAST   0U
#define RUN_MODE_TIMING 1U

struct run_options {
	struct option_list set;
	struct option_list symbols;  /* files with more of them */
	struct option_list ranges;   /* misses by range of addresses */
	struct option_list measures; /* of guests' kernels */

	const char *out;      /* results directory, or NULL */
	uint64_t interval_ns; /* of series.csv; 0: the default */
	uint64_t max_cycles;  /* budgets; 0: none */
	uint64_t max_instructions;
	uint64_t max_host_ns;
	const char *input; /* file of what is typed, or NULL */
	const char *save;
	const char *script; /* file of a scripted console, or NULL */
	const char *record; /* file of what is typed, or NULL */
	const char *capture;
	const char *replay;
	const char *gdb;   /* address, or NULL */
	const char *trace; /* categories, or NULL */
	const char *trace_file;
	const char *coverage; /* file, or NULL */

	unsigned mode; /* RUN_MODE_* */
	bool help;
	bool force;
	bool json;
	bool quiet;
	bool dump_registers;
	bool console; /* the user types */
	bool display; /* a window with the frame buffer */
	bool frames;  /* its pictures as files */
	bool wait;
	bool profile;
	bool places; /* misses by symbol */
	bool warn;
	bool check_ownership;
};

#define RUN_OPTIONS_ROWS 33U

/* Fills the rows of an option table. */
void run_options_fill(struct run_options *options, struct option rows[RUN_OPTIONS_ROWS]);

/* "fast" or "timing". */
const char *run_options_mode(const struct run_options *options);

/* Checks what the table cannot: what goes together, what does not exist yet. */
bool run_options_check(const struct run_options *options, struct error *err);
