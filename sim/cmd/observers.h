/* SPDX-License-Identifier: MIT */
/* observers.h - trace, profile and warnings of a run: their options, files and ends. */
#pragma once

#include <stdbool.h>

#include "sim/cmd/output.h"
#include "sim/elf/elf_load.h"
#include "sim/error.h"
#include "sim/machine.h"
#include "sim/trace/profile.h"
#include "sim/trace/trace.h"
#include "sim/trace/undefined.h"

struct observer_options {
	const char *trace;      /* categories, or NULL */
	const char *trace_file; /* or NULL: trace.txt in `out` */
	const char *out;        /* results directory, or NULL */
	bool profile;
	bool warn;
};

struct observers {
	struct trace *trace;
	struct profile *profile;
	struct undefined_checker *undefined;
	struct output_file trace_file;
	const char *out;
};

/* Starts what the options ask for. */
bool observers_begin(struct observers *observers, const struct observer_options *options,
		     struct machine *machine, const struct elf_file *symbols, struct error *err);

/* Writes what they saw. False when the host could not, now or during the run. */
bool observers_finish(struct observers *observers, struct error *err);

void observers_release(struct observers *observers);
