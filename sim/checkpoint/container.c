/* SPDX-License-Identifier: MIT */
/* container.c - header and chunks. */
#include "sim/checkpoint/container.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>
#include <zstd.h>

#define MAGIC        "MBLCKPT\x1a"
#define MAGIC_BYTES  8U
#define VERSION      3U
#define HEADER_BYTES 32U
#define CHUNK_BYTES  24U
/* A longer part is several chunks, all but the last with CHUNK_CONTINUES. */
#define RAW_MAX         (16U << 20)
#define CHUNK_CONTINUES 1U
#define LEVEL           1

struct container_io {
	ZSTD_CCtx *compressor;
	ZSTD_DCtx *decompressor;
	uint8_t *packed;
	size_t packed_capacity;
	uint8_t *raw;
	size_t raw_capacity;
};

static void put(uint8_t *at, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++) {
		at[i] = (uint8_t)(value >> (8 * i));
	}
}

static uint64_t get(const uint8_t *at, unsigned bytes)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < bytes; i++) {
		value |= (uint64_t)at[i] << (8 * i);
	}
	return value;
}

static bool damaged(const struct container *container, const char *what, struct error *err)
{
	return error_set(err, EXIT_HOST_IO, "%s: damaged checkpoint: %s", container->name, what);
}

static bool out_of_memory(struct error *err)
{
	return error_set(err, EXIT_HOST_IO, "the host is out of memory");
}

static bool begin(struct container *container, FILE *stream, const char *name, struct error *err)
{
	*container = (struct container){ .stream = stream, .name = name };
	container->io = calloc(1, sizeof(*container->io));
	if (container->io == NULL) {
		return out_of_memory(err);
	}
	container->io->compressor = ZSTD_createCCtx();
	container->io->decompressor = ZSTD_createDCtx();
	return (container->io->compressor != NULL && container->io->decompressor != NULL) ||
	       out_of_memory(err);
}

void container_release(struct container *container)
{
	if (container->io != NULL) {
		ZSTD_freeCCtx(container->io->compressor);
		ZSTD_freeDCtx(container->io->decompressor);
		free(container->io->packed);
		free(container->io->raw);
		free(container->io);
	}
	*container = (struct container){ 0 };
}

/* Makes *buffer hold `size` bytes. */
static bool reserve(uint8_t **buffer, size_t *capacity, size_t size, struct error *err)
{
	if (size > *capacity) {
		uint8_t *larger = realloc(*buffer, size);

		if (larger == NULL) {
			return out_of_memory(err);
		}
		*buffer = larger;
		*capacity = size;
	}
	return true;
}

static bool write_all(const struct container *container, const void *bytes, size_t size,
		      struct error *err)
{
	if (fwrite(bytes, 1, size, container->stream) == size) {
		return true;
	}
	return error_set(err, EXIT_HOST_IO, "cannot write %s: %s", container->name,
			 strerror(errno));
}

bool container_create(struct container *container, FILE *stream, const char *name,
		      uint64_t state_hash, struct error *err)
{
	uint8_t header[HEADER_BYTES] = MAGIC;

	if (!begin(container, stream, name, err)) {
		return false;
	}
	container->state_hash = state_hash;
	put(header + 8, VERSION, 4);
	put(header + 16, state_hash, 8);
	put(header + 24, XXH3_64bits(header, 24), 8);
	return write_all(container, header, sizeof(header), err);
}

bool container_open(struct container *container, FILE *stream, const char *name, struct error *err)
{
	uint8_t header[HEADER_BYTES];

	if (!begin(container, stream, name, err)) {
		return false;
	}
	container->is_reading = true;
	size_t size = fread(header, 1, sizeof(header), stream);

	if (ferror(stream)) {
		return error_set(err, EXIT_HOST_IO, "cannot read %s: %s", name, strerror(errno));
	}
	if (size < MAGIC_BYTES || memcmp(header, MAGIC, MAGIC_BYTES) != 0) {
		return error_set(err, EXIT_USAGE, "%s is no checkpoint", name);
	}
	if (size < sizeof(header) || get(header + 24, 8) != XXH3_64bits(header, 24)) {
		return damaged(container, "its header", err);
	}
	if (get(header + 8, 4) != VERSION || get(header + 12, 4) != 0) {
		return error_set(err, EXIT_USAGE, "%s: a checkpoint of version %llu, expected %u",
				 name, (unsigned long long)get(header + 8, 4), VERSION);
	}
	container->state_hash = get(header + 16, 8);
	return true;
}

