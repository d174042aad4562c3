/* SPDX-License-Identifier: MIT */
/*
 * store.c - see store.h.
 *
 * In every kind of disk, what was written is kept in the tree's memory. With a persistent overlay a
 * flush commits it to the file; otherwise it stays, and goes into checkpoints.
 */
#include "sim/disk/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "sim/disk/base.h"
#include "sim/disk/overlay.h"
#include "sim/disk/tree.h"
#include "sim/state_hash.h"
#include "sim/state_io.h"

#define BLOCK_SECTORS (FORMAT_BLOCK_BYTES / DISK_SECTOR_BYTES)
/* A persistent disk commits when so much waits for a flush: 64 MB. */
#define WAITING_BLOCKS_MAX 16384U

struct store {
	struct disk disk;
	struct base base;
	struct overlay overlay; /* its file is not open if there is none */
	struct tree memory;     /* without an overlay */
	bool has_overlay;
	bool is_persistent;
	uint64_t generation; /* what is in memory is on top of it; 0: of the base, or persistent */
};

static struct store *store_of(const struct disk *disk)
{
	return (struct store *)(uintptr_t)disk;
}

static struct tree *tree_of(struct store *store)
{
	return store->has_overlay ? &store->overlay.tree : &store->memory;
}

/* The block as the guest sees it. */
static bool read_block(struct store *store, uint64_t block, uint8_t *bytes, struct error *err)
{
	struct tree *tree = tree_of(store);
	struct tree_block found;

	if (!tree_find(tree, block, &found, err)) {
		return false;
	}
	if (found.entry == NULL) {
		return base_read_block(&store->base, block, bytes, err);
	}
	if (found.bytes != NULL) {
		memcpy(bytes, found.bytes, FORMAT_BLOCK_BYTES);
	} else if (found.entry->at == FORMAT_AT_ZEROS) {
		memset(bytes, 0, FORMAT_BLOCK_BYTES);
	} else {
		return tree_read_content(tree, found.entry, bytes, err);
	}
	return true;
}

/* The part of [sector, sector + sectors) that lies in its first block. */
static uint64_t first_part(uint64_t sector, uint64_t sectors)
{
	uint64_t part = BLOCK_SECTORS - sector % BLOCK_SECTORS;

	return part < sectors ? part : sectors;
}

static bool store_read(struct disk *disk, uint64_t sector, void *data, uint64_t sectors,
		       struct error *err)
{
	uint8_t block[FORMAT_BLOCK_BYTES];
	uint8_t *bytes = data;

	while (sectors > 0) {
		uint64_t part = first_part(sector, sectors);
		size_t size = part * DISK_SECTOR_BYTES;

		if (!read_block(store_of(disk), sector / BLOCK_SECTORS, block, err)) {
			return false;
		}
		memcpy(bytes, block + sector % BLOCK_SECTORS * DISK_SECTOR_BYTES, size);
		bytes += size;
		sector += part;
		sectors -= part;
	}
	return true;
}

/* Does [sector, sector + part) cover all of its block that is on the disk? */
static bool is_whole(const struct disk *disk, uint64_t sector, uint64_t part)
{
	return part == BLOCK_SECTORS ||
	       (sector % BLOCK_SECTORS == 0 && sector + part == disk->sectors);
}

/* Writes a part of one block; zeroes if `data` is NULL. */
static bool put_part(struct store *store, uint64_t sector, const uint8_t *data, uint64_t part,
		     struct error *err)
{
	uint64_t block = sector / BLOCK_SECTORS;
	bool replaces_all = is_whole(&store->disk, sector, part);
	uint8_t bytes[FORMAT_BLOCK_BYTES] = { 0 };
	uint8_t *begin = bytes + sector % BLOCK_SECTORS * DISK_SECTOR_BYTES;
	uint8_t *kept;

	if (replaces_all && data == NULL) {
		return tree_zero(tree_of(store), block, err);
	}
	if (!replaces_all && !read_block(store, block, bytes, err)) {
		return false;
	}
	if (data != NULL) {
		memcpy(begin, data, part * DISK_SECTOR_BYTES);
	} else {
		memset(begin, 0, part * DISK_SECTOR_BYTES);
	}
	kept = tree_write(tree_of(store), block, err);
	if (kept == NULL) {
		return false;
	}
	memcpy(kept, bytes, FORMAT_BLOCK_BYTES);
	return true;
}

static bool commit(struct store *store, struct error *err)
{
	bool is_good = overlay_commit(&store->overlay, err);

	store->disk.is_full = !is_good && store->overlay.file.is_full;
	return is_good;
}

