/* SPDX-License-Identifier: MIT */
/* image.h - what `mirrorball image` does to overlays, beside creating them (overlay.h). */
#pragma once

#include "sim/disk/overlay.h"

/* What the generations of an overlay need. */
struct image_survey {
	uint64_t blocks;      /* of the newest generation: blocks of content */
	uint64_t zeroes;      /* and those that are discarded */
	uint64_t used_bytes;  /* all that the newest and the kept generations name, with tables */
	uint64_t spare_bytes; /* the rest of the file: compacting gives it back */
};

/* With `reads_content`, all of it is read and checked; the index is in any case. */
bool image_survey(struct overlay *overlay, bool reads_content, struct image_survey *survey,
		  struct error *err);

/* Generations to give up; the checkpoints that name them cannot be resumed any more. */
struct image_forget {
	const uint64_t *generation;
	size_t count;
	bool all;
};

/* Writes the overlay anew with what its generations need, and puts it in the place of the old. */
bool image_compact(const char *path, const struct image_forget *forget, struct host_watch *watch,
		   struct error *err);

/* Writes base and newest generation as a raw image `path`, which is not there or is replaced. */
bool image_flatten(struct overlay *overlay, struct base *base, const char *path,
		   struct host_watch *watch, struct error *err);

/*
 * Replaces the base by base and overlay in one, and the overlay by an empty one. What was
 * interrupted is finished when it is called again.
 */
bool image_commit(const char *path, const char *base_path, struct host_watch *watch,
		  struct error *err);
