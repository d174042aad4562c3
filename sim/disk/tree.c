/* SPDX-License-Identifier: MIT */
/* tree.c - see tree.h. */
#include "sim/disk/tree.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#define FANOUT_LOG2 8U

/* What stands for a block of zeroes in memory: a disk that is discarded whole needs no room. */
static const uint8_t zeroes[FORMAT_BLOCK_BYTES];

static bool no_memory(struct error *err)
{
	return error_set(err, EXIT_HOST_IO, "the host is out of memory");
}

bool tree_init(struct tree *tree, uint64_t sectors, struct error *err)
{
	*tree = (struct tree){ .sectors = sectors };
	tree->blocks = format_blocks(sectors);
	tree->levels = format_levels(sectors);
	tree->top = calloc(1, sizeof(*tree->top));
	return tree->top != NULL || no_memory(err);
}

static void free_bytes(void *bytes)
{
	if (bytes != (const void *)zeroes) {
		free(bytes);
	}
}

/* `level` 1 is the lowest. */
static void free_node(struct tree_node *node, unsigned level)
{
	for (unsigned i = 0; i < FORMAT_FANOUT; i++) {
		if (node->child[i] == NULL) {
			continue;
		}
		if (level > 1) {
			free_node(node->child[i], level - 1);
		} else {
			free_bytes(node->child[i]);
		}
	}
	free(node);
}

void tree_release(struct tree *tree)
{
	if (tree->top != NULL) {
		free_node(tree->top, tree->levels);
	}
	*tree = (struct tree){ 0 };
}

static bool is_place(const struct tree *tree, uint64_t at)
{
	return at >= FORMAT_FIRST && at % FORMAT_BLOCK_BYTES == 0 && at < tree->end;
}

/* Reads the block at `entry` and checks its sum; `what` is for the message. */
static bool read_checked(const struct tree *tree, const struct format_entry *entry, uint8_t *bytes,
			 const char *what, struct error *err)
{
	if (tree->file == NULL || !is_place(tree, entry->at)) {
		return error_set(err, EXIT_HOST_IO,
				 "%s: damaged overlay: %s at byte %" PRIu64 ", which it has not",
				 tree->file != NULL ? tree->file->path : "memory", what, entry->at);
	}
	if (!host_read(tree->file, entry->at, bytes, FORMAT_BLOCK_BYTES, err)) {
		return false;
	}
	if (XXH3_64bits(bytes, FORMAT_BLOCK_BYTES) != entry->sum) {
		return error_set(err, EXIT_HOST_IO, "%s: damaged overlay: %s at byte %" PRIu64,
				 tree->file->path, what, entry->at);
	}
	return true;
}

bool tree_read_content(const struct tree *tree, const struct format_entry *entry, uint8_t *bytes,
		       struct error *err)
{
	return read_checked(tree, entry, bytes, "content", err);
}

static struct tree_node *read_node(struct tree *tree, const struct format_entry *entry,
				   struct error *err)
{
	uint8_t bytes[FORMAT_BLOCK_BYTES];
	struct tree_node *node;

	if (++tree->nodes_read > tree->end / FORMAT_BLOCK_BYTES) {
		format_damaged(tree->file->path, "its index has nodes in two places", err);
		return NULL;
	}
	if (!read_checked(tree, entry, bytes, "a node of the index", err)) {
		return NULL;
	}
	node = calloc(1, sizeof(*node));
	if (node == NULL) {
		no_memory(err);
		return NULL;
	}
	format_decode_node(bytes, node->entry);
	return node;
}

bool tree_load(struct tree *tree, uint64_t sectors, const struct host_file *file,
	       const struct format_entry *index, uint64_t end, struct error *err)
{
	if (!tree_init(tree, sectors, err)) {
		return false;
	}
	tree->file = file;
	tree->end = end;
	if (index->at == FORMAT_AT_BASE) {
		return true;
	}
	struct tree_node *top = read_node(tree, index, err);

	if (top == NULL) {
		tree_release(tree);
		return false;
	}
	free(tree->top);
	tree->top = top;
	return true;
}

struct tree_node *tree_child(struct tree *tree, struct tree_node *node, unsigned slot,
			     struct error *err)
{
	if (node->child[slot] == NULL) {
		node->child[slot] = read_node(tree, &node->entry[slot], err);
	}
	return node->child[slot];
}

static unsigned slot_of(uint64_t block, unsigned level)
{
	return (unsigned)(block >> (FANOUT_LOG2 * (level - 1))) % FORMAT_FANOUT;
}

