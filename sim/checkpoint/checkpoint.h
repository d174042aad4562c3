/* SPDX-License-Identifier: MIT */
/*
 * checkpoint.h - all of a machine, to a file and back.
 *
 * A checkpoint may fall between any two instructions: a run that goes on from it ends with the same
 * state as one that was never interrupted.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "sim/error.h"
#include "sim/machine.h"

/* What the command wants to find again beside the machine. */
struct checkpoint_extra {
	char *origin; /* text: how the run was configured */
	size_t origin_bytes;
	uint8_t *
		input; /* what is typed at console 0: all of it, how much was given, what is next */
	uint64_t input_bytes;
	uint64_t input_given;
	uint64_t input_next_cycle;
	char *script; /* text: the scripted console, and how far it is */
	uint64_t script_bytes;
	uint64_t typed_entries; /* of --console or --replay, so far */
};

/* Writes a checkpoint to `stream`, where control_may_look(); `name` is for messages. */
bool checkpoint_write(struct machine *machine, const struct checkpoint_extra *extra, FILE *stream,
		      const char *name, struct error *err);

/*
 * Builds the machine that the file at `path` holds. NULL after an error; *extra needs
 * checkpoint_release_extra() in either case.
 */
struct machine *checkpoint_read(const char *path, struct checkpoint_extra *extra,
				struct error *err);
void checkpoint_release_extra(struct checkpoint_extra *extra);
