/* SPDX-License-Identifier: MIT */
/* image_compact.c - going through all generations of an overlay: to count, and to write anew. */
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "sim/disk/image.h"

/* Where a block of the old file is in the new one. */
struct moved {
	struct format_entry old;
	struct format_entry now;
};

struct walk {
	struct overlay *overlay;
	struct moved *moved;  /* by number of the block in the old file */
	struct host_file *to; /* NULL: only count */
	uint64_t end;         /* of what was written there */
	uint64_t found;       /* blocks seen, each once */
	bool reads_content;
};

static bool append(struct walk *walk, const uint8_t *bytes, struct format_entry *now,
		   struct error *err)
{
	if (walk->to == NULL) {
		return true;
	}
	if (!host_write(walk->to, walk->end, bytes, FORMAT_BLOCK_BYTES, err)) {
		return false;
	}
	*now = (struct format_entry){ walk->end, XXH3_64bits(bytes, FORMAT_BLOCK_BYTES) };
	walk->end += FORMAT_BLOCK_BYTES;
	return true;
}

static bool walk_entry(struct walk *walk, struct format_entry *entry, unsigned level,
		       struct error *err);

/* Goes through what the node names and makes it name the new places. */
static bool walk_node(struct walk *walk, uint8_t *bytes, unsigned level, struct error *err)
{
	struct format_entry entry[FORMAT_FANOUT];

	format_decode_node(bytes, entry);
	for (unsigned i = 0; i < FORMAT_FANOUT; i++) {
		if (!walk_entry(walk, &entry[i], level - 1, err)) {
			return false;
		}
	}
	format_encode_node(entry, bytes);
	return true;
}

/* `level` 0 is content. The entry is replaced by that of the new file. */
static bool walk_entry(struct walk *walk, struct format_entry *entry, unsigned level,
		       struct error *err)
{
	const struct tree *tree = &walk->overlay->tree;
	uint8_t bytes[FORMAT_BLOCK_BYTES];
	struct moved *moved;

	if (entry->at == FORMAT_AT_BASE || (level == 0 && entry->at == FORMAT_AT_ZEROS)) {
		return true;
	}
	if (entry->at < FORMAT_FIRST || entry->at % FORMAT_BLOCK_BYTES != 0 ||
	    entry->at >= tree->end) {
		return format_damaged(tree->file->path, "an entry of its index", err);
	}
	moved = &walk->moved[entry->at / FORMAT_BLOCK_BYTES];
	if (moved->old.at == entry->at) {
		if (moved->old.sum != entry->sum) {
			return format_damaged(tree->file->path, "two sums of one block", err);
		}
		*entry = moved->now;
		return true;
	}
	if ((level > 0 || walk->reads_content) && !tree_read_content(tree, entry, bytes, err)) {
		return false;
	}
	moved->old = *entry;
	if ((level > 0 && !walk_node(walk, bytes, level, err)) ||
	    !append(walk, bytes, &moved->now, err)) {
		return false;
	}
	walk->found++;
	*entry = moved->now;
	return true;
}

static bool begin(struct walk *walk, struct overlay *overlay, struct host_file *to,
		  struct error *err)
{
	uint64_t blocks = overlay->root.end / FORMAT_BLOCK_BYTES;

	*walk = (struct walk){ .overlay = overlay, .to = to };
	walk->moved = calloc(blocks + 1, sizeof(*walk->moved));
	return walk->moved != NULL || error_set(err, EXIT_HOST_IO, "the host is out of memory");
}

/* All generations; their indices are replaced by those of the new file. */
static bool walk_all(struct walk *walk, struct format_root *root, struct format_kept *kept,
		     struct error *err)
{
	unsigned levels = walk->overlay->tree.levels;

	for (uint64_t i = 0; i < root->kept_count; i++) {
		if (!walk_entry(walk, &kept[i].index, levels, err)) {
			return false;
		}
	}
	return walk_entry(walk, &root->index, levels, err);
}

static struct format_kept *copy_kept(const struct overlay *overlay, struct error *err)
{
	size_t bytes = (overlay->root.kept_count + 1) * sizeof(struct format_kept);
	struct format_kept *kept = malloc(bytes);

	if (kept == NULL) {
		error_set(err, EXIT_HOST_IO, "the host is out of memory");
		return NULL;
	}
	memcpy(kept, overlay->kept, bytes - sizeof(*kept));
	return kept;
}

static bool count_block(void *context, uint64_t block, const struct tree_block *found,
			struct error *err)
{
	struct image_survey *survey = context;