/* Covers the header of the chunk, its place among the others and its bytes. */
static uint64_t hash_chunk(const struct container *container, const uint8_t *header,
			   const uint8_t *packed, size_t size)
{
	uint64_t seed = XXH3_64bits_withSeed(header, 16, container->chunks);

	return XXH3_64bits_withSeed(packed, size, seed);
}

static bool write_chunk(struct container *container, enum container_kind kind, const uint8_t *bytes,
			size_t size, unsigned flags, struct error *err)
{
	struct container_io *io = container->io;
	uint8_t header[CHUNK_BYTES] = { 0 };

	if (!reserve(&io->packed, &io->packed_capacity, ZSTD_compressBound(size), err)) {
		return false;
	}
	size_t packed = ZSTD_compressCCtx(io->compressor, io->packed, io->packed_capacity, bytes,
					  size, LEVEL);

	if (ZSTD_isError(packed)) {
		return error_set(err, EXIT_HOST_IO, "%s: zstd: %s", container->name,
				 ZSTD_getErrorName(packed));
	}
	put(header, kind, 4);
	put(header + 4, size, 4);
	put(header + 8, packed, 4);
	put(header + 12, flags, 4);
	put(header + 16, hash_chunk(container, header, io->packed, packed), 8);
	container->chunks++;
	return write_all(container, header, sizeof(header), err) &&
	       write_all(container, io->packed, packed, err);
}

bool container_write(struct container *container, enum container_kind kind, const void *bytes,
		     size_t size, struct error *err)
{
	const uint8_t *at = bytes;

	while (size > RAW_MAX) {
		if (!write_chunk(container, kind, at, RAW_MAX, CHUNK_CONTINUES, err)) {
			return false;
		}
		at += RAW_MAX;
		size -= RAW_MAX;
	}
	return write_chunk(container, kind, at, size, 0, err);
}

static bool read_all(struct container *container, void *bytes, size_t size, struct error *err)
{
	if (fread(bytes, 1, size, container->stream) == size) {
		return true;
	}
	if (ferror(container->stream)) {
		return error_set(err, EXIT_HOST_IO, "cannot read %s: %s", container->name,
				 strerror(errno));
	}
	return damaged(container, "it is cut off", err);
}

/* Reads a chunk and puts what it holds behind the `size` bytes of the part that are there. */
static bool read_chunk(struct container *container, enum container_kind *kind, size_t *size,
		       bool *continues, struct error *err)
{
	struct container_io *io = container->io;
	uint8_t header[CHUNK_BYTES];

	if (!read_all(container, header, sizeof(header), err)) {
		return false;
	}
	uint64_t found = get(header, 4);
	size_t raw = get(header + 4, 4);
	size_t packed = get(header + 8, 4);
	uint64_t flags = get(header + 12, 4);

	if (found < CONTAINER_CONFIG || found > CONTAINER_END || raw > RAW_MAX ||
	    packed > ZSTD_compressBound(RAW_MAX) || flags > CHUNK_CONTINUES) {
		return damaged(container, "the header of a chunk", err);
	}
	if (!reserve(&io->packed, &io->packed_capacity, packed, err) ||
	    !reserve(&io->raw, &io->raw_capacity, *size + raw + 1, err) ||
	    !read_all(container, io->packed, packed, err)) {
		return false;
	}
	if (get(header + 16, 8) != hash_chunk(container, header, io->packed, packed)) {
		return damaged(container, "a chunk", err);
	}
	if (ZSTD_decompressDCtx(io->decompressor, io->raw + *size, raw, io->packed, packed) !=
	    raw) {
		return damaged(container, "what a chunk holds", err);
	}
	container->chunks++;
	*kind = (enum container_kind)found;
	*size += raw;
	*continues = flags == CHUNK_CONTINUES;
	return true;
}

bool container_read(struct container *container, enum container_kind *kind, uint8_t **bytes,
		    size_t *size, struct error *err)
{
	enum container_kind next = CONTAINER_END;
	bool continues = false;

	*size = 0;
	if (!read_chunk(container, kind, size, &continues, err)) {
		return false;
	}
	while (continues) {
		if (!read_chunk(container, &next, size, &continues, err)) {
			return false;
		}
		if (next != *kind) {
			return damaged(container, "the order of its chunks", err);
		}
	}
	if (*kind == CONTAINER_END && getc(container->stream) != EOF) {
		return damaged(container, "there is more behind its end", err);
	}
	*bytes = container->io->raw;
	return true;
}
