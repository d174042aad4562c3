/* SPDX-License-Identifier: MIT */
/*
 * output.h - the files that a run leaves behind.
 *
 * They are written under temporary names and get their own when all of them are complete, so a full
 * disk leaves nothing half-written and no half of the results.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "sim/error.h"

#define OUTPUT_FILES_MAX 64U
#define OUTPUT_CONSOLES  2U

struct output_file {
	FILE *stream;
	char *path;      /* final name */
	char *temporary; /* name while it is written; NULL: a device or pipe, written directly */
};

struct output_set {
	const char *directory; /* of --out, or NULL */
	bool was_created;
	struct output_file file[OUTPUT_FILES_MAX];
	unsigned count;
};

/*
 * Begins a set; with a directory, creates it. One that exists is refused without `force`; with it,
 * the results in it are replaced when the new ones are complete.
 */
bool output_begin(struct output_set *set, const char *directory, bool force, struct error *err);

/* Opens a file `name` of the directory, or any path. NULL after an error. */
FILE *output_add(struct output_set *set, const char *name, struct error *err);
FILE *output_add_path(struct output_set *set, const char *path, struct error *err);

/* Adds `document` as `name`. */
bool output_add_json(struct output_set *set, const char *name, const json_t *document,
		     struct error *err);

/* Completes all files and gives them their names, or none of them. The set is empty then. */
bool output_commit(struct output_set *set, struct error *err);

/* Removes what is not committed, the directory too if it was created. Harmless after a commit. */
void output_discard(struct output_set *set);

/* The name of a console's file. */
const char *output_console_name(unsigned console);
