/* SPDX-License-Identifier: MIT */
/*
 * disk_raw.c - a raw image that is only read; what the guest writes lives in memory, and in
 * checkpoints, and ends with the run.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "sim/disk/disk.h"
#include "sim/state_hash.h"
#include "sim/state_io.h"

/* What is written is kept in chunks; the first level of the table has blocks of pointers. */
#define CHUNK_SECTORS 8U
#define CHUNK_BYTES   (CHUNK_SECTORS * DISK_SECTOR_BYTES)
#define BLOCK_CHUNKS  512U
#define HASH_BYTES    65536U

struct raw {
	struct disk disk;
	int fd;
	uint8_t ***blocks; /* chunk c is at blocks[c / BLOCK_CHUNKS][c % BLOCK_CHUNKS], or NULL */
	uint64_t block_count;
	uint64_t chunk_count; /* of the image */
	bool is_hashed;
	uint64_t image_hash;
	char path[DISK_PATH_BYTES];
};

static struct raw *raw_of(const struct disk *disk)
{
	return (struct raw *)(uintptr_t)disk;
}

/* Every chunk that is all zeroes because it was discarded. Never written, never freed. */
static const uint8_t zero_chunk[CHUNK_BYTES];

static uint8_t *shared_zeroes(void)
{
	return (uint8_t *)(uintptr_t)zero_chunk;
}

static uint8_t *find_chunk(const struct raw *raw, uint64_t chunk)
{
	uint8_t **block = raw->blocks[chunk / BLOCK_CHUNKS];

	return block != NULL ? block[chunk % BLOCK_CHUNKS] : NULL;
}

static bool read_image(const struct raw *raw, uint64_t offset, uint8_t *data, size_t size,
		       struct error *err)
{
	while (size > 0) {
		ssize_t done = pread(raw->fd, data, size, (off_t)offset);

		if (done < 0 && errno == EINTR) {
			continue;
		}
		if (done <= 0) {
			return error_set(err, EXIT_HOST_IO, "cannot read %s at byte %llu: %s",
					 raw->path, (unsigned long long)offset,
					 done < 0 ? strerror(errno) : "it has become shorter");
		}
		data += done;
		offset += (uint64_t)done;
		size -= (size_t)done;
	}
	return true;
}

/* Bytes of a chunk that the image has: the last one may be shorter. */
static size_t chunk_bytes(const struct raw *raw, uint64_t chunk)
{
	uint64_t left = raw->disk.sectors - chunk * CHUNK_SECTORS;

	return left < CHUNK_SECTORS ? left * DISK_SECTOR_BYTES : CHUNK_BYTES;
}

/* Where the pointer to a chunk is; NULL: no memory. */
static uint8_t **chunk_place(struct raw *raw, uint64_t chunk)
{
	uint8_t ***block = &raw->blocks[chunk / BLOCK_CHUNKS];

	if (*block == NULL) {
		*block = calloc(BLOCK_CHUNKS, sizeof(**block));
	}
	return *block != NULL ? &(*block)[chunk % BLOCK_CHUNKS] : NULL;
}

/* An empty chunk in its place, where there is none of its own; NULL: no memory. */
static uint8_t *add_chunk(struct raw *raw, uint64_t chunk)
{
	uint8_t **place = chunk_place(raw, chunk);
	uint8_t *bytes = place != NULL ? calloc(1, CHUNK_BYTES) : NULL;

	if (bytes != NULL) {
		*place = bytes;
	}
	return bytes;
}

static void free_chunk(uint8_t *chunk)
{
	if (chunk != shared_zeroes()) {
		free(chunk);
	}
}

/* A whole chunk of zeroes takes no room. */
static bool clear_chunk(struct raw *raw, uint64_t chunk)
{
	uint8_t **place = chunk_place(raw, chunk);

	if (place == NULL) {
		return false;
	}
	free_chunk(*place);
	*place = shared_zeroes();
	return true;
}

/* The chunk in memory, with what the image has unless all of it will be `replaced`. */
static uint8_t *own_chunk(struct raw *raw, uint64_t chunk, bool replaced, struct error *err)
{
	uint8_t *bytes = find_chunk(raw, chunk);

	if (bytes != NULL && bytes != shared_zeroes()) {
		return bytes;
	}
	uint8_t old[CHUNK_BYTES] = { 0 };
	size_t size = chunk_bytes(raw, chunk);

	replaced = replaced || bytes != NULL;
	if (!replaced && !read_image(raw, chunk * CHUNK_BYTES, old, size, err)) {
		return NULL;
	}
	bytes = add_chunk(raw, chunk);
	if (bytes == NULL) {
		error_set(err, EXIT_HOST_IO, "the host is out of memory");
		return NULL;
	}
	memcpy(bytes, old, size);
	return bytes;
}

/* The part of [sector, sector + *sectors) that lies in its first chunk. */
static uint64_t first_part(uint64_t sector, uint64_t sectors)
{
	uint64_t part = CHUNK_SECTORS - sector % CHUNK_SECTORS;

	return part < sectors ? part : sectors;
}

