/* SPDX-License-Identifier: MIT */
/*
 * btree.h - which machine page holds which sectors of a disk: a B-tree by sector range.
 *
 * A range is what a page holds: BTREE_SECTORS sectors from a multiple of that on, its *block*. One
 * tree tells what of a disk is in the machine's memory, another what one VM has changed (cache.h).
 * Nodes are pages of the machine, taken from the pools and given back when they are empty; a tree
 * without blocks has none. Entries of a leaf are block and value, of an inner node the lowest block
 * and the page of a child.
 *
 * Invariants (btree_check):
 *   I1  entries of a node ascend; all of a child are < the next entry's block and >= its own, but
 *       for the first child of a node, whose bound is the node's own.
 *   I2  all leaves are at depth `height` - 1; a node has 1..limit entries, so a tree of n blocks
 * has at most n leaves. Removing joins neighbours that fit into one node. I3  count and nodes are
 * the numbers of blocks and nodes.
 *
 * Under the lock of the disk's cache.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "src/lib/status.h"

struct memmap;

#define BTREE_SECTORS 8 /* of 512 bytes: a page */
#define BTREE_ENTRIES 511
#define BTREE_DEPTH   8

/* A value: the machine page, and the owner's flags. */
#define BTREE_MPN 0x00ffffffU

struct btree {
	struct memmap *memmap;
	uint32_t node;   /* memory node of new nodes */
	uint32_t limit;  /* entries of a node: BTREE_ENTRIES, tests have fewer, at least 4 */
	uint32_t root;   /* page; while height != 0 */
	uint32_t height; /* levels */
	uint32_t count;
	uint32_t nodes;
};

void btree_init(struct btree *tree, struct memmap *memmap, uint32_t node);
/* The value of `block`, to read or to change its flags; NULL: the tree does not have it. */
uint32_t *btree_find(const struct btree *tree, uint32_t block);
/* The first block >= *block: false if there is none. */
bool btree_next(const struct btree *tree, uint32_t *block, uint32_t *value);
/* A block that the tree does not have. ERR_NOMEM: no page for a node; the tree holds what it did.
 */
MUST_CHECK enum status btree_insert(struct btree *tree, uint32_t block, uint32_t value);
/* A block that the tree has. */
void btree_remove(struct btree *tree, uint32_t block);

/* NULL, or the name of the first broken invariant. */
const char *btree_check(const struct btree *tree);
