/* SPDX-License-Identifier: MIT */
/* run_options.c - the table of options common to run, exec and resume. */
#include "sim/cmd/run_options.h"

#include <string.h>

#include "sim/cmd/saver.h"
#include "sim/trace/trace.h"

/* JSON's integers. */
#define COUNT_MAX     INT64_MAX
#define INTERVAL_MIN  1000U
#define INTERVAL_MAX  (3600ULL * 1000000000)
#define HOST_TIME_MIN 1000000U
#define HOST_TIME_MAX (1000ULL * 3600 * 1000000000)

static const char *const mode_names[] = { "fast", "timing", NULL };

void run_options_fill(struct run_options *o, struct option rows[RUN_OPTIONS_ROWS])
{
	const struct option table[RUN_OPTIONS_ROWS] = {
		{ "--set", OPTION_LIST, &o->set, "KEY=VALUE",
		  "set a key of the configuration (below); repeatable", 0, 0, NULL },
		{ "--mode", OPTION_CHOICE, &o->mode, "MODE",
		  "fast: every instruction takes a cycle; timing: caches and network", 0, 0,
		  mode_names },
		{ "--max-cycles", OPTION_NUMBER, &o->max_cycles, "N",
		  "end with code 5 at this cycle", 1, COUNT_MAX, NULL },
		{ "--max-instructions", OPTION_NUMBER, &o->max_instructions, "N",
		  "end with code 5 after this many of all CPUs", 1, COUNT_MAX, NULL },
		{ "--max-host-time", OPTION_TIME, &o->max_host_ns, "TIME",
		  "end with code 5 after this time on the host", HOST_TIME_MIN, HOST_TIME_MAX,
		  NULL },
		{ "--input", OPTION_TEXT, &o->input, "FILE",
		  "what is typed at console 0; - is standard input", 0, 0, NULL },
		{ "--console", OPTION_FLAG, &o->console, NULL,
		  "type at console 0 yourself; Ctrl-A x quits (docs/console.md)", 0, 0, NULL },
		{ "--capture", OPTION_TEXT, &o->capture, "FILE",
		  "write the frames of the machine's network there, for tcpdump", 0, 0, NULL },
		{ "--record", OPTION_TEXT, &o->record, "FILE",
		  "with --console: write what is typed, and when", 0, 0, NULL },
		{ "--replay", OPTION_TEXT, &o->replay, "FILE",
		  "type what --record wrote, at the same cycles", 0, 0, NULL },
		{ "--script", OPTION_TEXT, &o->script, "FILE.lua",
		  "steps of a scripted console: wait for text, send text", 0, 0, NULL },
		{ "--display", OPTION_FLAG, &o->display, NULL,
		  "show the frame buffer in a window, whose keys type at console 0", 0, 0, NULL },
		{ "--frames", OPTION_FLAG, &o->frames, NULL,
		  "keep the pictures that the guest presents, and the last, in --out", 0, 0, NULL },
		{ "--out", OPTION_TEXT, &o->out, "DIR", "write the results into a new directory", 0,
		  0, NULL },
		{ "--interval", OPTION_TIME, &o->interval_ns, "TIME",
		  "simulated time between two samples in series.csv (default 10ms)", INTERVAL_MIN,
		  INTERVAL_MAX, NULL },
		{ "--force", OPTION_FLAG, &o->force, NULL, "replace the results that are in --out",
		  0, 0, NULL },
		{ "--json", OPTION_FLAG, &o->json, NULL,
		  "one JSON document on stdout, consoles go to --out or into it", 0, 0, NULL },
		{ "--quiet", OPTION_FLAG, &o->quiet, NULL, "no summary, no progress, no hints", 0,
		  0, NULL },
		{ "--dump-registers", OPTION_FLAG, &o->dump_registers, NULL,
		  "the final registers as JSON on stdout", 0, 0, NULL },
		{ "--gdb", OPTION_TEXT, &o->gdb, "[ADDRESS:]PORT",
		  "let a debugger connect there (docs/gdb.md)", 0, 0, NULL },
		{ "--wait", OPTION_FLAG, &o->wait, NULL, "with --gdb: stand still until it has", 0,
		  0, NULL },
		{ "--trace", OPTION_TEXT, &o->trace, "WHAT",
		  "insn,exc,tlb,mem,dev or all, to --trace-file or trace.txt in --out", 0, 0,
		  NULL },
		{ "--trace-file", OPTION_TEXT, &o->trace_file, "FILE", "where --trace goes", 0, 0,
		  NULL },
		{ "--profile", OPTION_FLAG, &o->profile, NULL,
		  "profile.txt and profile.folded in --out; without, flat to stderr", 0, 0, NULL },
		{ "--coverage", OPTION_TEXT, &o->coverage, "FILE",
		  "write from where to where code in the unmapped segments went", 0, 0, NULL },
		{ "--symbols", OPTION_LIST, &o->symbols, "FILE",
		  "ELF file of a user's program or of a kernel in a VM: its symbols; repeatable", 0,
		  0, NULL },
		{ "--places", OPTION_FLAG, &o->places, NULL,
		  "timing mode: misses and stalls by the program's symbols", 0, 0, NULL },
		{ "--range", OPTION_LIST, &o->ranges, "NAME=ADDRESS+SIZE",
		  "timing mode: misses and stalls of physical addresses; repeatable", 0, 0, NULL },
		{ "--measure", OPTION_LIST, &o->measures, "NAME=FUNCTION",
		  "how often a guest's kernel does it, and whose time that is "
		  "(docs/statistics.md); "
		  "repeatable",
		  0, 0, NULL },
		{ "--warn", OPTION_FLAG, &o->warn, NULL,
		  "say on stderr where the program does what the manual calls undefined", 0, 0,
		  NULL },
		{ "--check-ownership", OPTION_FLAG, &o->check_ownership, NULL,
		  "hold TLB writes and DMA against the pages that a monitor gives its VMs", 0, 0,
		  NULL },
		{ "--save", OPTION_TEXT, &o->save, "FILE@CYCLE",
		  "write a checkpoint at this cycle, for mirrorball resume", 0, 0, NULL },
		{ "--help", OPTION_FLAG, &o->help, NULL, "print this", 0, 0, NULL },
	};

	memcpy(rows, table, sizeof(table));
}

