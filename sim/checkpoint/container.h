/* SPDX-License-Identifier: MIT */
/*
 * container.h - the file of a checkpoint: a header and chunks, each compressed (zstd) and hashed
 * (XXH3). docs/checkpoints.md describes every byte.
 *
 * Files are hostile input: what is not exactly as it was written is an error before any of it is
 * used.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "sim/error.h"

/* In the order in which they come; only PAGES comes more than once, or not at all. */
enum container_kind {
	CONTAINER_CONFIG = 1,
	CONTAINER_ORIGIN,
	CONTAINER_INPUT,
	CONTAINER_MACHINE,
	CONTAINER_CORES,
	CONTAINER_DEVICES,
	CONTAINER_MEMORY,
	CONTAINER_PAGES,
	CONTAINER_END
};

struct container {
	FILE *stream;
	const char *name; /* for messages */
	uint64_t state_hash;
	uint32_t chunks;         /* so far */
	struct container_io *io; /* compression's working memory */
	bool is_reading;
};

/* Begins a file: writes its header, or reads and checks it. */
bool container_create(struct container *container, FILE *stream, const char *name,
		      uint64_t state_hash, struct error *err);
bool container_open(struct container *container, FILE *stream, const char *name, struct error *err);
void container_release(struct container *container);

/* Writes a part of any size. */
bool container_write(struct container *container, enum container_kind kind, const void *bytes,
		     size_t size, struct error *err);

/*
 * Reads the next part; *bytes belongs to the container and holds until the next call. Behind the
 * part END there must be nothing.
 */
bool container_read(struct container *container, enum container_kind *kind, uint8_t **bytes,
		    size_t *size, struct error *err);
