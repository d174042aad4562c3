/* SPDX-License-Identifier: MIT */
/*
 * tree.h - which blocks of a disk are not those of its base, and where they are: a tree of nodes
 * with 256 entries. Nodes of an overlay are read when they are needed, and checked.
 *
 * An entry holds the sum of what it names, so the sum of the node at the top vouches for all of it.
 * Invariants: I1 a block in memory is newer than its entry. I2 a node that is not dirty is in the
 * file as it is in memory, and so is all below it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sim/disk/format.h"

struct tree_node {
	struct format_entry entry[FORMAT_FANOUT];
	/* Below: a struct tree_node; at the lowest level, the block's bytes. Or NULL. */
	void *child[FORMAT_FANOUT];
	bool is_dirty;
};

struct tree {
	const struct host_file *file; /* of the overlay; NULL: all is in memory */
	uint64_t end;                 /* of what is in use there */
	uint64_t sectors;
	uint64_t blocks;
	unsigned levels;
	struct tree_node *top;
	/* Each node has a block of its own, so there are no more than the file has blocks. */
	uint64_t nodes_read;
	uint64_t memory_blocks; /* blocks whose bytes are in memory */
};

/* What is known of a block. */
struct tree_block {
	const struct format_entry *entry; /* NULL: the base has it */
	const uint8_t *bytes;             /* NULL: not in memory */
};

/* An empty one. */
bool tree_init(struct tree *tree, uint64_t sectors, struct error *err);
void tree_release(struct tree *tree);

/* The tree whose top is at `index` of `file`, which has `end` bytes in use. */
bool tree_load(struct tree *tree, uint64_t sectors, const struct host_file *file,
	       const struct format_entry *index, uint64_t end, struct error *err);

/* False: damaged. Otherwise where it is; of what was never written, entry and bytes are NULL. */
bool tree_find(struct tree *tree, uint64_t block, struct tree_block *found, struct error *err);

/* The block's bytes in memory, for writing. New ones hold zeroes. NULL after an error. */
uint8_t *tree_write(struct tree *tree, uint64_t block, struct error *err);

/* The block holds zeroes from now on, which takes no room. */
bool tree_zero(struct tree *tree, uint64_t block, struct error *err);
bool tree_is_zero(const uint8_t *bytes);

/* The block's bytes are no longer in memory: they are elsewhere, or needed no more. */
void tree_forget(struct tree *tree, struct tree_node *leaf, unsigned slot);

/* Calls `visit` for every block that is not the base's, in their order, until it returns false. */
typedef bool (*tree_visit_t)(void *context, uint64_t block, const struct tree_block *found,
			     struct error *err);
bool tree_visit(struct tree *tree, tree_visit_t visit, void *context, struct error *err);

/* The node below entry `slot` of `node`, read if need be; NULL after an error. */
struct tree_node *tree_child(struct tree *tree, struct tree_node *node, unsigned slot,
			     struct error *err);

/* Reads a block of content and checks it. */
bool tree_read_content(const struct tree *tree, const struct format_entry *entry, uint8_t *bytes,
		       struct error *err);
