/* SPDX-License-Identifier: MIT */
/* overlay_commit.c - writing a generation: content, index, root, in this order. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "sim/disk/overlay.h"

static bool add_place(struct overlay_places *places, uint64_t at, struct error *err)
{
	if (places->count == places->capacity) {
		size_t capacity = places->capacity * 2 + 64;
		uint64_t *larger = realloc(places->at, capacity * sizeof(*larger));

		if (larger == NULL) {
			return error_set(err, EXIT_HOST_IO, "the host is out of memory");
		}
		places->at = larger;
		places->capacity = capacity;
	}
	places->at[places->count++] = at;
	return true;
}

/* What `entry` names is not part of the next generation. */
static bool replace(struct overlay *overlay, const struct format_entry *entry, struct error *err)
{
	return entry->at < FORMAT_FIRST || entry->at < overlay->floor ||
	       add_place(&overlay->replaced, entry->at, err);
}

/* Writes a block to a place that no root on stable storage names. */
static bool write_block(struct overlay *overlay, const uint8_t *bytes, struct format_entry *entry,
			struct error *err)
{
	struct overlay_places *usable = &overlay->usable;
	uint64_t at = usable->count > 0 ? usable->at[usable->count - 1] : overlay->tree.end;

	if (!host_write(&overlay->file, at, bytes, FORMAT_BLOCK_BYTES, err)) {
		return false;
	}
	if (usable->count > 0) {
		usable->count--;
	} else {
		overlay->tree.end += FORMAT_BLOCK_BYTES;
	}
	entry->at = at;
	entry->sum = XXH3_64bits(bytes, FORMAT_BLOCK_BYTES);
	return true;
}

/* Content that is in memory only: to the file, and out of memory. */
static bool write_content(struct overlay *overlay, struct tree_node *leaf, unsigned slot,
			  struct error *err)
{
	struct format_entry entry = { FORMAT_AT_ZEROS, 0 };
	const uint8_t *bytes = leaf->child[slot];

	if (!tree_is_zero(bytes) && !write_block(overlay, bytes, &entry, err)) {
		return false;
	}
	if (!replace(overlay, &leaf->entry[slot], err)) {
		return false;
	}
	leaf->entry[slot] = entry;
	tree_forget(&overlay->tree, leaf, slot);
	return true;
}

/* Writes what is dirty below `node`, then the node; *entry named it until now, and does again. */
static bool write_node(struct overlay *overlay, struct tree_node *node, unsigned level,
		       struct format_entry *entry, struct error *err)
{
	struct format_entry old = *entry;
	uint8_t bytes[FORMAT_BLOCK_BYTES];

	if (!node->is_dirty) {
		return true;
	}
	for (unsigned i = 0; i < FORMAT_FANOUT; i++) {
		bool good = node->child[i] == NULL ||
			    (level > 1 ? write_node(overlay, node->child[i], level - 1,
						    &node->entry[i], err)
				       : write_content(overlay, node, i, err));

		if (!good) {
			return false;
		}
	}
	format_encode_node(node->entry, bytes);
	if (!write_block(overlay, bytes, entry, err) || !replace(overlay, &old, err)) {
		return false;
	}
	node->is_dirty = false;
	return true;
}

/* Makes `root` the newest: what it names first, then itself, twice. */
static bool write_root(struct overlay *overlay, const struct format_root *root, struct error *err)
{
	uint8_t block[FORMAT_BLOCK_BYTES];

	format_encode_root(root, block);
	return host_sync(&overlay->file, HOST_SYNC_CONTENT, err) &&
	       host_write(&overlay->file, 0, block, sizeof(block), err) &&
	       host_sync(&overlay->file, HOST_SYNC_ROOT, err) &&
	       host_write(&overlay->file, FORMAT_BLOCK_BYTES, block, sizeof(block), err);
}

