/* SPDX-License-Identifier: MIT */
/* btree.c - blocks of a disk to machine pages. */
#include "src/disks/btree.h"

#include "src/lib/hooks.h"
#include "src/lib/string.h"
#include "src/pmap/memmap.h"

struct entry {
	uint32_t block;
	uint32_t value; /* of a leaf; elsewhere the child's page */
};

struct node {
	uint32_t count;
	uint32_t reserved;
	struct entry entry[BTREE_ENTRIES];
};

_Static_assert(sizeof(struct node) == 4096, "a page");

static struct node *node_at(uint32_t page)
{
	return machine_page(page);
}

void btree_init(struct btree *tree, struct memmap *memmap, uint32_t node)
{
	*tree = (struct btree){ .memmap = memmap, .node = node, .limit = BTREE_ENTRIES };
}

/* Entries of `node` with a block <= `block`. */
static size_t entries_to(const struct node *node, uint32_t block)
{
	size_t low = 0;
	size_t high = node->count;

	while (low != high) {
		size_t middle = (low + high) / 2;

		if (node->entry[middle].block <= block) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

/* The child of an inner node that has `block`, if any has. */
static size_t child_of(const struct node *node, uint32_t block)
{
	size_t count = entries_to(node, block);

	return count == 0 ? 0 : count - 1;
}

/* The leaf for `block`, of a tree with one. */
static struct node *find_leaf(const struct btree *tree, uint32_t block)
{
	struct node *node = node_at(tree->root);

	for (uint32_t level = 1; level < tree->height; level++) {
		node = node_at(node->entry[child_of(node, block)].value);
	}
	return node;
}

uint32_t *btree_find(const struct btree *tree, uint32_t block)
{
	struct node *leaf;
	size_t count;

	if (tree->height == 0) {
		return NULL;
	}
	leaf = find_leaf(tree, block);
	count = entries_to(leaf, block);
	return count != 0 && leaf->entry[count - 1].block == block ? &leaf->entry[count - 1].value
								   : NULL;
}

bool btree_next(const struct btree *tree, uint32_t *block, uint32_t *value)
{
	uint32_t wanted = *block;
	bool is_last = tree->height == 0;

	/* The leaf may have only lower ones: then it is the first of the next leaf. */
	while (!is_last) {
		const struct node *node = node_at(tree->root);
		uint32_t first = 0;
		size_t lower;

		is_last = true;
		for (uint32_t level = 1; level < tree->height; level++) {
			size_t child = child_of(node, wanted);

			if (child + 1 < node->count) {
				first = node->entry[child + 1].block;
				is_last = false;
			}
			node = node_at(node->entry[child].value);
		}
		lower = wanted == 0 ? 0 : entries_to(node, wanted - 1);
		if (lower < node->count) {
			*block = node->entry[lower].block;
			*value = node->entry[lower].value;
			return true;
		}
		wanted = first;
	}
	return false;
}

static void put(struct node *node, size_t at, uint32_t block, uint32_t value)
{
	memmove(&node->entry[at + 1], &node->entry[at], (node->count - at) * sizeof(struct entry));
	node->entry[at] = (struct entry){ block, value };
	node->count++;
}

static void take(struct node *node, size_t at)
{
	node->count--;
	memmove(&node->entry[at], &node->entry[at + 1], (node->count - at) * sizeof(struct entry));
}

static enum status make_node(struct btree *tree, uint32_t *page)
{
	enum status status = memmap_take(tree->memmap, tree->node, PAGE_ALLOC_NO_HINT,
					 INSPECT_FRAME_MONITOR, page);

	if (status == OK) {
		node_at(*page)->count = 0;
		tree->nodes++;
	}
	return status;
}

static void free_node(struct btree *tree, uint32_t page)
{
	memmap_put(tree->memmap, page);
	tree->nodes--;
}

/* The upper half of the full child number `child` becomes a neighbour of it. */
static enum status split(struct btree *tree, struct node *parent, size_t child)
{
	struct node *left = node_at(parent->entry[child].value);
	uint32_t half = left->count / 2;
	struct node *right;
	uint32_t page;
	enum status status = make_node(tree, &page);

	if (status != OK) {
		return status;
	}
	right = node_at(page);
	right->count = left->count - half;
	memcpy(right->entry, &left->entry[half], right->count * sizeof(struct entry));
	left->count = half;
	if (child == 0) {
		/* It may have got lower blocks than it once had. */
		parent->entry[0].block = 0;
	}
	put(parent, child + 1, right->entry[0].block, page);
	return OK;
}

/* A level more above the root. */
static enum status grow(struct btree *tree)
{
	uint32_t page;
	enum status status = tree->height == BTREE_DEPTH ? ERR_NOMEM : make_node(tree, &page);

	if (status == OK) {
		if (tree->height != 0) {
			put(node_at(page), 0, 0, tree->root);
		}
		tree->root = page;
		tree->height++;
	}
	return status;
}

/* Full nodes are split on the way down, so there is room for what comes from below. */
enum status btree_insert(struct btree *tree, uint32_t block, uint32_t value)
{
	enum status status = OK;
	struct node *node;

	if (tree->height == 0 || node_at(tree->root)->count == tree->limit) {
		status = grow(tree);
	}
	if (status != OK) {
		return status;
	}
	node = node_at(tree->root);
	for (uint32_t level = 1; level < tree->height; level++) {
		size_t child = child_of(node, block);

		if (node_at(node->entry[child].value)->count == tree->limit) {
			status = split(tree, node, child);
			if (status != OK) {
				return status;
			}
			child = child_of(node, block);
		}
		node = node_at(node->entry[child].value);
	}
	put(node, entries_to(node, block), block, value);
	tree->count++;
	return OK;
}

/* Child number `child` takes over its right neighbour if it has room. */
static bool merge(struct btree *tree, struct node *parent, size_t child, bool is_leaf)
{
	struct node *left = node_at(parent->entry[child].value);
	const struct node *right;

	if (child + 1 >= parent->count) {
		return false;
	}
	right = node_at(parent->entry[child + 1].value);
	if (left->count + right->count > tree->limit) {
		return false;
	}
	memcpy(&left->entry[left->count], right->entry, right->count * sizeof(struct entry));
	if (!is_leaf) {
		/* What the first child is said to have from on counts now. */
		left->entry[left->count].block = parent->entry[child + 1].block;
	}
	left->count += right->count;
	free_node(tree, parent->entry[child + 1].value);
	take(parent, child + 1);
	return true;
}

/* A root with one child or none is no longer needed. */
static void shrink(struct btree *tree)
{
	while (tree->height != 0) {
		const struct node *root = node_at(tree->root);
		uint32_t old = tree->root;

		if (root->count > 1 || (root->count == 1 && tree->height == 1)) {
			return;
		}
		tree->root = root->entry[0].value;
		tree->height = root->count == 0 ? 0 : tree->height - 1;
		free_node(tree, old);
	}
}

void btree_remove(struct btree *tree, uint32_t block)
{
	struct node *path[BTREE_DEPTH];
	size_t child[BTREE_DEPTH];
	struct node *node = node_at(tree->root);
	uint32_t level;
	size_t at;

	CHECK(tree->height != 0);
	for (level = 1; level < tree->height; level++) {
		path[level] = node;
		child[level] = child_of(node, block);
		node = node_at(node->entry[child[level]].value);
	}
	at = entries_to(node, block);
	CHECK(at != 0 && node->entry[at - 1].block == block);
	take(node, at - 1);
	tree->count--;
	for (level = tree->height - 1; level != 0; level--) {
		bool is_leaf = level == tree->height - 1;
		size_t number = child[level];

		if (node->count == 0) {
			free_node(tree, path[level]->entry[number].value);
			take(path[level], number);
		} else if (!merge(tree, path[level], number, is_leaf) && number != 0) {
			(void)merge(tree, path[level], number - 1, is_leaf);
		}
		node = path[level];
	}
	shrink(tree);
}

/* A node on the way down, and what its blocks must be. */
struct step {
	const struct node *node;
	uint32_t at;
	uint64_t low;
	uint64_t end;
};

static const char *check_node(const struct btree *tree, const struct step *step, bool is_leaf)
{
	const struct node *node = step->node;

	if (node->count == 0 || node->count > tree->limit) {
		return "btree I2: entries of a node";
	}
	for (uint32_t i = 0; i < node->count; i++) {
		bool is_bound = is_leaf || i != 0;

		if ((is_bound && node->entry[i].block < step->low) ||
		    node->entry[i].block >= step->end ||
		    (i != 0 && node->entry[i].block <= node->entry[i - 1].block)) {
			return "btree I1: order";
		}
	}
	return NULL;
}

const char *btree_check(const struct btree *tree)
{
	struct step step[BTREE_DEPTH] = { { .end = (uint64_t)1 << 32 } };
	const char *broken = NULL;
	uint32_t depth = 0;
	uint32_t count = 0;
	uint32_t nodes = 0;
	bool is_done = tree->height == 0;

	step[0].node = is_done ? NULL : node_at(tree->root);
	while (!is_done && broken == NULL) {
		struct step *here = &step[depth];
		bool is_leaf = depth == tree->height - 1;

		if (here->at == 0) {
			broken = check_node(tree, here, is_leaf);
			nodes++;
			count += is_leaf ? here->node->count : 0;
		}
		if (is_leaf || here->at == here->node->count) {
			is_done = depth == 0;
			depth -= is_done ? 0 : 1;
			continue;
		}
		step[depth + 1] = (struct step){
			.node = node_at(here->node->entry[here->at].value),
			.low = here->at == 0 ? here->low : here->node->entry[here->at].block,
			.end = here->at + 1 < here->node->count
				       ? here->node->entry[here->at + 1].block
				       : here->end,
		};
		here->at++;
		depth++;
	}
	if (broken == NULL && (count != tree->count || nodes != tree->nodes)) {
		broken = "btree I3: count or nodes";
	}
	return broken;
}
