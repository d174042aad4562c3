/* SPDX-License-Identifier: MIT */
/* observers.h - trace, profile and warnings of a run: their options, files and ends. */
#pragma once

#include <stdbool.h>

#include "sim/check/ownership.h"
#include "sim/cmd/move_trace.h"
#include "sim/cmd/options.h"
#include "sim/cmd/output.h"
#include "sim/elf/elf_load.h"
#include "sim/error.h"
#include "sim/inspect/attribution.h"
#include "sim/inspect/measure.h"
#include "sim/machine.h"
#include "sim/trace/coverage.h"
#include "sim/trace/places.h"
#include "sim/trace/profile.h"
#include "sim/trace/trace.h"
#include "sim/trace/undefined.h"

struct observer_options {
	const char *trace;      /* categories, or NULL */
	const char *trace_file; /* or NULL: trace.txt in the results */
	bool profile;
	const char *coverage; /* file, or NULL */
	bool warn;
	bool check_ownership;
	bool places;
	bool attribution; /* of a monitor's time */
	const struct option_list *ranges;
	const struct option_list *measures;
};

struct observers {
	struct trace *trace;
	struct profile *profile;
	struct coverage *coverage;
	FILE *coverage_stream;
	struct places *places;
	struct undefined_checker *undefined;
	struct ownership *ownership;
	struct attribution *attribution; /* NULL: neither a monitor nor measuring */
	struct measure *measure;         /* NULL: nothing */
	struct move_trace moves;         /* of the same one */
	struct output_set *outputs;
	const char *trace_name;
};

/* Starts what the options ask for; its files join `outputs`. */
bool observers_begin(struct observers *observers, const struct observer_options *options,
		     struct output_set *outputs, struct machine *machine,
		     const struct elf_file *symbols, struct error *err);

/* Could one of them not write? Then the run was interrupted, and this tells why. */
bool observers_have_failed(const struct observers *observers);
bool observers_failure(const struct observers *observers, struct error *err);

/* Writes what is known only at the end. */
bool observers_finish(struct observers *observers, struct error *err);

void observers_release(struct observers *observers);