/*
 * The lowest node above `block`. With `is_made` it is made, and all on the way are dirty; without,
 * *leaf is NULL if there is none.
 */
static bool find_leaf(struct tree *tree, uint64_t block, bool is_made, struct tree_node **leaf,
		      struct error *err)
{
	struct tree_node *node = tree->top;

	*leaf = NULL;
	for (unsigned level = tree->levels; level > 1; level--) {
		unsigned slot = slot_of(block, level);
		bool is_empty = node->child[slot] == NULL && node->entry[slot].at == FORMAT_AT_BASE;

		if (is_empty && !is_made) {
			return true;
		}
		node->is_dirty |= is_made;
		if (is_empty) {
			node->child[slot] = calloc(1, sizeof(*node));
			if (node->child[slot] == NULL) {
				return no_memory(err);
			}
		}
		node = tree_child(tree, node, slot, err);
		if (node == NULL) {
			return false;
		}
	}
	node->is_dirty |= is_made;
	*leaf = node;
	return true;
}

bool tree_find(struct tree *tree, uint64_t block, struct tree_block *found, struct error *err)
{
	unsigned slot = slot_of(block, 1);
	struct tree_node *leaf;

	*found = (struct tree_block){ NULL, NULL };
	if (!find_leaf(tree, block, false, &leaf, err)) {
		return false;
	}
	if (leaf != NULL && (leaf->child[slot] != NULL || leaf->entry[slot].at != FORMAT_AT_BASE)) {
		found->entry = &leaf->entry[slot];
		found->bytes = leaf->child[slot];
	}
	return true;
}

uint8_t *tree_write(struct tree *tree, uint64_t block, struct error *err)
{
	unsigned slot = slot_of(block, 1);
	struct tree_node *leaf;

	if (!find_leaf(tree, block, true, &leaf, err) || leaf == NULL) {
		return NULL;
	}
	if (leaf->child[slot] == NULL || leaf->child[slot] == (const void *)zeroes) {
		uint8_t *bytes = calloc(1, FORMAT_BLOCK_BYTES);

		if (bytes == NULL) {
			no_memory(err);
			return NULL;
		}
		leaf->child[slot] = bytes;
		tree->memory_blocks++;
	}
	return leaf->child[slot];
}

void tree_forget(struct tree *tree, struct tree_node *leaf, unsigned slot)
{
	tree->memory_blocks -=
		leaf->child[slot] != NULL && leaf->child[slot] != (const void *)zeroes;
	free_bytes(leaf->child[slot]);
	leaf->child[slot] = NULL;
}

/* The entry goes on naming the old block: the next commit has to know what it replaces. */
bool tree_zero(struct tree *tree, uint64_t block, struct error *err)
{
	unsigned slot = slot_of(block, 1);
	struct tree_node *leaf;

	if (!find_leaf(tree, block, true, &leaf, err) || leaf == NULL) {
		return false;
	}
	tree_forget(tree, leaf, slot);
	leaf->child[slot] = (void *)(uintptr_t)zeroes;
	return true;
}

bool tree_is_zero(const uint8_t *bytes)
{
	return bytes == zeroes || memcmp(bytes, zeroes, FORMAT_BLOCK_BYTES) == 0;
}

struct walk {
	struct tree *tree;
	tree_visit_t visit;
	void *context;
};

static bool visit_node(const struct walk *walk, struct tree_node *node, unsigned level,
		       uint64_t first, struct error *err)
{
	for (unsigned i = 0; i < FORMAT_FANOUT; i++) {
		uint64_t block = first + ((uint64_t)i << (FANOUT_LOG2 * (level - 1)));
		struct tree_block found = { &node->entry[i], node->child[i] };

		if (found.bytes == NULL && found.entry->at == FORMAT_AT_BASE) {
			continue;
		}
		if (block >= walk->tree->blocks) {
			return format_damaged(walk->tree->file->path,
					      "its index names blocks behind the end of the disk",
					      err);
		}
		if (level == 1) {
			if (!walk->visit(walk->context, block, &found, err)) {
				return false;
			}
			continue;
		}
		struct tree_node *child = tree_child(walk->tree, node, i, err);

		if (child == NULL || !visit_node(walk, child, level - 1, block, err)) {
			return false;
		}
	}
	return true;
}

bool tree_visit(struct tree *tree, tree_visit_t visit, void *context, struct error *err)
{
	struct walk walk = { tree, visit, context };

	return visit_node(&walk, tree->top, tree->levels, 0, err);
}
