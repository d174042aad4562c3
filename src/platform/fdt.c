/* SPDX-License-Identifier: MIT */
/*
 * fdt.c - reader of flattened device trees (Devicetree Specification v0.4, chapter 5).
 *
 * Everything goes through read_token(), which checks what it reads against the structure block; so
 * even a tree that changes behind fdt_open() leads to no access outside the blob.
 */
#include "src/platform/fdt.h"

#include "src/lib/string.h"

#define FDT_MAGIC         0xd00dfeedU
#define FDT_VERSION       17U /* the one that has size_dt_struct */
#define FDT_VERSION_LAST  16U /* of last_comp_version: what we are compatible with */
#define HEADER_BYTES      40U
#define HEADER_TOTAL      4U
#define HEADER_STRUCTURE  8U
#define HEADER_STRINGS    12U
#define HEADER_RESERVED   16U
#define HEADER_VERSION    20U
#define HEADER_COMPATIBLE 24U
#define HEADER_STR_BYTES  32U
#define HEADER_STRU_BYTES 36U

#define TOKEN_BEGIN_NODE 1U
#define TOKEN_END_NODE   2U
#define TOKEN_PROPERTY   3U
#define TOKEN_NOP        4U
#define TOKEN_END        9U
#define TOKEN_BYTES      4U

#define CELL_BYTES 4U

struct token {
	uint32_t kind;
	size_t next; /* offset of the token behind it */
	const char *name;
	const uint8_t *value;
	uint32_t bytes;
};

static uint32_t load32(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
	       bytes[3];
}

static uint64_t load64(const uint8_t *bytes)
{
	return (uint64_t)load32(bytes) << 32 | load32(bytes + 4);
}

static const uint8_t *structure_at(const struct fdt *fdt, size_t offset)
{
	return fdt->blob + fdt->structure + offset;
}

/* The string at `offset` of the strings block, if it ends there. */
static const char *string_at(const struct fdt *fdt, uint32_t offset)
{
	const char *string = (const char *)fdt->blob + fdt->strings + offset;
	size_t room;

	if (offset >= fdt->strings_bytes) {
		return NULL;
	}
	room = fdt->strings_bytes - offset;
	return string_length(string, room) < room ? string : NULL;
}

/* Up to the next multiple of a token's size. */
static size_t token_end(size_t offset)
{
	return (offset + TOKEN_BYTES - 1) & ~(size_t)(TOKEN_BYTES - 1);
}

static bool read_begin(const struct fdt *fdt, size_t offset, struct token *token)
{
	size_t room = fdt->structure_bytes - offset;
	size_t length;

	token->name = (const char *)structure_at(fdt, offset);
	length = string_length(token->name, room);
	token->next = token_end(offset + length + 1);
	return length < room;
}

static bool read_property(const struct fdt *fdt, size_t offset, struct token *token)
{
	if (fdt->structure_bytes - offset < 2 * TOKEN_BYTES) {
		return false;
	}
	token->bytes = load32(structure_at(fdt, offset));
	token->name = string_at(fdt, load32(structure_at(fdt, offset + TOKEN_BYTES)));
	offset += 2 * TOKEN_BYTES;
	token->value = structure_at(fdt, offset);
	token->next = token_end(offset + token->bytes);
	return token->name && token->bytes <= fdt->structure_bytes - offset;
}

/* The token at `offset`, NOPs skipped. False: damaged. */
static bool read_token(const struct fdt *fdt, size_t offset, struct token *token)
{
	do {
		if (offset > fdt->structure_bytes || fdt->structure_bytes - offset < TOKEN_BYTES) {
			return false;
		}
		token->kind = load32(structure_at(fdt, offset));
		offset += TOKEN_BYTES;
	} while (token->kind == TOKEN_NOP);
	token->next = offset;
	switch (token->kind) {
	case TOKEN_BEGIN_NODE:
		return read_begin(fdt, offset, token);
	case TOKEN_PROPERTY:
		return read_property(fdt, offset, token);
	case TOKEN_END_NODE:
	case TOKEN_END:
		return true;
	default:
		return false;
	}
}

