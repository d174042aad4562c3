/* SPDX-License-Identifier: MIT */
/* format.c - see format.h. */
#include "sim/disk/format.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "sim/disk/disk.h"

#define MAGIC_BYTES 8U
#define VERSION     1U
#define SUM_AT      (FORMAT_BLOCK_BYTES - 8U)
#define BASE_AT     1024U
#define KEPT_WORDS  4U /* of a row in the table of generations */

static const uint8_t magic[MAGIC_BYTES] = { 'M', 'B', 'L', 'D', 'I', 'S', 'K', 0x1a };

static void put(uint8_t *at, uint64_t value)
{
	for (unsigned i = 0; i < 8; i++) {
		at[i] = (uint8_t)(value >> (8 * i));
	}
}

static uint64_t get(const uint8_t *at)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < 8; i++) {
		value |= (uint64_t)at[i] << (8 * i);
	}
	return value;
}

bool format_damaged(const char *path, const char *what, struct error *err)
{
	return error_set(err, EXIT_HOST_IO, "%s: damaged overlay: %s", path, what);
}

uint64_t format_blocks(uint64_t sectors)
{
	uint64_t per_block = FORMAT_BLOCK_BYTES / DISK_SECTOR_BYTES;

	return (sectors + per_block - 1) / per_block;
}

unsigned format_levels(uint64_t sectors)
{
	uint64_t blocks = format_blocks(sectors);
	unsigned levels = 1;

	for (uint64_t reach = FORMAT_FANOUT; reach < blocks; reach *= FORMAT_FANOUT) {
		levels++;
	}
	return levels;
}

uint64_t format_chunks(uint64_t sectors)
{
	uint64_t per_chunk = FORMAT_CHUNK_BYTES / DISK_SECTOR_BYTES;

	return (sectors + per_chunk - 1) / per_chunk;
}

uint64_t format_base_id(const uint64_t *sums, uint64_t sectors)
{
	uint64_t id = sectors * DISK_SECTOR_BYTES;
	uint8_t bytes[8];

	for (uint64_t i = 0; i < format_chunks(sectors); i++) {
		put(bytes, sums[i]);
		id = XXH3_64bits_withSeed(bytes, sizeof(bytes), id);
	}
	return id;
}

static void put_entry(uint8_t *at, const struct format_entry *entry)
{
	put(at, entry->at);
	put(at + 8, entry->sum);
}

static struct format_entry get_entry(const uint8_t *at)
{
	return (struct format_entry){ get(at), get(at + 8) };
}

void format_encode_root(const struct format_root *root, uint8_t block[FORMAT_BLOCK_BYTES])
{
	memset(block, 0, FORMAT_BLOCK_BYTES);
	memcpy(block, magic, MAGIC_BYTES);
	put(block + 8, VERSION);
	memcpy(block + 16, root->id, FORMAT_ID_BYTES);
	put(block + 32, root->sectors);
	put(block + 40, root->base_id);
	put(block + 48, root->replaced_by);
	put_entry(block + 56, &root->sums);
	put(block + 72, root->generation);
	put_entry(block + 80, &root->index);
	put(block + 96, root->end);
	put_entry(block + 104, &root->kept);
	put(block + 120, root->kept_count);
	memcpy(block + BASE_AT, root->base, FORMAT_BASE_BYTES);
	put(block + SUM_AT, XXH3_64bits(block, SUM_AT));
}

/* A place for `bytes` before the end of what is in use. */
static bool is_place(const struct format_root *root, const struct format_entry *entry,
		     uint64_t bytes)
{
	return entry->at >= FORMAT_FIRST && entry->at % FORMAT_BLOCK_BYTES == 0 &&
	       bytes <= root->end && entry->at <= root->end - bytes;
}

static bool root_is_sound(const struct format_root *root)
{
	return root->sectors > 0 && root->sectors <= DISK_SECTORS_MAX &&
	       root->end >= FORMAT_FIRST && root->end % FORMAT_BLOCK_BYTES == 0 &&
	       root->generation > 0 && root->kept_count <= FORMAT_KEPT_MAX &&
	       is_place(root, &root->sums, format_table_bytes(format_chunks(root->sectors))) &&
	       (root->index.at == FORMAT_AT_BASE ||
		is_place(root, &root->index, FORMAT_BLOCK_BYTES)) &&
	       (root->kept_count == 0 ||
		is_place(root, &root->kept, format_table_bytes(root->kept_count * KEPT_WORDS))) &&
	       memchr(root->base, '\0', FORMAT_BASE_BYTES) != NULL;
}

bool format_decode_root(const uint8_t block[FORMAT_BLOCK_BYTES], struct format_root *root,
			bool *is_foreign)
{
	*is_foreign = memcmp(block, magic, MAGIC_BYTES) != 0 || get(block + 8) != VERSION;
	if (*is_foreign || get(block + SUM_AT) != XXH3_64bits(block, SUM_AT)) {
		return false;
	}
	memcpy(root->id, block + 16, FORMAT_ID_BYTES);
	root->sectors = get(block + 32);
	root->base_id = get(block + 40);
	root->replaced_by = get(block + 48);
	root->sums = get_entry(block + 56);
	root->generation = get(block + 72);
	root->index = get_entry(block + 80);
	root->end = get(block + 96);
	root->kept = get_entry(block + 104);
	root->kept_count = get(block + 120);
	memcpy(root->base, block + BASE_AT, FORMAT_BASE_BYTES);
	return root_is_sound(root);
}

