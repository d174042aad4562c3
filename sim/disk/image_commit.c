/* SPDX-License-Identifier: MIT */
/* image_commit.c - base and overlay made one raw image. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "sim/disk/disk.h"
#include "sim/disk/image.h"

/* The content of a block of the newest generation. */
static bool read_block(struct overlay *overlay, struct base *base, uint64_t block, uint8_t *bytes,
		       struct error *err)
{
	struct tree_block found;

	if (!tree_find(&overlay->tree, block, &found, err)) {
		return false;
	}
	if (found.entry == NULL) {
		return base_read_block(base, block, bytes, err);
	}
	if (found.entry->at == FORMAT_AT_ZEROS) {
		memset(bytes, 0, FORMAT_BLOCK_BYTES);
		return true;
	}
	return tree_read_content(&overlay->tree, found.entry, bytes, err);
}

/* Blocks of zeroes are left out: the file has holes there. */
static bool write_image(struct overlay *overlay, struct base *base, struct host_file *file,
			struct error *err)
{
	uint64_t size = base->sectors * DISK_SECTOR_BYTES;
	uint8_t bytes[FORMAT_BLOCK_BYTES];

	if (!host_resize(file, size, err)) {
		return false;
	}
	for (uint64_t block = 0; block < overlay->tree.blocks; block++) {
		uint64_t offset = block * FORMAT_BLOCK_BYTES;
		size_t part =
			size - offset < sizeof(bytes) ? (size_t)(size - offset) : sizeof(bytes);

		if (!read_block(overlay, base, block, bytes, err) ||
		    (!tree_is_zero(bytes) && !host_write(file, offset, bytes, part, err))) {
			return false;
		}
	}
	return host_sync(file, HOST_SYNC_NEW, err);
}

/* The sums of what was written; it is read again, so that a host's fault shows before it counts. */
static bool make_id(const struct host_file *file, uint64_t sectors, uint64_t **sums, uint64_t *id,
		    struct error *err)
{
	struct base written = { .file = *file, .sectors = sectors };

	*sums = base_make_sums(&written, err);
	if (*sums == NULL) {
		return false;
	}
	*id = format_base_id(*sums, sectors);
	return true;
}

bool image_flatten(struct overlay *overlay, struct base *base, const char *path,
		   struct host_watch *watch, struct error *err)
{
	char temporary[HOST_PATH_BYTES];
	struct host_file file;
	bool good;

	host_temporary(path, temporary, sizeof(temporary));
	good = host_open(&file, temporary, HOST_CREATE, watch, err) &&
	       write_image(overlay, base, &file, err) && host_publish(&file, path, err);
	host_discard(&file);
	return good;
}

/* An empty overlay of the base with these sums takes the place of the old one. */
static bool replace_overlay(const struct overlay *overlay, const uint64_t *sums,
			    struct host_watch *watch, struct error *err)
{
	char temporary[HOST_PATH_BYTES];
	struct host_file file;
	bool good;

	host_temporary(overlay->file.path, temporary, sizeof(temporary));
	good = host_open(&file, temporary, HOST_CREATE, watch, err) &&
	       host_lock(&file, true, err) &&
	       overlay_write_first(&file, overlay->root.sectors, overlay->root.base, sums, err) &&
	       host_publish(&file, overlay->file.path, err);
	host_discard(&file);
	return good;
}

/* The new base first, then its id in the old overlay, then both get their names. */
static bool replace_both(struct overlay *overlay, struct base *base, struct host_watch *watch,
			 struct error *err)
{
	char temporary[HOST_PATH_BYTES];
	struct host_file file;
	uint64_t *sums = NULL;
	uint64_t id = 0;
	bool good;

	host_temporary(base->file.path, temporary, sizeof(temporary));
	good = host_open(&file, temporary, HOST_CREATE, watch, err) &&
	       host_lock(&file, true, err) && write_image(overlay, base, &file, err) &&
	       make_id(&file, base->sectors, &sums, &id, err) &&
	       overlay_announce(overlay, id, err) && host_publish(&file, base->file.path, err) &&
	       replace_overlay(overlay, sums, watch, err);
	free(sums);
	host_discard(&file);
	return good;
}

/* Is the base already what an interrupted commit has made of it? Then its sums, else NULL. */
static uint64_t *find_announced(const struct overlay *overlay, const struct base *base,
				struct error *err)
{
	uint64_t *sums;

	if (overlay->root.replaced_by == 0 || base->sectors != overlay->root.sectors) {
		return NULL;
	}
	sums = base_make_sums(base, err);
	if (sums != NULL && format_base_id(sums, base->sectors) != overlay->root.replaced_by) {
		free(sums);
		return NULL;
	}
	return sums;
}

static bool commit(struct overlay *overlay, struct base *base, struct host_watch *watch,
		   struct error *err)
{
	uint64_t *sums;
	bool good;

	if (overlay->root.kept_count > 0) {
		return error_set(err, EXIT_USAGE,
				 "%s keeps %" PRIu64
				 " generations, for checkpoints that need the base as it is: write "
				 "a new image with --output FILE, or give them up with mirrorball "
				 "image compact --forget-all",
				 overlay->file.path, overlay->root.kept_count);
	}
	sums = find_announced(overlay, base, err);
	if (sums != NULL) {
		good = replace_overlay(overlay, sums, watch, err);
		free(sums);
		return good;
	}
	return overlay_check_base(overlay, base, err) && base_check_all(base, err) &&
	       replace_both(overlay, base, watch, err);
}

bool image_commit(const char *path, const char *base_path, struct host_watch *watch,
		  struct error *err)
{
	struct overlay overlay;
	struct base base;
	bool good;

	base_init(&base);
	good = overlay_open(&overlay, path, OVERLAY_WRITE, watch, err) &&
	       base_open(&base, base_path != NULL ? base_path : overlay.root.base, true, err) &&
	       commit(&overlay, &base, watch, err);
	base_close(&base);
	overlay_close(&overlay);
	return good;
}
