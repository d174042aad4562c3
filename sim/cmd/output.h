/* SPDX-License-Identifier: MIT */
/*
 * output.h - what a run leaves behind: console bytes, the result document, the files of --out.
 *
 * A file gets its final name only when it is complete, so a full disk leaves nothing half-written.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "sim/error.h"
#include "sim/machine.h"

#define OUTPUT_CONSOLES 2U

struct output_file {
	FILE *stream;
	char *path;      /* final name */
	char *temporary; /* name while it is written */
};

/* Creates `directory`/`name` under a temporary name. */
bool output_open(struct output_file *file, const char *directory, const char *name,
		 struct error *err);
/* Makes it durable and gives it its final name. */
bool output_commit(struct output_file *file, struct error *err);
/* Forgets it: the temporary file is removed. Harmless after a commit. */
void output_discard(struct output_file *file);

/* Where the bytes of the guest's consoles go. */
struct console_sink {
	struct machine *machine;
	struct output_file file[OUTPUT_CONSOLES]; /* with --out */
	char *text[OUTPUT_CONSOLES];              /* with --json and no --out */
	size_t text_bytes[OUTPUT_CONSOLES];
	bool to_stdout;
	bool to_text;
	bool failed; /* a write failed; `error` tells */
	struct error error;
};

/* A machine_console_fn with a struct console_sink. */
void console_sink_put(void *context, unsigned console, uint8_t byte);

/* Creates the directory; an existing one is refused without `force`. */
bool output_create_directory(const char *path, bool force, struct error *err);

/* Writes `document` to `directory`/`name`. */
bool output_write_json(const char *directory, const char *name, const json_t *document,
		       struct error *err);

/* XXH3 of a file's bytes as 16 hexadecimal digits. */
bool output_hash_file(const char *path, char hash[17], struct error *err);

/* Registers of every CPU, for --dump-registers. */
json_t *output_registers(const struct machine *machine);