/* The table with one generation more, behind all else. */
static bool write_kept(struct overlay *overlay, struct format_root *root, struct error *err)
{
	struct format_kept *kept;

	if (root->kept_count == FORMAT_KEPT_MAX) {
		return error_set(err, EXIT_HOST_IO,
				 "%s keeps %u generations, which is the limit; mirrorball image "
				 "compact --forget gives some up",
				 overlay->file.path, FORMAT_KEPT_MAX);
	}
	kept = realloc(overlay->kept, (root->kept_count + 1) * sizeof(*kept));
	if (kept == NULL) {
		return error_set(err, EXIT_HOST_IO, "the host is out of memory");
	}
	overlay->kept = kept;
	kept[root->kept_count] =
		(struct format_kept){ root->generation, root->index, overlay->tree.end };
	root->kept_count++;
	root->kept.at = overlay->tree.end;
	if (!format_write_kept(&overlay->file, kept, root->kept_count, &root->kept, err)) {
		return false;
	}
	overlay->tree.end += format_table_bytes(root->kept_count * sizeof(*kept) / 8);
	return true;
}

/*
 * After the root is written: no root names any more what the commit before replaced, and what this
 * one replaced is named by the second copy until that is synced.
 */
static void turn_places(struct overlay *overlay, bool is_kept)
{
	struct overlay_places done = overlay->replaced_1;
	struct error ignored;

	if (is_kept) {
		/* A kept generation may name all there is. */
		overlay->floor = overlay->tree.end;
		overlay->usable.count = 0;
		overlay->replaced.count = 0;
		done.count = 0;
	}
	for (size_t i = 0; i < done.count; i++) {
		if (!add_place(&overlay->usable, done.at[i], &ignored)) {
			break; /* the file grows instead */
		}
	}
	done.count = 0;
	overlay->replaced_1 = overlay->replaced;
	overlay->replaced = done;
}

static bool commit(struct overlay *overlay, bool is_kept, struct error *err)
{
	struct format_root root = overlay->root;

	if (!write_node(overlay, overlay->tree.top, overlay->tree.levels, &root.index, err)) {
		/* What has been written is named by nothing yet: with room, the rest follows. */
		overlay->has_failed = !overlay->file.is_full;
		return false;
	}
	root.generation++;
	/* What fails from here on is not tried again. */
	overlay->has_failed = true;
	if (is_kept && !write_kept(overlay, &root, err)) {
		return false;
	}
	root.end = overlay->tree.end;
	if (!write_root(overlay, &root, err)) {
		return false;
	}
	overlay->has_failed = false;
	overlay->root = root;
	turn_places(overlay, is_kept);
	return true;
}

static bool try_commit(struct overlay *overlay, bool is_kept, struct error *err)
{
	if (overlay->has_failed) {
		return error_set(err, EXIT_HOST_IO,
				 "%s could not be written before, so nothing more is",
				 overlay->file.path);
	}
	return commit(overlay, is_kept, err);
}

/* Is all that was written in the newest generation? */
static bool is_done(const struct overlay *overlay)
{
	return !overlay->tree.top->is_dirty && !overlay->has_failed;
}

bool overlay_commit(struct overlay *overlay, struct error *err)
{
	return is_done(overlay) || try_commit(overlay, false, err);
}

bool overlay_keep(struct overlay *overlay, uint64_t *generation, struct error *err)
{
	uint64_t count = overlay->root.kept_count;
	const struct format_kept *last = count > 0 ? &overlay->kept[count - 1] : NULL;

	/* Nothing changed since the last one that is kept? */
	if (is_done(overlay) && last != NULL && last->index.at == overlay->root.index.at &&
	    last->index.sum == overlay->root.index.sum) {
		*generation = last->generation;
		return true;
	}
	if (!try_commit(overlay, true, err)) {
		return false;
	}
	*generation = overlay->root.generation;
	return true;
}

bool overlay_announce(struct overlay *overlay, uint64_t base_id, struct error *err)
{
	struct format_root root = overlay->root;

	root.replaced_by = base_id;
	root.generation++;
	overlay->has_failed =
		!write_root(overlay, &root, err) || !host_sync(&overlay->file, HOST_SYNC_ROOT, err);
	return !overlay->has_failed;
}
