/* SPDX-License-Identifier: MIT */
/* console_sink.h - where the bytes that the program prints go: stdout, files, memory. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "sim/cmd/output.h"
#include "sim/error.h"
#include "sim/machine.h"

struct panic_watch;
struct progress;
struct script;

/* What is kept of console 0 for a crash report. */
#define CONSOLE_RECENT_BYTES 8192U

struct console_sink {
	struct machine *machine;
	struct script *script;     /* waits for what is printed on console 0 */
	struct panic_watch *panic; /* and so does this */
	char recent[CONSOLE_RECENT_BYTES];
	uint64_t recent_bytes;       /* since the run began */
	struct progress *progress;   /* its line makes room for the console */
	FILE *file[OUTPUT_CONSOLES]; /* with --out; belong to its set */
	char *text[OUTPUT_CONSOLES]; /* with --json and no --out */
	size_t text_bytes[OUTPUT_CONSOLES];
	bool is_cut[OUTPUT_CONSOLES]; /* there was more than `text` keeps */
	bool to_stdout;
	bool to_text;
	uint8_t last_byte; /* on stdout */
	bool has_failed;   /* a write failed; `error` tells */
	struct error error;
};

/* A machine_console_fn with a struct console_sink. A failure interrupts the run. */
void console_sink_put(void *context, unsigned console, uint8_t byte);

/* Brings everything to stdout. */
void console_sink_flush(struct console_sink *sink);

/* The last bytes of console 0, oldest first; returns how many there are. */
size_t console_sink_recent(const struct console_sink *sink, char bytes[CONSOLE_RECENT_BYTES]);

/* Is what was printed on stdout a whole line? */
bool console_sink_is_at_line_start(const struct console_sink *sink);

void console_sink_release(struct console_sink *sink);