	(void)block;
	(void)err;
	if (found->entry->at == FORMAT_AT_ZEROS) {
		survey->zeroes++;
	} else {
		survey->blocks++;
	}
	return true;
}

bool image_survey(struct overlay *overlay, bool reads_content, struct image_survey *survey,
		  struct error *err)
{
	struct format_root root = overlay->root;
	struct format_kept *kept = copy_kept(overlay, err);
	struct walk walk = { 0 };
	uint64_t size = 0;
	bool good = kept != NULL && begin(&walk, overlay, NULL, err);

	*survey = (struct image_survey){ 0 };
	walk.reads_content = reads_content;
	good = good && walk_all(&walk, &root, kept, err) &&
	       tree_visit(&overlay->tree, count_block, survey, err) &&
	       host_size(&overlay->file, &size, err);
	survey->used_bytes = FORMAT_FIRST + walk.found * FORMAT_BLOCK_BYTES +
			     format_table_bytes(format_chunks(root.sectors)) +
			     format_table_bytes(root.kept_count * sizeof(*kept) / 8);
	survey->spare_bytes = size > survey->used_bytes ? size - survey->used_bytes : 0;
	free(walk.moved);
	free(kept);
	return good;
}

/* Drops the rows that are given up. */
static bool forget_rows(struct format_root *root, struct format_kept *kept,
			const struct image_forget *forget, const char *path, struct error *err)
{
	for (size_t i = 0; i < forget->count; i++) {
		uint64_t row = 0;

		while (row < root->kept_count && kept[row].generation != forget->generation[i]) {
			row++;
		}
		if (row == root->kept_count) {
			return error_set(err, EXIT_USAGE, "%s does not keep generation %llu", path,
					 (unsigned long long)forget->generation[i]);
		}
		memmove(&kept[row], &kept[row + 1], (root->kept_count - row - 1) * sizeof(*kept));
		root->kept_count--;
	}
	if (forget->all) {
		root->kept_count = 0;
	}
	return true;
}

/* The new file: tables, content and indices, roots. */
static bool write_compact(struct walk *walk, struct format_root *root, struct format_kept *kept,
			  struct error *err)
{
	uint64_t chunks = format_chunks(root->sectors);
	uint64_t *sums = format_read_table(&walk->overlay->file, &root->sums, chunks, err);
	bool good;

	if (sums == NULL) {
		return false;
	}
	root->sums.at = FORMAT_FIRST;
	walk->end = FORMAT_FIRST + format_table_bytes(chunks);
	good = format_write_table(walk->to, sums, chunks, &root->sums, err) &&
	       walk_all(walk, root, kept, err);
	free(sums);
	if (!good) {
		return false;
	}
	root->end = walk->end;
	root->kept = (struct format_entry){ 0, 0 };
	for (uint64_t i = 0; i < root->kept_count; i++) {
		kept[i].end = walk->end;
	}
	if (root->kept_count > 0) {
		root->kept.at = walk->end;
		root->end += format_table_bytes(root->kept_count * sizeof(*kept) / 8);
		good = format_write_kept(walk->to, kept, root->kept_count, &root->kept, err);
	}
	return good && overlay_write_roots(walk->to, root, err) &&
	       host_sync(walk->to, HOST_SYNC_NEW, err);
}

static bool compact(struct overlay *overlay, const struct image_forget *forget,
		    struct host_watch *watch, struct error *err)
{
	struct format_root root = overlay->root;
	struct format_kept *kept = copy_kept(overlay, err);
	char temporary[HOST_PATH_BYTES];
	struct walk walk = { 0 };
	struct host_file file;
	bool good;

	if (kept == NULL) {
		return false;
	}
	host_file_init(&file);
	host_temporary(overlay->file.path, temporary, sizeof(temporary));
	good = forget_rows(&root, kept, forget, overlay->file.path, err) &&
	       begin(&walk, overlay, &file, err);
	walk.reads_content = true;
	/* It has the lock before it has the name. */
	good = good && host_open(&file, temporary, HOST_CREATE, watch, err) &&
	       host_lock(&file, true, err) && write_compact(&walk, &root, kept, err) &&
	       host_publish(&file, overlay->file.path, err);
	host_discard(&file);
	free(walk.moved);
	free(kept);
	return good;
}

bool image_compact(const char *path, const struct image_forget *forget, struct host_watch *watch,
		   struct error *err)
{
	struct overlay overlay;
	bool good = overlay_open(&overlay, path, OVERLAY_WRITE, watch, err) &&
		    compact(&overlay, forget, watch, err);

	overlay_close(&overlay);
	return good;
}
