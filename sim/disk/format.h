/* SPDX-License-Identifier: MIT */
/*
 * format.h - the bytes of an overlay file; docs/disks.md describes them.
 *
 * An overlay is hostile input: what is read here is checked before it is used.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sim/disk/hostio.h"

#define FORMAT_BLOCK_BYTES 4096U
#define FORMAT_FANOUT      256U /* entries of a node of the index: 16 bytes each */
#define FORMAT_ROOTS       2U   /* copies of the root, at block 0 and 1 */
#define FORMAT_FIRST       (FORMAT_ROOTS * FORMAT_BLOCK_BYTES)
#define FORMAT_ID_BYTES    16U
#define FORMAT_BASE_BYTES  1024U
/* Of the base, what one sum covers. */
#define FORMAT_CHUNK_BYTES 65536U
/* Generations that are kept. */
#define FORMAT_KEPT_MAX 65536U

/* Where a block is, and XXH3 of what it holds. */
struct format_entry {
	uint64_t at;
	uint64_t sum;
};

/* Values of `at` that are no place. */
#define FORMAT_AT_BASE  0U /* the base has the content */
#define FORMAT_AT_ZEROS 1U /* the content is zeroes */

/* A generation that a checkpoint names. */
struct format_kept {
	uint64_t generation;
	struct format_entry index;
	uint64_t end; /* of all that it names */
};

/* A root: what the file holds as of one commit. */
struct format_root {
	uint8_t id[FORMAT_ID_BYTES]; /* of the overlay; random */
	uint64_t sectors;
	uint64_t base_id;         /* XXH3 of the table of sums, seeded with the bytes of the base */
	uint64_t replaced_by;     /* `image commit` is about to make this base of it; or 0 */
	struct format_entry sums; /* the table: one for each FORMAT_CHUNK_BYTES of the base */
	uint64_t generation;      /* counts commits */
	struct format_entry index; /* node at the top */
	uint64_t end;              /* of all that is in use, in bytes */
	struct format_entry kept;  /* table of generations that are kept, in their order */
	uint64_t kept_count;
	char base[FORMAT_BASE_BYTES]; /* where the base was, with the 0 */
};

/* Blocks and levels of the index of a disk. */
uint64_t format_blocks(uint64_t sectors);
unsigned format_levels(uint64_t sectors);
uint64_t format_chunks(uint64_t sectors);

/* The id of a base with these sums. */
uint64_t format_base_id(const uint64_t *sums, uint64_t sectors);

void format_encode_root(const struct format_root *root, uint8_t block[FORMAT_BLOCK_BYTES]);

/* False: its sum or a value is wrong; `is_foreign` says that it is no root at all. */
bool format_decode_root(const uint8_t block[FORMAT_BLOCK_BYTES], struct format_root *root,
			bool *is_foreign);

/*
 * The newest of the roots, from a file of `size` bytes. `damaged`: how many of the copies are bad
 * or old.
 */
bool format_read_root(const struct host_file *file, uint64_t size, struct format_root *root,
		      unsigned *damaged, struct error *err);

void format_encode_node(const struct format_entry *entries, uint8_t block[FORMAT_BLOCK_BYTES]);
void format_decode_node(const uint8_t block[FORMAT_BLOCK_BYTES], struct format_entry *entries);

/* Tables: numbers of 64 bits, their sum in the root, padded to whole blocks. */
uint64_t format_table_bytes(uint64_t numbers);

/* `numbers` is in the host's order; free() what comes. NULL after an error. */
uint64_t *format_read_table(const struct host_file *file, const struct format_entry *entry,
			    uint64_t count, struct error *err);
bool format_write_table(struct host_file *file, const uint64_t *numbers, uint64_t count,
			struct format_entry *entry, struct error *err);

/* The table of generations; free() it. NULL after an error. */
struct format_kept *format_read_kept(const struct host_file *file, const struct format_root *root,
				     struct error *err);
bool format_write_kept(struct host_file *file, const struct format_kept *kept, uint64_t count,
		       struct format_entry *entry, struct error *err);

bool format_damaged(const char *path, const char *what, struct error *err);
