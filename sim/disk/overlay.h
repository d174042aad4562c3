/* SPDX-License-Identifier: MIT */
/*
 * overlay.h - a file of what differs from a base, that survives every crash of the host.
 *
 * A commit writes blocks and nodes of the index to places that nothing names, syncs, writes the
 * root, syncs. So the root on stable storage always names a whole generation. After that the second
 * copy of the root follows, which the next commit's first sync brings to stable storage, before the
 * first copy is written again: there is always a good one, and damage to one copy loses nothing.
 *
 * What a commit replaced is used again two commits later, unless a kept generation may name it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sim/disk/base.h"
#include "sim/disk/format.h"
#include "sim/disk/tree.h"

/* Places in the file, one block each. */
struct overlay_places {
	uint64_t *at;
	size_t count;
	size_t capacity;
};

struct overlay {
	struct host_file file;
	struct format_root root;
	struct format_kept *kept;
	struct tree tree;
	bool is_writable;
	bool has_failed;        /* a commit went wrong: none is tried again */
	unsigned damaged_roots; /* copies, when it was opened */
	/* Nothing before `floor` is used again: a kept generation may name it. */
	uint64_t floor;
	struct overlay_places replaced;   /* by the commit under way */
	struct overlay_places replaced_1; /* by the one before */
	struct overlay_places usable;
};

enum overlay_mode {
	OVERLAY_WRITE, /* nobody else has it */
	OVERLAY_READ,  /* nobody writes it */
	OVERLAY_SHARED /* without a lock: as the base, until a kept generation is chosen */
};

/* Zeroed: overlay_close() may be called. */
void overlay_init(struct overlay *overlay);

bool overlay_open(struct overlay *overlay, const char *path, enum overlay_mode mode,
		  struct host_watch *watch, struct error *err);
void overlay_close(struct overlay *overlay);

/* A new, empty one for the base. `path` must not exist. */
bool overlay_create(const char *path, struct base *base, const char *base_path,
		    struct host_watch *watch, struct error *err);

/* Is `base` what it was made for? From then on `base` is checked when it is read. */
bool overlay_check_base(struct overlay *overlay, struct base *base, struct error *err);

/* All that was written to `tree` is on stable storage when this returns true. */
bool overlay_commit(struct overlay *overlay, struct error *err);

/* Commits, and keeps the generation for good. */
bool overlay_keep(struct overlay *overlay, uint64_t *generation, struct error *err);

/* Goes back to a kept generation, for reading. */
bool overlay_select(struct overlay *overlay, uint64_t generation, struct error *err);

/* A commit that changes nothing, but tells that a base with this id takes the place of its own. */
bool overlay_announce(struct overlay *overlay, uint64_t base_id, struct error *err);

/* The first generation, in an open file: nothing differs from the base that has these sums. */
bool overlay_write_first(struct host_file *file, uint64_t sectors, const char *base_path,
			 const uint64_t *sums, struct error *err);

/* Writes both copies of the root to an open file. */
bool overlay_write_roots(struct host_file *file, const struct format_root *root, struct error *err);