static bool raw_read(struct disk *disk, uint64_t sector, void *data, uint64_t sectors,
		     struct error *err)
{
	const struct raw *raw = raw_of(disk);
	uint8_t *bytes = data;

	while (sectors > 0) {
		uint64_t part = first_part(sector, sectors);
		size_t size = part * DISK_SECTOR_BYTES;
		const uint8_t *chunk = find_chunk(raw, sector / CHUNK_SECTORS);

		if (chunk != NULL) {
			memcpy(bytes, chunk + sector % CHUNK_SECTORS * DISK_SECTOR_BYTES, size);
		} else if (!read_image(raw, sector * DISK_SECTOR_BYTES, bytes, size, err)) {
			return false;
		}
		bytes += size;
		sector += part;
		sectors -= part;
	}
	return true;
}

static bool put(struct raw *raw, uint64_t sector, const uint8_t *data, uint64_t sectors,
		struct error *err)
{
	while (sectors > 0) {
		uint64_t part = first_part(sector, sectors);
		size_t size = part * DISK_SECTOR_BYTES;
		uint8_t *chunk = own_chunk(raw, sector / CHUNK_SECTORS, part == CHUNK_SECTORS, err);

		if (chunk == NULL) {
			return false;
		}
		memcpy(chunk + sector % CHUNK_SECTORS * DISK_SECTOR_BYTES, data, size);
		data += size;
		sector += part;
		sectors -= part;
	}
	return true;
}

/* Zeroes in a part of a chunk. */
static bool clear_part(struct raw *raw, uint64_t sector, uint64_t sectors, struct error *err)
{
	uint8_t *chunk = own_chunk(raw, sector / CHUNK_SECTORS, false, err);

	if (chunk == NULL) {
		return false;
	}
	memset(chunk + sector % CHUNK_SECTORS * DISK_SECTOR_BYTES, 0, sectors * DISK_SECTOR_BYTES);
	return true;
}

static bool put_zeroes(struct raw *raw, uint64_t sector, uint64_t sectors, struct error *err)
{
	while (sectors > 0) {
		uint64_t part = first_part(sector, sectors);

		if (part < CHUNK_SECTORS) {
			if (!clear_part(raw, sector, part, err)) {
				return false;
			}
		} else if (!clear_chunk(raw, sector / CHUNK_SECTORS)) {
			return error_set(err, EXIT_HOST_IO, "the host is out of memory");
		}
		sector += part;
		sectors -= part;
	}
	return true;
}

static bool raw_write(struct disk *disk, uint64_t sector, const void *data, uint64_t sectors,
		      struct error *err)
{
	return put(raw_of(disk), sector, data, sectors, err);
}

static bool raw_discard(struct disk *disk, uint64_t sector, uint64_t sectors, struct error *err)
{
	return put_zeroes(raw_of(disk), sector, sectors, err);
}

static bool raw_flush(struct disk *disk, struct error *err)
{
	(void)disk;
	(void)err;
	return true;
}

static void raw_hash(const struct disk *disk, struct state_hash *hash)
{
	const struct raw *raw = raw_of(disk);

	for (uint64_t i = 0; i < raw->chunk_count; i++) {
		const uint8_t *chunk = find_chunk(raw, i);

		if (chunk != NULL) {
			state_hash_u64(hash, i);
			state_hash_bytes(hash, chunk, CHUNK_BYTES);
		} else if (raw->blocks[i / BLOCK_CHUNKS] == NULL) {
			i |= BLOCK_CHUNKS - 1;
		}
	}
}

/* XXH3 of the whole image, once. */
static bool hash_image(struct raw *raw, struct error *err)
{
	uint64_t size = raw->disk.sectors * DISK_SECTOR_BYTES;
	static const char no_memory[] = "the host is out of memory";
	XXH3_state_t *state;
	uint8_t *buffer;
	bool good = true;

	if (raw->is_hashed) {
		return true;
	}
	state = XXH3_createState();
	buffer = malloc(HASH_BYTES);
	if (state == NULL || buffer == NULL) {
		good = error_set(err, EXIT_HOST_IO, no_memory);
	} else {
		XXH3_64bits_reset(state);
	}
	for (uint64_t at = 0; good && at < size; at += HASH_BYTES) {
		size_t part = size - at < HASH_BYTES ? (size_t)(size - at) : HASH_BYTES;

		good = read_image(raw, at, buffer, part, err);
		if (good) {
			XXH3_64bits_update(state, buffer, part);
		}
	}
	if (good) {
		raw->image_hash = XXH3_64bits_digest(state);
		raw->is_hashed = true;
	}
	free(buffer);
	XXH3_freeState(state);
	return good;
}

static void save_chunks(const struct raw *raw, struct state_io *io)
{
	uint64_t none = UINT64_MAX;

	for (uint64_t i = 0; i < raw->chunk_count; i++) {
		uint8_t *chunk = find_chunk(raw, i);

		if (chunk != NULL) {
			uint64_t number = i;

			state_io_u64(io, &number);
			state_io_bytes(io, chunk, CHUNK_BYTES);
		}
	}
	state_io_u64(io, &none);
}