static bool block_fits(uint32_t offset, uint32_t bytes, uint32_t total)
{
	return offset >= HEADER_BYTES && offset <= total && bytes <= total - offset;
}

/* Nesting of the whole structure: one root, properties before nodes, at most FDT_DEPTH_MAX deep. */
static bool structure_is_sound(const struct fdt *fdt)
{
	struct token token = { .kind = TOKEN_NOP };
	uint32_t previous;
	uint32_t depth = 0;
	size_t offset = 0;

	do {
		previous = token.kind;
		if (!read_token(fdt, offset, &token)) {
			return false;
		}
		if (offset == 0 && token.kind != TOKEN_BEGIN_NODE) {
			return false;
		}
		switch (token.kind) {
		case TOKEN_BEGIN_NODE:
			if ((depth == 0 && offset != 0) || ++depth > FDT_DEPTH_MAX) {
				return false;
			}
			break;
		case TOKEN_PROPERTY:
			if (previous != TOKEN_BEGIN_NODE && previous != TOKEN_PROPERTY) {
				return false;
			}
			break;
		case TOKEN_END_NODE:
			if (depth-- == 0) {
				return false;
			}
			break;
		default:
			break;
		}
		offset = token.next;
	} while (token.kind != TOKEN_END);
	return depth == 0;
}

enum status fdt_open(struct fdt *fdt, const void *blob, size_t limit)
{
	const uint8_t *header = blob;

	if (limit < HEADER_BYTES || load32(header) != FDT_MAGIC ||
	    load32(header + HEADER_VERSION) < FDT_VERSION ||
	    load32(header + HEADER_COMPATIBLE) > FDT_VERSION_LAST) {
		return ERR_INVALID;
	}
	*fdt = (struct fdt){
		.blob = header,
		.bytes = load32(header + HEADER_TOTAL),
		.structure = load32(header + HEADER_STRUCTURE),
		.structure_bytes = load32(header + HEADER_STRU_BYTES),
		.strings = load32(header + HEADER_STRINGS),
		.strings_bytes = load32(header + HEADER_STR_BYTES),
	};
	if (fdt->bytes > limit || !block_fits(fdt->structure, fdt->structure_bytes, fdt->bytes) ||
	    !block_fits(fdt->strings, fdt->strings_bytes, fdt->bytes) || !structure_is_sound(fdt)) {
		return ERR_INVALID;
	}
	return OK;
}

uint32_t fdt_root(const struct fdt *fdt)
{
	struct token token;

	return read_token(fdt, 0, &token) && token.kind == TOKEN_BEGIN_NODE ? 0 : FDT_NONE;
}

static bool read_node(const struct fdt *fdt, uint32_t node, struct token *token)
{
	return node != FDT_NONE && read_token(fdt, node, token) && token->kind == TOKEN_BEGIN_NODE;
}

const char *fdt_name(const struct fdt *fdt, uint32_t node)
{
	struct token token;

	return read_node(fdt, node, &token) ? token.name : "";
}

/*
 * The next node that begins at or behind `offset`, `skip` of them and what they contain left out.
 * `siblings`: only one before the end of the node that `offset` lies in. FDT_NONE: none.
 */
static uint32_t next_begin(const struct fdt *fdt, size_t offset, uint32_t skip, bool siblings)
{
	struct token token;
	uint32_t depth = 0;

	while (read_token(fdt, offset, &token) && token.kind != TOKEN_END) {
		if (token.kind == TOKEN_BEGIN_NODE) {
			if (depth == 0 && skip-- == 0) {
				return (uint32_t)offset;
			}
			depth++;
		} else if (token.kind == TOKEN_END_NODE) {
			if (depth == 0 && siblings) {
				break;
			}
			depth -= depth != 0;
		}
		offset = token.next;
	}
	return FDT_NONE;
}

