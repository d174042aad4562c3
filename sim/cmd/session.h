/* SPDX-License-Identifier: MIT */
/*
 * session.h - a machine's run from its options to its report; the same for every subcommand.
 *
 * The subcommand builds the machine and loads it, then: session_begin, session_run, session_end,
 * session_release.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "sim/cmd/capture.h"
#include "sim/cmd/console_sink.h"
#include "sim/cmd/input.h"
#include "sim/cmd/keyboard.h"
#include "sim/cmd/observers.h"
#include "sim/cmd/output.h"
#include "sim/cmd/panic_watch.h"
#include "sim/cmd/progress.h"
#include "sim/cmd/run_options.h"
#include "sim/cmd/saver.h"
#include "sim/cmd/script.h"
#include "sim/cmd/series.h"
#include "sim/cmd/show.h"
#include "sim/cmd/typed_log.h"
#include "sim/elf/elf_load.h"
#include "sim/gdb/gdb.h"

struct session {
	/* Set by the subcommand; not owned. */
	const struct run_options *options;
	struct machine *machine;
	const struct elf_file *symbols; /* for messages, traces, profiles; may be NULL */
	const char *panic_text;         /* `panic` of the configuration; NULL: auto */
	bool has_subnet;                /* its virtual machines have network devices */
	uint64_t typed_entries;         /* what the machine of a checkpoint has got of them */

	/* How the run was configured, for checkpoints; set after session_begin(), then owned. */
	json_t *origin;

	struct console_sink sink;
	struct saver saver;
	struct series series;
	struct capture capture;
	struct saver script_saver;
	struct progress progress;
	struct input input;
	struct script script;
	struct keyboard keyboard;
	struct typed_log replay;
	struct panic_watch panic;
	struct show show;
	struct observers observers;
	struct output_set outputs;
	struct gdb_server *gdb;

	/* The run's end. */
	struct stop stop;
	bool is_out_of_host_time;
	bool has_quit;     /* the user, now or in the run that is replayed */
	bool has_diverged; /* from the run that is replayed */
	double host_seconds;
};

/* Opens all that the options name. */
bool session_begin(struct session *session, struct error *err);

/* Runs the machine to its end, showing progress. */
void session_run(struct session *session);

/*
 * Judges the run and writes its results; `config` describes the machine and its program. True if
 * all is well: otherwise the error has the exit code and the last line of stderr.
 */
bool session_end(struct session *session, json_t *config, struct error *err);

void session_release(struct session *session);

/* Seconds of the host since some moment. */
double session_host_time(void);
