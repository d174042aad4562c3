/* SPDX-License-Identifier: MIT */
/* base.c - see base.h. */
#include "sim/disk/base.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "sim/disk/disk.h"
#include "sim/disk/format.h"

#define CHECKED_AT_OPEN_BYTES ((uint64_t)256 << 20)
#define SAMPLE_CHUNKS         64U

void base_init(struct base *base)
{
	memset(base, 0, sizeof(*base));
	host_file_init(&base->file);
}

bool base_open(struct base *base, const char *path, bool is_exclusive, struct error *err)
{
	uint64_t size;

	base_init(base);
	if (!host_open(&base->file, path, HOST_READ, NULL, err) ||
	    !host_lock(&base->file, is_exclusive, err) || !host_size(&base->file, &size, err)) {
		base_close(base);
		return false;
	}
	base->sectors = size / DISK_SECTOR_BYTES;
	if (size == 0 || size % DISK_SECTOR_BYTES != 0 || base->sectors > DISK_SECTORS_MAX) {
		base_close(base);
		return error_set(err, EXIT_USAGE,
				 "disk image %s has %" PRIu64
				 " bytes: expected a multiple of 512, at most 16T",
				 path, size);
	}
	return true;
}

void base_close(struct base *base)
{
	host_close(&base->file);
	free(base->sums);
	free(base->is_good);
	base_init(base);
}

/* Reads a chunk; the last one may be shorter. */
static bool read_chunk(const struct base *base, uint64_t chunk, uint8_t *bytes, size_t *size,
		       struct error *err)
{
	uint64_t offset = chunk * FORMAT_CHUNK_BYTES;
	uint64_t left = base->sectors * DISK_SECTOR_BYTES - offset;

	*size = left < FORMAT_CHUNK_BYTES ? (size_t)left : FORMAT_CHUNK_BYTES;
	return host_read(&base->file, offset, bytes, *size, err);
}

uint64_t *base_make_sums(const struct base *base, struct error *err)
{
	uint64_t chunks = format_chunks(base->sectors);
	uint64_t *sums = malloc(chunks * sizeof(*sums));
	uint8_t *bytes = malloc(FORMAT_CHUNK_BYTES);
	bool good = sums != NULL && bytes != NULL;

	if (!good) {
		error_set(err, EXIT_HOST_IO, "the host is out of memory");
	}
	for (uint64_t i = 0; good && i < chunks; i++) {
		size_t size;

		good = read_chunk(base, i, bytes, &size, err);
		if (good) {
			sums[i] = XXH3_64bits(bytes, size);
		}
	}
	free(bytes);
	if (!good) {
		free(sums);
		return NULL;
	}
	return sums;
}

static bool is_good(const struct base *base, uint64_t chunk)
{
	return base->sums == NULL || (base->is_good[chunk / 8] >> (chunk % 8) & 1) != 0;
}

static bool check_chunk(struct base *base, uint64_t chunk, struct error *err)
{
	uint8_t bytes[FORMAT_CHUNK_BYTES];
	size_t size;

	if (is_good(base, chunk)) {
		return true;
	}
	if (!read_chunk(base, chunk, bytes, &size, err)) {
		return false;
	}
	if (XXH3_64bits(bytes, size) != base->sums[chunk]) {
		return error_set(err, EXIT_HOST_IO,
				 "%s is not the base of this overlay or checkpoint, or was changed "
				 "since: it differs in the 64 KB from byte %" PRIu64,
				 base->file.path, chunk * FORMAT_CHUNK_BYTES);
	}
	base->is_good[chunk / 8] |= (uint8_t)(1U << (chunk % 8));
	return true;
}

bool base_check_all(struct base *base, struct error *err)
{
	for (uint64_t i = 0; i < format_chunks(base->sectors); i++) {
		if (!check_chunk(base, i, err)) {
			return false;
		}
	}
	return true;
}

bool base_expect(struct base *base, uint64_t *sums, struct error *err)
{
	uint64_t chunks = format_chunks(base->sectors);

	free(base->sums);
	free(base->is_good);
	base->sums = sums;
	base->is_good = calloc(1, chunks / 8 + 1);
	if (base->is_good == NULL) {
		return error_set(err, EXIT_HOST_IO, "the host is out of memory");
	}
	if (base->sectors * DISK_SECTOR_BYTES <= CHECKED_AT_OPEN_BYTES) {
		return base_check_all(base, err);
	}
	for (uint64_t i = 0; i < SAMPLE_CHUNKS; i++) {
		if (!check_chunk(base, (chunks - 1) * i / (SAMPLE_CHUNKS - 1), err)) {
			return false;
		}
	}
	return true;
}

bool base_read_block(struct base *base, uint64_t block, uint8_t *bytes, struct error *err)
{
	uint64_t offset = block * FORMAT_BLOCK_BYTES;
	uint64_t left = base->sectors * DISK_SECTOR_BYTES - offset;
	size_t part = left < FORMAT_BLOCK_BYTES ? (size_t)left : FORMAT_BLOCK_BYTES;

	memset(bytes + part, 0, FORMAT_BLOCK_BYTES - part);
	return check_chunk(base, offset / FORMAT_CHUNK_BYTES, err) &&
	       host_read(&base->file, offset, bytes, part, err);
}

bool disk_hash_image(const char *path, uint64_t *bytes, uint64_t *hash, struct error *err)
{
	XXH3_state_t *state = XXH3_createState();
	uint8_t *chunk = malloc(FORMAT_CHUNK_BYTES);
	struct base base;
	bool good;

	base_init(&base);
	good = state != NULL && chunk != NULL
		       ? base_open(&base, path, false, err)
		       : error_set(err, EXIT_HOST_IO, "the host is out of memory");
	if (good) {
		XXH3_64bits_reset(state);
	}
	for (uint64_t i = 0; good && i < format_chunks(base.sectors); i++) {
		size_t size;

		good = read_chunk(&base, i, chunk, &size, err);
		if (good) {
			XXH3_64bits_update(state, chunk, size);
		}
	}
	if (good) {
		*bytes = base.sectors * DISK_SECTOR_BYTES;
		*hash = XXH3_64bits_digest(state);
	}
	base_close(&base);
	free(chunk);
	XXH3_freeState(state);
	return good;
}