uint32_t fdt_first_child(const struct fdt *fdt, uint32_t node)
{
	struct token token;

	return read_node(fdt, node, &token) ? next_begin(fdt, token.next, 0, true) : FDT_NONE;
}

uint32_t fdt_next_sibling(const struct fdt *fdt, uint32_t node)
{
	return next_begin(fdt, node, 1, true);
}

uint32_t fdt_next_node(const struct fdt *fdt, uint32_t node)
{
	struct token token;

	if (node == FDT_NONE) {
		return fdt_root(fdt);
	}
	return read_node(fdt, node, &token) ? next_begin(fdt, token.next, 0, false) : FDT_NONE;
}

bool fdt_walk(const struct fdt *fdt, struct fdt_walk *walk)
{
	struct token token;

	while (read_token(fdt, walk->next, &token)) {
		uint32_t offset = walk->next;

		walk->next = (uint32_t)token.next;
		if (token.kind == TOKEN_BEGIN_NODE && walk->depth < FDT_DEPTH_MAX) {
			walk->parent = walk->depth == 0 ? FDT_NONE : walk->inside[walk->depth - 1];
			walk->node = offset;
			walk->inside[walk->depth++] = offset;
			return true;
		}
		if (token.kind == TOKEN_END_NODE && walk->depth != 0) {
			walk->depth--;
		} else if (token.kind != TOKEN_PROPERTY) {
			break;
		}
	}
	return false;
}

uint32_t fdt_parent(const struct fdt *fdt, uint32_t node)
{
	struct fdt_walk walk = FDT_WALK_START;

	while (fdt_walk(fdt, &walk)) {
		if (walk.node == node) {
			return walk.parent;
		}
	}
	return FDT_NONE;
}

/* `name` is the node's; without its unit address if `name` has none. */
static bool name_matches(const char *node_name, const char *name)
{
	while (*name != 0 && *node_name == *name) {
		node_name++;
		name++;
	}
	return *name == 0 && (*node_name == 0 || *node_name == '@');
}

uint32_t fdt_child(const struct fdt *fdt, uint32_t node, const char *name)
{
	uint32_t child = fdt_first_child(fdt, node);

	while (child != FDT_NONE && !name_matches(fdt_name(fdt, child), name)) {
		child = fdt_next_sibling(fdt, child);
	}
	return child;
}

bool fdt_find(const struct fdt *fdt, uint32_t node, const char *name, struct fdt_property *property)
{
	struct token token;

	if (!read_node(fdt, node, &token)) {
		return false;
	}
	while (read_token(fdt, token.next, &token) && token.kind == TOKEN_PROPERTY) {
		if (string_equal(token.name, name)) {
			property->name = token.name;
			property->value = token.value;
			property->bytes = token.bytes;
			return true;
		}
	}
	return false;
}

static const char *list_string(const struct fdt_property *property, uint32_t index)
{
	uint32_t offset = 0;

	while (offset < property->bytes) {
		const char *string = (const char *)property->value + offset;
		size_t room = property->bytes - offset;
		size_t length = string_length(string, room);

		if (length == room) {
			return NULL;
		}
		if (index-- == 0) {
			return string;
		}
		offset += (uint32_t)length + 1;
	}
	return NULL;
}

const char *fdt_string(const struct fdt *fdt, uint32_t node, const char *name, uint32_t index)
{
	struct fdt_property property;

	return fdt_find(fdt, node, name, &property) ? list_string(&property, index) : NULL;
}

bool fdt_says(const struct fdt *fdt, uint32_t node, const char *name, const char *value)
{
	const char *string = fdt_string(fdt, node, name, 0);

	return string != NULL && string_equal(string, value);
}

uint32_t fdt_next_child(const struct fdt *fdt, uint32_t parent, uint32_t child, const char *name,
			const char *value)
{
	do {
		child = child == FDT_NONE ? fdt_first_child(fdt, parent)
					  : fdt_next_sibling(fdt, child);
	} while (child != FDT_NONE && !fdt_says(fdt, child, name, value));
	return child;
}