static bool put(struct store *store, uint64_t sector, const uint8_t *data, uint64_t sectors,
		struct error *err)
{
	/* Before: what the host has no room for does not fill its memory either. */
	if (store->is_persistent && store->overlay.tree.memory_blocks > WAITING_BLOCKS_MAX &&
	    !commit(store, err)) {
		return false;
	}
	while (sectors > 0) {
		uint64_t part = first_part(sector, sectors);

		if (!put_part(store, sector, data, part, err)) {
			return false;
		}
		data = data != NULL ? data + part * DISK_SECTOR_BYTES : NULL;
		sector += part;
		sectors -= part;
	}
	return true;
}

static bool store_write(struct disk *disk, uint64_t sector, const void *data, uint64_t sectors,
			struct error *err)
{
	return put(store_of(disk), sector, data, sectors, err);
}

static bool store_discard(struct disk *disk, uint64_t sector, uint64_t sectors, struct error *err)
{
	return put(store_of(disk), sector, NULL, sectors, err);
}

static bool store_flush(struct disk *disk, struct error *err)
{
	struct store *store = store_of(disk);

	return !store->is_persistent || commit(store, err);
}

/*
 * By content: the same blocks written give the same hash, whether they are in memory or in a file.
 * So a run and what is resumed from its checkpoint agree.
 */
static bool hash_block(void *context, uint64_t block, const struct tree_block *found,
		       struct error *err)
{
	static const uint8_t zeroes[FORMAT_BLOCK_BYTES];
	uint64_t sum = found->entry->sum;

	(void)err;
	if (found->bytes != NULL) {
		sum = XXH3_64bits(found->bytes, FORMAT_BLOCK_BYTES);
	} else if (found->entry->at == FORMAT_AT_ZEROS) {
		sum = XXH3_64bits(zeroes, sizeof(zeroes));
	}
	state_hash_u64(context, block);
	state_hash_u64(context, sum);
	return true;
}

static void store_hash(const struct disk *disk, struct state_hash *hash)
{
	struct error err;

	if (!tree_visit(tree_of(store_of(disk)), hash_block, hash, &err)) {
		/* A damaged index ends the run at the next read; the hash only must differ. */
		state_hash_u64(hash, UINT64_MAX);
	}
}

/* Saves a block that is in memory. */
static bool save_block(void *context, uint64_t block, const struct tree_block *found,
		       struct error *err)
{
	struct state_io *io = context;

	(void)err;
	if (found->bytes != NULL) {
		bool is_zero = tree_is_zero(found->bytes);

		state_io_u64(io, &block);
		state_io_bool(io, &is_zero);
		if (!is_zero) {
			state_io_bytes(io, (void *)(uintptr_t)found->bytes, FORMAT_BLOCK_BYTES);
		}
	}
	return true;
}

static bool save_memory(struct store *store, struct state_io *io, struct error *err)
{
	uint64_t none = UINT64_MAX;

	if (!tree_visit(tree_of(store), save_block, io, err)) {
		return false;
	}
	state_io_u64(io, &none);
	return true;
}

static bool load_memory(struct store *store, struct state_io *io, struct error *err)
{
	struct tree *tree = tree_of(store);

	for (;;) {
		uint64_t block = 0;
		bool is_zero = false;
		uint8_t *bytes;

		state_io_u64(io, &block);
		if (io->has_failed || block == UINT64_MAX) {
			return true;
		}
		state_io_bool(io, &is_zero);
		if (block >= tree->blocks || io->has_failed) {
			io->has_failed = true;
			return true;
		}
		if (is_zero) {
			if (!tree_zero(tree, block, err)) {
				return false;
			}
			continue;
		}
		bytes = tree_write(tree, block, err);
		if (bytes == NULL) {
			return false;
		}
		state_io_bytes(io, bytes, FORMAT_BLOCK_BYTES);
	}
}

/* Without an overlay a checkpoint holds the sums of the base. */
static bool base_state(struct store *store, struct state_io *io, struct error *err)
{
	uint64_t chunks = format_chunks(store->disk.sectors);
	uint64_t *sums;

	if (!io->is_loading && store->base.sums == NULL) {
		sums = base_make_sums(&store->base, err);
		if (sums == NULL || !base_expect(&store->base, sums, err)) {
			return false;
		}
	}
	sums = io->is_loading ? calloc(chunks, sizeof(*sums)) : store->base.sums;
	if (sums == NULL) {
		return error_set(err, EXIT_HOST_IO, "the host is out of memory");
	}
	for (uint64_t i = 0; i < chunks; i++) {
		state_io_u64(io, &sums[i]);
	}
	if (io->is_loading && io->has_failed) {
		free(sums);
		return true; /* the caller tells */
	}
	return !io->is_loading || base_expect(&store->base, sums, err);
}