static void load_chunks(struct raw *raw, struct state_io *io)
{
	for (;;) {
		uint64_t number = 0;

		state_io_u64(io, &number);
		if (io->has_failed || number == UINT64_MAX) {
			return;
		}
		uint8_t *chunk = number < raw->chunk_count && find_chunk(raw, number) == NULL
					 ? add_chunk(raw, number)
					 : NULL;

		if (chunk == NULL) {
			io->has_failed = true;
			return;
		}
		state_io_bytes(io, chunk, CHUNK_BYTES);
	}
}

static bool raw_state(struct disk *disk, struct state_io *io, struct error *err)
{
	struct raw *raw = raw_of(disk);

	if (!hash_image(raw, err)) {
		return false;
	}
	uint64_t hash = raw->image_hash;

	state_io_u64(io, &hash);
	if (hash != raw->image_hash) {
		return error_set(err, EXIT_HOST_IO,
				 "%s is another image than when the checkpoint was saved: its hash "
				 "was %016llx, now it is %016llx",
				 raw->path, (unsigned long long)hash,
				 (unsigned long long)raw->image_hash);
	}
	if (io->is_loading) {
		load_chunks(raw, io);
	} else {
		save_chunks(raw, io);
	}
	return true;
}

static void raw_destroy(struct disk *disk)
{
	struct raw *raw = raw_of(disk);

	for (uint64_t i = 0; raw->blocks != NULL && i < raw->block_count; i++) {
		for (unsigned j = 0; raw->blocks[i] != NULL && j < BLOCK_CHUNKS; j++) {
			free_chunk(raw->blocks[i][j]);
		}
		free(raw->blocks[i]);
	}
	free(raw->blocks);
	if (raw->fd >= 0) {
		close(raw->fd);
	}
	free(raw);
}

static const struct disk_ops raw_ops = {
	.read = raw_read,
	.write = raw_write,
	.flush = raw_flush,
	.discard = raw_discard,
	.hash = raw_hash,
	.state = raw_state,
	.destroy = raw_destroy,
};

/* Opens the file and checks its size. */
static bool open_image(struct raw *raw, struct error *err)
{
	struct stat stat;

	raw->fd = open(raw->path, O_RDONLY | O_CLOEXEC);
	if (raw->fd < 0 || fstat(raw->fd, &stat) != 0) {
		return error_set(err, EXIT_HOST_IO, "cannot open disk image %s: %s", raw->path,
				 strerror(errno));
	}
	if (!S_ISREG(stat.st_mode)) {
		return error_set(err, EXIT_USAGE, "disk image %s is not a regular file", raw->path);
	}
	raw->disk.sectors = (uint64_t)stat.st_size / DISK_SECTOR_BYTES;
	if (stat.st_size == 0 || stat.st_size % DISK_SECTOR_BYTES != 0 ||
	    raw->disk.sectors > DISK_SECTORS_MAX) {
		return error_set(err, EXIT_USAGE,
				 "disk image %s has %lld bytes: expected a multiple of 512, at "
				 "most 16T",
				 raw->path, (long long)stat.st_size);
	}
	return true;
}

bool disk_hash_image(const char *path, uint64_t *bytes, uint64_t *hash, struct error *err)
{
	struct disk *disk = disk_raw_open(path, err);

	if (disk == NULL) {
		return false;
	}
	struct raw *raw = raw_of(disk);
	bool good = hash_image(raw, err);

	*bytes = disk->sectors * DISK_SECTOR_BYTES;
	*hash = raw->image_hash;
	raw_destroy(disk);
	return good;
}

struct disk *disk_raw_open(const char *path, struct error *err)
{
	struct raw *raw = calloc(1, sizeof(*raw));
	const char *slash = strrchr(path, '/');

	if (raw == NULL) {
		error_set(err, EXIT_HOST_IO, "the host is out of memory");
		return NULL;
	}
	raw->fd = -1;
	raw->disk.ops = &raw_ops;
	strncpy(raw->path, path, sizeof(raw->path) - 1);
	strncpy(raw->disk.id, slash != NULL ? slash + 1 : path, DISK_ID_BYTES);
	if (!open_image(raw, err)) {
		raw_destroy(&raw->disk);
		return NULL;
	}
	raw->chunk_count = (raw->disk.sectors + CHUNK_SECTORS - 1) / CHUNK_SECTORS;
	raw->block_count = (raw->chunk_count + BLOCK_CHUNKS - 1) / BLOCK_CHUNKS;
	raw->blocks = calloc(raw->block_count, sizeof(*raw->blocks));
	if (raw->blocks == NULL) {
		error_set(err, EXIT_HOST_IO, "the host is out of memory");
		raw_destroy(&raw->disk);
		return NULL;
	}
	return &raw->disk;
}