bool fdt_lists(const struct fdt_property *property, const char *name)
{
	const char *string;

	for (uint32_t i = 0; (string = list_string(property, i)); i++) {
		if (string_equal(string, name)) {
			return true;
		}
	}
	return false;
}

uint32_t fdt_compatible(const struct fdt *fdt, uint32_t node, const char *name)
{
	struct fdt_property property;

	while ((node = fdt_next_node(fdt, node)) != FDT_NONE) {
		if (fdt_find(fdt, node, "compatible", &property) && fdt_lists(&property, name)) {
			return node;
		}
	}
	return FDT_NONE;
}

uint32_t fdt_phandle(const struct fdt *fdt, uint32_t phandle)
{
	uint32_t node = FDT_NONE;
	uint32_t value;

	while ((node = fdt_next_node(fdt, node)) != FDT_NONE) {
		if (fdt_u32(fdt, node, "phandle", &value) && value == phandle) {
			return node;
		}
	}
	return FDT_NONE;
}

bool fdt_cells(const struct fdt_property *property, uint32_t index, uint32_t cells, uint64_t *value)
{
	uint32_t count = property->bytes / CELL_BYTES;

	*value = 0;
	if (cells > 2 || index > count || cells > count - index) {
		return false;
	}
	for (uint32_t i = 0; i < cells; i++) {
		*value = *value << 32 | load32(property->value + (size_t)(index + i) * CELL_BYTES);
	}
	return true;
}

bool fdt_cell(const struct fdt_property *property, uint32_t index, uint32_t *value)
{
	uint64_t wide;
	bool is_there = fdt_cells(property, index, 1, &wide);

	*value = (uint32_t)wide;
	return is_there;
}

bool fdt_u32(const struct fdt *fdt, uint32_t node, const char *name, uint32_t *value)
{
	struct fdt_property property;

	return fdt_find(fdt, node, name, &property) && property.bytes == CELL_BYTES &&
	       fdt_cell(&property, 0, value);
}

bool fdt_u64(const struct fdt *fdt, uint32_t node, const char *name, uint64_t *value)
{
	struct fdt_property property;

	return fdt_find(fdt, node, name, &property) && property.bytes == 2 * CELL_BYTES &&
	       fdt_cells(&property, 0, 2, value);
}

bool fdt_reg_under(const struct fdt *fdt, uint32_t parent, uint32_t node, uint32_t index,
		   uint64_t *address, uint64_t *bytes)
{
	struct fdt_property property;
	/* What the specification says where the properties are missing. */
	uint32_t address_cells = 2;
	uint32_t size_cells = 1;

	if (!fdt_find(fdt, node, "reg", &property)) {
		return false;
	}
	(void)fdt_u32(fdt, parent, "#address-cells", &address_cells);
	(void)fdt_u32(fdt, parent, "#size-cells", &size_cells);
	if (address_cells == 0 || address_cells > 2 || size_cells > 2) {
		return false;
	}
	index *= address_cells + size_cells;
	return fdt_cells(&property, index, address_cells, address) &&
	       fdt_cells(&property, index + address_cells, size_cells, bytes);
}

bool fdt_reg(const struct fdt *fdt, uint32_t node, uint32_t index, uint64_t *address,
	     uint64_t *bytes)
{
	return fdt_reg_under(fdt, fdt_parent(fdt, node), node, index, address, bytes);
}

/* Pairs of an address and a size, 64 bits each, until one is 0, 0. */
bool fdt_reservation(const struct fdt *fdt, uint32_t index, uint64_t *address, uint64_t *bytes)
{
	uint64_t at = (uint64_t)load32(fdt->blob + HEADER_RESERVED) + (uint64_t)index * 16;
	const uint8_t *entry;

	if (at + 16 > fdt->bytes) {
		return false;
	}
	entry = fdt->blob + at;
	*address = load64(entry);
	*bytes = load64(entry + 8);
	return *address != 0 || *bytes != 0;
}
