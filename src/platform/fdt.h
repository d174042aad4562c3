/* SPDX-License-Identifier: MIT */
/*
 * fdt.h - reads a flattened device tree (Devicetree Specification, chapter 5).
 *
 * Hostile-safe: every offset and length is checked against the blob, whatever it holds; a damaged
 * tree gives ERR_INVALID or "not found", never an access outside. Nothing is allocated or changed.
 * fdt_open() walks the whole structure once, so that nothing later meets bad nesting.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/lib/status.h"

#define FDT_DEPTH_MAX 16
#define FDT_NONE      0xffffffff

struct fdt {
	const uint8_t *blob;
	uint32_t bytes;
	uint32_t structure; /* offset and size of the structure block */
	uint32_t structure_bytes;
	uint32_t strings;
	uint32_t strings_bytes;
};

/* A node is the offset of its FDT_BEGIN_NODE in the structure block; FDT_NONE = no node. */

struct fdt_property {
	const char *name;
	const uint8_t *value;
	uint32_t bytes;
};

/* `limit`: bytes that may be read at `blob` at most. */
MUST_CHECK enum status fdt_open(struct fdt *fdt, const void *blob, size_t limit);

uint32_t fdt_root(const struct fdt *fdt);
/* Name with unit address; "" for the root. */
const char *fdt_name(const struct fdt *fdt, uint32_t node);
uint32_t fdt_first_child(const struct fdt *fdt, uint32_t node);
uint32_t fdt_next_sibling(const struct fdt *fdt, uint32_t node);
uint32_t fdt_parent(const struct fdt *fdt, uint32_t node);
/* All nodes in the order of the tree: the one after `node`, at any depth. */
uint32_t fdt_next_node(const struct fdt *fdt, uint32_t node);
/*
 * The same for whoever wants all of them once, parents included: false behind the last. The other
 * functions that look for a parent or a sibling read all that lies between.
 */
struct fdt_walk {
	uint32_t node;
	uint32_t parent; /* FDT_NONE: `node` is the root */
	uint32_t next;   /* private from here on */
	uint32_t depth;
	uint32_t inside[FDT_DEPTH_MAX];
};
#define FDT_WALK_START     \
	{                  \
		.depth = 0 \
	}
bool fdt_walk(const struct fdt *fdt, struct fdt_walk *walk);
/* A child by name; without "@" in `name` unit addresses are not compared. */
uint32_t fdt_child(const struct fdt *fdt, uint32_t node, const char *name);
/*
 * The child of `parent` behind `child` (FDT_NONE: the first) whose property `name` begins with the
 * string `value`.
 */
uint32_t fdt_next_child(const struct fdt *fdt, uint32_t parent, uint32_t child, const char *name,
			const char *value);
/* The next node after `node` (FDT_NONE: from the start) that is compatible with `name`. */
uint32_t fdt_compatible(const struct fdt *fdt, uint32_t node, const char *name);
uint32_t fdt_phandle(const struct fdt *fdt, uint32_t phandle);

/* False if there is no such property. */
bool fdt_find(const struct fdt *fdt, uint32_t node, const char *name,
	      struct fdt_property *property);
/* Cell `index` (32 bits each) of a property; false if it has fewer. */
bool fdt_cell(const struct fdt_property *property, uint32_t index, uint32_t *value);
/* `cells` (1 or 2) cells from cell `index`. */
bool fdt_cells(const struct fdt_property *property, uint32_t index, uint32_t cells,
	       uint64_t *value);
/* A property of one u32 or u64; false if absent or of another size. */
bool fdt_u32(const struct fdt *fdt, uint32_t node, const char *name, uint32_t *value);
bool fdt_u64(const struct fdt *fdt, uint32_t node, const char *name, uint64_t *value);
/* String `index` of a list; NULL if absent or not ended by 0. */
const char *fdt_string(const struct fdt *fdt, uint32_t node, const char *name, uint32_t index);
/* Its string 0 is `value`. */
bool fdt_says(const struct fdt *fdt, uint32_t node, const char *name, const char *value);
/* A list of strings has `name`. */
bool fdt_lists(const struct fdt_property *property, const char *name);
/* Range `index` of "reg" by the parent's #address-cells and #size-cells (at most 2 each). */
bool fdt_reg(const struct fdt *fdt, uint32_t node, uint32_t index, uint64_t *address,
	     uint64_t *bytes);
/* The same for a node whose parent is known. */
bool fdt_reg_under(const struct fdt *fdt, uint32_t parent, uint32_t node, uint32_t index,
		   uint64_t *address, uint64_t *bytes);
/* Entry `index` of the memory reservation block; false at its end. */
bool fdt_reservation(const struct fdt *fdt, uint32_t index, uint64_t *address, uint64_t *bytes);
