/* SPDX-License-Identifier: MIT */
/* saver.h - a checkpoint at a cycle: --save, and `save` of a scripted console. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sim/error.h"
#include "sim/machine.h"

struct session;

struct saver {
	char *path; /* NULL: nothing is to be saved */
	uint64_t cycle;
	bool is_at_end; /* of the run, however it ends, in place of a cycle */
	bool is_done;
	bool has_failed;
	uint64_t bytes; /* of the file that was written */
	struct error error;
};

/* Is it FILE@CYCLE or FILE@end? */
bool saver_check(const char *text, struct error *err);

/* Takes --save (or NULL); the cycle must be ahead of the machine. */
bool saver_begin(struct saver *saver, const char *text, const struct machine *machine,
		 struct error *err);

/* The same for a step of a script: a file, and the cycle it is at. */
bool saver_name(struct saver *saver, const char *path, uint64_t cycle);

/* Is a checkpoint still to be written at a cycle? */
bool saver_waits(const struct saver *saver);

/*
 * Writes it, or waits for a later cycle if the machine cannot be saved now. An earlier file of that
 * name stays if anything fails.
 */
bool saver_write(struct saver *saver, struct machine *machine, const struct session *session);

/* The run has ended: writes the checkpoint of FILE@end. */
void saver_write_end(struct saver *saver, struct machine *machine, const struct session *session);

void saver_release(struct saver *saver);