bool format_read_root(const struct host_file *file, uint64_t size, struct format_root *root,
		      unsigned *damaged, struct error *err)
{
	struct format_root found[FORMAT_ROOTS];
	bool is_good[FORMAT_ROOTS] = { false };
	unsigned foreign = 0;
	unsigned newest;

	for (unsigned i = 0; i < FORMAT_ROOTS; i++) {
		uint8_t block[FORMAT_BLOCK_BYTES] = { 0 };
		uint64_t offset = (uint64_t)i * FORMAT_BLOCK_BYTES;
		uint64_t left = size > offset ? size - offset : 0;
		size_t part = left < sizeof(block) ? (size_t)left : sizeof(block);
		bool is_foreign;

		if (part > 0 && !host_read(file, offset, block, part, err)) {
			return false;
		}
		is_good[i] = format_decode_root(block, &found[i], &is_foreign);
		foreign += is_foreign;
	}
	if (!is_good[0] && !is_good[1]) {
		return foreign == FORMAT_ROOTS
			       ? error_set(err, EXIT_USAGE,
					   "%s is no overlay of version %u; mirrorball image "
					   "create makes one",
					   file->path, VERSION)
			       : format_damaged(file->path, "both copies of its root", err);
	}
	newest = !is_good[0] || (is_good[1] && found[1].generation > found[0].generation);
	*root = found[newest];
	*damaged = !is_good[1 - newest] || found[1 - newest].generation != root->generation;
	if (size < root->end) {
		return format_damaged(file->path, "it is cut off", err);
	}
	return true;
}

void format_encode_node(const struct format_entry *entries, uint8_t block[FORMAT_BLOCK_BYTES])
{
	for (size_t i = 0; i < FORMAT_FANOUT; i++) {
		put_entry(block + i * 16, &entries[i]);
	}
}

void format_decode_node(const uint8_t block[FORMAT_BLOCK_BYTES], struct format_entry *entries)
{
	for (size_t i = 0; i < FORMAT_FANOUT; i++) {
		entries[i] = get_entry(block + i * 16);
	}
}

uint64_t format_table_bytes(uint64_t numbers)
{
	uint64_t bytes = numbers * 8;

	return (bytes + FORMAT_BLOCK_BYTES - 1) / FORMAT_BLOCK_BYTES * FORMAT_BLOCK_BYTES;
}

uint64_t *format_read_table(const struct host_file *file, const struct format_entry *entry,
			    uint64_t count, struct error *err)
{
	uint64_t bytes = format_table_bytes(count);
	uint64_t *numbers = calloc(1, bytes + 8);

	if (numbers == NULL) {
		error_set(err, EXIT_HOST_IO, "the host is out of memory");
		return NULL;
	}
	if (!host_read(file, entry->at, numbers, bytes, err)) {
		free(numbers);
		return NULL;
	}
	if (XXH3_64bits(numbers, bytes) != entry->sum) {
		free(numbers);
		format_damaged(file->path, "a table", err);
		return NULL;
	}
	for (uint64_t i = 0; i < count; i++) {
		numbers[i] = get((const uint8_t *)&numbers[i]);
	}
	return numbers;
}

bool format_write_table(struct host_file *file, const uint64_t *numbers, uint64_t count,
			struct format_entry *entry, struct error *err)
{
	uint64_t bytes = format_table_bytes(count);
	uint8_t *block = calloc(1, bytes + 8);
	bool good;

	if (block == NULL) {
		return error_set(err, EXIT_HOST_IO, "the host is out of memory");
	}
	for (uint64_t i = 0; i < count; i++) {
		put(block + i * 8, numbers[i]);
	}
	entry->sum = XXH3_64bits(block, bytes);
	good = host_write(file, entry->at, block, bytes, err);
	free(block);
	return good;
}

struct format_kept *format_read_kept(const struct host_file *file, const struct format_root *root,
				     struct error *err)
{
	struct format_kept *kept = calloc(root->kept_count + 1, sizeof(*kept));
	uint64_t *numbers = NULL;
	bool good = true;

	if (kept == NULL) {
		error_set(err, EXIT_HOST_IO, "the host is out of memory");
		return NULL;
	}
	if (root->kept_count > 0) {
		numbers = format_read_table(file, &root->kept, root->kept_count * KEPT_WORDS, err);
		good = numbers != NULL;
	}
	for (uint64_t i = 0; good && i < root->kept_count; i++) {
		const uint64_t *row = numbers + i * KEPT_WORDS;

		kept[i] = (struct format_kept){ row[0], { row[1], row[2] }, row[3] };
		good = kept[i].generation <= root->generation && kept[i].end <= root->end &&
		       (i == 0 || kept[i].generation > kept[i - 1].generation) &&
		       (kept[i].index.at == FORMAT_AT_BASE ||
			is_place(root, &kept[i].index, FORMAT_BLOCK_BYTES));
		if (!good) {
			format_damaged(file->path, "its table of generations", err);
		}
	}
	free(numbers);
	if (!good) {
		free(kept);
		return NULL;
	}
	return kept;
}

bool format_write_kept(struct host_file *file, const struct format_kept *kept, uint64_t count,
		       struct format_entry *entry, struct error *err)
{
	uint64_t *numbers = calloc(count * KEPT_WORDS + 1, sizeof(*numbers));
	bool good;

	if (numbers == NULL) {
		return error_set(err, EXIT_HOST_IO, "the host is out of memory");
	}
	for (uint64_t i = 0; i < count; i++) {
		uint64_t *row = numbers + i * KEPT_WORDS;

		row[0] = kept[i].generation;
		row[1] = kept[i].index.at;
		row[2] = kept[i].index.sum;
		row[3] = kept[i].end;
	}
	good = format_write_table(file, numbers, count * KEPT_WORDS, entry, err);
	free(numbers);
	return good;
}
