/* SPDX-License-Identifier: MIT */
/* overlay.c - opening, creating, choosing a generation; commits are in overlay_commit.c. */
#include "sim/disk/overlay.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define OPEN_TRIES 3U

void overlay_init(struct overlay *overlay)
{
	memset(overlay, 0, sizeof(*overlay));
	host_file_init(&overlay->file);
}

void overlay_close(struct overlay *overlay)
{
	tree_release(&overlay->tree);
	free(overlay->kept);
	free(overlay->replaced.at);
	free(overlay->replaced_1.at);
	free(overlay->usable.at);
	host_close(&overlay->file);
	overlay_init(overlay);
}

/* Opens and locks the file that has the name now: `image compact` may replace it meanwhile. */
static bool open_current(struct overlay *overlay, const char *path, enum overlay_mode mode,
			 struct host_watch *watch, struct error *err)
{
	for (unsigned i = 0; i < OPEN_TRIES; i++) {
		if (!host_open(&overlay->file, path, mode == OVERLAY_WRITE ? HOST_WRITE : HOST_READ,
			       watch, err)) {
			return false;
		}
		if (mode == OVERLAY_SHARED) {
			return true;
		}
		if (!host_lock(&overlay->file, mode == OVERLAY_WRITE, err)) {
			return false;
		}
		if (host_is_current(&overlay->file)) {
			return true;
		}
		host_close(&overlay->file);
	}
	return error_set(err, EXIT_HOST_IO, "%s is being replaced", path);
}

/* A writer may be at work, where there is no lock: both copies are not bad for long. */
static bool read_root(struct overlay *overlay, enum overlay_mode mode, struct error *err)
{
	uint64_t size;

	for (unsigned i = 0; i < OPEN_TRIES; i++) {
		if (host_size(&overlay->file, &size, err) &&
		    format_read_root(&overlay->file, size, &overlay->root, &overlay->damaged_roots,
				     err)) {
			overlay->kept = format_read_kept(&overlay->file, &overlay->root, err);
			if (overlay->kept != NULL) {
				return true;
			}
		}
		if (mode != OVERLAY_SHARED) {
			return false;
		}
		usleep(10000);
	}
	return false;
}

static bool prepare(struct overlay *overlay, enum overlay_mode mode, struct error *err)
{
	const struct format_root *root = &overlay->root;
	struct format_entry index;

	if (!read_root(overlay, mode, err)) {
		return false;
	}
	for (uint64_t i = 0; i < root->kept_count; i++) {
		uint64_t end = overlay->kept[i].end;

		overlay->floor = end > overlay->floor ? end : overlay->floor;
	}
	/* What was read may be in the host's memory only, and the next commit relies on it. */
	if (mode == OVERLAY_WRITE && !host_sync(&overlay->file, HOST_SYNC_ROOT, err)) {
		return false;
	}
	overlay->is_writable = mode == OVERLAY_WRITE;
	/* Without a lock, nodes that no kept generation names may change while they are read. */
	index = mode == OVERLAY_SHARED ? (struct format_entry){ FORMAT_AT_BASE, 0 } : root->index;
	return tree_load(&overlay->tree, root->sectors, &overlay->file, &index, root->end, err);
}

bool overlay_open(struct overlay *overlay, const char *path, enum overlay_mode mode,
		  struct host_watch *watch, struct error *err)
{
	overlay_init(overlay);
	if (!open_current(overlay, path, mode, watch, err) || !prepare(overlay, mode, err)) {
		overlay_close(overlay);
		return false;
	}
	return true;
}

bool overlay_check_base(struct overlay *overlay, struct base *base, struct error *err)
{
	const struct format_root *root = &overlay->root;
	uint64_t *sums;

	if (base->sectors != root->sectors) {
		return error_set(err, EXIT_HOST_IO,
				 "%s is not the base of %s: it has %" PRIu64
				 " sectors, the base had %" PRIu64,
				 base->file.path, overlay->file.path, base->sectors, root->sectors);
	}
	sums = format_read_table(&overlay->file, &root->sums, format_chunks(root->sectors), err);
	if (sums == NULL) {
		return false;
	}
	if (format_base_id(sums, root->sectors) != root->base_id) {
		free(sums);
		return format_damaged(overlay->file.path, "the sums of its base", err);
	}
	if (base_expect(base, sums, err)) {
		return true;
	}
	return root->replaced_by != 0 &&
	       error_set(err, EXIT_HOST_IO,
			 "%s: mirrorball image commit was interrupted; start it again to finish it",
			 overlay->file.path);
}

bool overlay_select(struct overlay *overlay, uint64_t generation, struct error *err)
{
	for (uint64_t i = 0; i < overlay->root.kept_count; i++) {
		const struct format_kept *kept = &overlay->kept[i];

		if (kept->generation == generation) {
			tree_release(&overlay->tree);
			return tree_load(&overlay->tree, overlay->root.sectors, &overlay->file,
					 &kept->index, kept->end, err);
		}
	}
	return error_set(err, EXIT_HOST_IO,
			 "%s does not hold generation %" PRIu64
			 ": it was given up, or this is an older copy; mirrorball image inspect "
			 "lists what it holds",
			 overlay->file.path, generation);
}

static void make_id(uint8_t id[FORMAT_ID_BYTES])
{
	/* An identity, not a result: it only tells two overlays apart. */
	while (getrandom(id, FORMAT_ID_BYTES, 0) < 0 && errno == EINTR) {
	}
}

bool overlay_write_roots(struct host_file *file, const struct format_root *root, struct error *err)
{
	uint8_t block[FORMAT_BLOCK_BYTES];

	format_encode_root(root, block);
	return host_write(file, 0, block, sizeof(block), err) &&
	       host_write(file, FORMAT_BLOCK_BYTES, block, sizeof(block), err);
}

bool overlay_write_first(struct host_file *file, uint64_t sectors, const char *base_path,
			 const uint64_t *sums, struct error *err)
{
	struct format_root root = { .sectors = sectors, .generation = 1 };
	uint64_t chunks = format_chunks(sectors);

	make_id(root.id);
	root.base_id = format_base_id(sums, sectors);
	root.sums.at = FORMAT_FIRST;
	root.end = FORMAT_FIRST + format_table_bytes(chunks);
	strncpy(root.base, base_path, sizeof(root.base) - 1);
	return format_write_table(file, sums, chunks, &root.sums, err) &&
	       overlay_write_roots(file, &root, err) && host_sync(file, HOST_SYNC_NEW, err);
}

bool overlay_create(const char *path, struct base *base, const char *base_path,
		    struct host_watch *watch, struct error *err)
{
	char temporary[HOST_PATH_BYTES];
	struct host_file file;
	uint64_t *sums;
	bool good;

	if (access(path, F_OK) == 0) {
		return error_set(err, EXIT_USAGE, "%s exists already", path);
	}
	sums = base_make_sums(base, err);
	if (sums == NULL) {
		return false;
	}
	host_temporary(path, temporary, sizeof(temporary));
	good = host_open(&file, temporary, HOST_CREATE, watch, err) &&
	       overlay_write_first(&file, base->sectors, base_path, sums, err) &&
	       host_publish(&file, path, err);
	host_discard(&file);
	free(sums);
	return good;
}