static bool check_trace(const struct run_options *o, struct error *err)
{
	unsigned categories;

	if (o->coverage != NULL && o->profile) {
		return error_set(err, EXIT_USAGE, "--coverage does not go together with --profile");
	}
	if (o->trace_file != NULL && o->trace == NULL) {
		return error_set(err, EXIT_USAGE, "--trace-file without --trace");
	}
	if (o->trace == NULL) {
		return true;
	}
	if (o->trace_file == NULL && o->out == NULL) {
		return error_set(err, EXIT_USAGE,
				 "--trace needs a place: --trace-file FILE or --out DIR");
	}
	return trace_parse(o->trace, &categories, err);
}

const char *run_options_mode(const struct run_options *options)
{
	return mode_names[options->mode];
}

/* The first option that types at the console; NULL if nobody does. */
static const char *who_types(const struct run_options *o)
{
	return o->input != NULL    ? "--input"
	       : o->script != NULL ? "--script"
	       : o->replay != NULL ? "--replay"
	       : o->console        ? "--console"
				   : NULL;
}

static bool check_typing(const struct run_options *o, struct error *err)
{
	if (o->input != NULL && strcmp(who_types(o), "--input") == 0 &&
	    (o->script != NULL || o->replay != NULL || o->console)) {
		return error_set(err, EXIT_USAGE, "--input does not go together with %s",
				 o->script != NULL   ? "--script"
				 : o->replay != NULL ? "--replay"
						     : "--console");
	}
	if (o->console && o->replay != NULL) {
		return error_set(err, EXIT_USAGE, "--console does not go together with --replay");
	}
	if (o->display && (o->replay != NULL || o->input != NULL || o->gdb != NULL)) {
		return error_set(err, EXIT_USAGE, "--display does not go together with %s",
				 o->replay != NULL  ? "--replay"
				 : o->input != NULL ? "--input"
						    : "--gdb");
	}
	if (o->frames && o->out == NULL) {
		return error_set(err, EXIT_USAGE, "--frames needs --out DIR for its files");
	}
	if (o->console && o->json && o->out == NULL) {
		return error_set(err, EXIT_USAGE,
				 "--console does not go together with --json: its output would "
				 "be in the document");
	}
	if (o->record != NULL && !o->console && !o->display) {
		return error_set(err, EXIT_USAGE, "--record without --console or --display");
	}
	return true;
}

bool run_options_check(const struct run_options *o, struct error *err)
{
	if (o->save != NULL && o->gdb != NULL) {
		return error_set(err, EXIT_USAGE, "--gdb does not go together with --save");
	}
	if (o->save != NULL && o->check_ownership) {
		return error_set(err, EXIT_USAGE,
				 "--check-ownership does not go together with --save: its list is "
				 "not part of checkpoints");
	}
	if (o->save != NULL && !saver_check(o->save, err)) {
		return false;
	}
	if (o->force && o->out == NULL) {
		return error_set(err, EXIT_USAGE, "--force without --out");
	}
	if (o->measures.count != 0 && o->out == NULL && !o->json) {
		return error_set(err, EXIT_USAGE, "--measure needs a place: --out DIR or --json");
	}
	if (o->interval_ns != 0 && o->out == NULL) {
		return error_set(err, EXIT_USAGE, "--interval without --out: the samples go there");
	}
	if (o->wait && o->gdb == NULL) {
		return error_set(err, EXIT_USAGE, "--wait without --gdb");
	}
	if (o->gdb != NULL && (o->max_host_ns != 0 || who_types(o) != NULL)) {
		return error_set(err, EXIT_USAGE, "--gdb does not go together with %s",
				 who_types(o) != NULL ? who_types(o) : "--max-host-time");
	}
	return check_typing(o, err) && check_trace(o, err);
}