/* With one, which overlay it is, and the generation. */
static bool overlay_state(struct store *store, struct state_io *io, struct error *err)
{
	uint8_t id[FORMAT_ID_BYTES];

	if (!io->is_loading && store->generation == 0 &&
	    !overlay_keep(&store->overlay, &store->generation, err)) {
		return false;
	}
	memcpy(id, store->overlay.root.id, sizeof(id));
	state_io_bytes(io, id, sizeof(id));
	state_io_u64(io, &store->generation);
	if (!io->is_loading) {
		/* A persistent disk goes on to other generations. */
		store->generation = store->is_persistent ? 0 : store->generation;
		return true;
	}
	if (io->has_failed) {
		return true;
	}
	/* A later run must not change what the checkpoint names. */
	store->is_persistent = false;
	if (memcmp(id, store->overlay.root.id, sizeof(id)) != 0) {
		return error_set(err, EXIT_HOST_IO,
				 "%s is another overlay than the one of the checkpoint",
				 store->overlay.file.path);
	}
	return overlay_select(&store->overlay, store->generation, err);
}

static bool store_state(struct disk *disk, struct state_io *io, struct error *err)
{
	struct store *store = store_of(disk);
	bool has_overlay = store->has_overlay;

	state_io_bool(io, &has_overlay);
	if (has_overlay != store->has_overlay) {
		io->has_failed = true;
		return true;
	}
	if (!(has_overlay ? overlay_state(store, io, err) : base_state(store, io, err))) {
		return false;
	}
	return io->is_loading ? load_memory(store, io, err) : save_memory(store, io, err);
}

static void store_destroy(struct disk *disk)
{
	struct store *store = store_of(disk);

	tree_release(&store->memory);
	overlay_close(&store->overlay);
	base_close(&store->base);
	free(store);
}

/* Reads the newest generation if it is a kept one, else `generation` stays 0. */
static bool open_kept(struct store *store, const char *path, struct error *err)
{
	const struct format_root *root = &store->overlay.root;

	if (!overlay_open(&store->overlay, path, OVERLAY_SHARED, NULL, err)) {
		return false;
	}
	if (root->kept_count > 0) {
		const struct format_kept *last = &store->overlay.kept[root->kept_count - 1];

		if (last->index.at == root->index.at && last->index.sum == root->index.sum) {
			store->generation = last->generation;
			return overlay_select(&store->overlay, store->generation, err);
		}
	}
	return true;
}

/*
 * A disk whose changes end with the run: a fork of the newest generation, which is kept for it. So
 * several runs may read one overlay, and checkpoints of them name a generation too.
 */
static bool open_fork(struct store *store, const char *path, struct error *err)
{
	uint64_t generation;

	if (!open_kept(store, path, err) || store->generation != 0) {
		return store->generation != 0;
	}
	overlay_close(&store->overlay);
	if (!overlay_open(&store->overlay, path, OVERLAY_WRITE, NULL, err) ||
	    !overlay_keep(&store->overlay, &generation, err)) {
		return false;
	}
	overlay_close(&store->overlay);
	store->generation = generation;
	return overlay_open(&store->overlay, path, OVERLAY_SHARED, NULL, err) &&
	       overlay_select(&store->overlay, generation, err);
}

static bool open_overlay(struct store *store, const struct disk_config *config,
			 struct host_watch *watch, struct error *err)
{
	if (config->is_resumed) {
		/* The checkpoint tells the generation. */
		return overlay_open(&store->overlay, config->overlay, OVERLAY_SHARED, NULL, err);
	}
	if (config->is_read_only || !config->is_persistent) {
		return open_fork(store, config->overlay, err);
	}
	store->is_persistent = true;
	return overlay_open(&store->overlay, config->overlay, OVERLAY_WRITE, watch, err);
}

static bool open_files(struct store *store, const struct disk_config *config,
		       struct host_watch *watch, struct error *err)
{
	if (!base_open(&store->base, config->image, false, err)) {
		return false;
	}
	store->has_overlay = config->overlay[0] != '\0';
	if (!store->has_overlay) {
		return tree_init(&store->memory, store->base.sectors, err);
	}
	return open_overlay(store, config, watch, err) &&
	       overlay_check_base(&store->overlay, &store->base, err);
}

struct disk *store_open(const struct disk_config *config, struct host_watch *watch,
			struct error *err)
{
	static const struct disk_ops ops = {
		.read = store_read,
		.write = store_write,
		.flush = store_flush,
		.discard = store_discard,
		.hash = store_hash,
		.state = store_state,
		.destroy = store_destroy,
	};
	struct store *store = calloc(1, sizeof(*store));
	const char *slash = strrchr(config->image, '/');

	if (store == NULL) {
		error_set(err, EXIT_HOST_IO, "the host is out of memory");
		return NULL;
	}
	store->disk.ops = &ops;
	base_init(&store->base);
	overlay_init(&store->overlay);
	if (!open_files(store, config, watch, err)) {
		store_destroy(&store->disk);
		return NULL;
	}
	store->disk.sectors = store->base.sectors;
	snprintf(store->disk.id, sizeof(store->disk.id), "%.*s", (int)DISK_ID_BYTES,
		 slash != NULL ? slash + 1 : config->image);
	return &store->disk;
}
