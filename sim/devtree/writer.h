/* SPDX-License-Identifier: MIT */
/*
 * writer.h - writing a flattened device tree from top to bottom, over libfdt's sequential
 * functions.
 *
 * The first failure stays and makes all further calls idle: one look at the end is enough.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/error.h"

struct devtree_writer {
	uint8_t *blob;
	int status; /* libfdt's, 0 while all is well */
};

/* Begins a tree with one memory reservation (none if `bytes` is 0) and its root node. */
void writer_begin(struct devtree_writer *writer, uint64_t reserved, uint64_t bytes);

/* A node NAME, or NAME@UNIT; writer_leave() ends it. */
void writer_enter(struct devtree_writer *writer, const char *name);
void writer_enter_at(struct devtree_writer *writer, const char *name, uint64_t unit);
void writer_leave(struct devtree_writer *writer);

void writer_empty(struct devtree_writer *writer, const char *property);
void writer_text(struct devtree_writer *writer, const char *property, const char *text);
void writer_bytes(struct devtree_writer *writer, const char *property, const void *bytes,
		  size_t size);
void writer_u32(struct devtree_writer *writer, const char *property, uint32_t value);
void writer_u64(struct devtree_writer *writer, const char *property, uint64_t value);
void writer_u32_list(struct devtree_writer *writer, const char *property, const uint32_t *values,
		     size_t count);

/* reg = <base bytes>, two cells each. */
void writer_reg(struct devtree_writer *writer, uint64_t base, uint64_t bytes);
void writer_u64_list(struct devtree_writer *writer, const char *property, const uint64_t *values,
		     size_t count);

/* #address-cells and #size-cells. */
void writer_cells(struct devtree_writer *writer, uint32_t address, uint32_t size);

/*
 * Ends root node and tree; the blob, to be freed by the caller, has *size bytes. NULL if it would
 * be larger than BOOT_TREE_BYTES_MAX.
 */
uint8_t *writer_end(struct devtree_writer *writer, size_t *size, struct error *err);
