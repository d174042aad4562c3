/* SPDX-License-Identifier: MIT */
/*
 * fuzz_overlay.c - libFuzzer on overlays of disks: opening, the index, kept generations, commits.
 *
 * Sums would stop nearly every change at the door, so they are made right again: those of the two
 * roots, of the tables, of the nodes that a root names and of those below.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xxhash.h>

#include "sim/disk/image.h"
#include "sim/disk/store.h"
#include "sim/state_io.h"

/* Of the base, which is all zeroes; as tests/fuzz/run_fuzz makes it. */
#define BASE_SECTORS 2501U
#define FILE_MAX     (1U << 20)
#define NODES_MAX    64U

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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

/* Makes the sum of what the entry at `entry` names right; for nodes, from below. */
static void seal(uint8_t *bytes, size_t size, uint8_t *entry, unsigned level, unsigned *nodes)
{
	uint64_t at = get(entry);

	if (at < FORMAT_FIRST || size < FORMAT_BLOCK_BYTES || at > size - FORMAT_BLOCK_BYTES ||
	    ++*nodes > NODES_MAX) {
		return;
	}
	for (unsigned i = 0; level > 0 && i < FORMAT_FANOUT; i++) {
		seal(bytes, size, bytes + at + i * 16, level - 1, nodes);
	}
	put(entry + 8, XXH3_64bits(bytes + at, FORMAT_BLOCK_BYTES));
}

static void seal_root(uint8_t *bytes, size_t size, size_t root)
{
	unsigned nodes = 0;
	uint64_t kept = get(bytes + root + 104);

	if (kept >= FORMAT_FIRST && kept <= size - FORMAT_BLOCK_BYTES) {
		for (unsigned i = 0; i < 3; i++) {
			seal(bytes, size, bytes + kept + i * 32 + 8, 2, &nodes);
		}
	}
	seal(bytes, size, bytes + root + 56, 0, &nodes);
	seal(bytes, size, bytes + root + 80, 2, &nodes);
	seal(bytes, size, bytes + root + 104, 0, &nodes);
	put(bytes + root + 4088, XXH3_64bits(bytes + root, 4088));
}

/* A refusal has a text and the code of one. */
static void check_error(const struct error *err)
{
	if (err->text[0] == '\0' || (err->code != EXIT_HOST_IO && err->code != EXIT_USAGE)) {
		abort();
	}
}

static void look(const char *path)
{
	struct image_survey survey;
	struct overlay overlay;
	struct error err = { 0 };

	if (!overlay_open(&overlay, path, OVERLAY_READ, NULL, &err)) {
		check_error(&err);
		return;
	}
	if (!image_survey(&overlay, true, &survey, &err)) {
		check_error(&err);
	}
	for (uint64_t i = 0; i < overlay.root.kept_count && i < 3; i++) {
		if (!overlay_select(&overlay, overlay.kept[i].generation, &err)) {
			check_error(&err);
			break; /* without a tree it may only be closed */
		}
	}
	overlay_close(&overlay);
}

static void use(const char *image, const char *path)
{
	struct disk_config config = { .is_persistent = true };
	uint8_t data[DISK_SECTOR_BYTES];
	struct state_io io = { 0 };
	struct error err = { 0 };

	snprintf(config.image, sizeof(config.image), "%s", image);
	snprintf(config.overlay, sizeof(config.overlay), "%s", path);
	struct disk *disk = store_open(&config, NULL, &err);

	if (disk == NULL) {
		check_error(&err);
		return;
	}
	for (uint64_t sector = 0; sector < disk->sectors; sector += 7) {
		if (!disk->ops->read(disk, sector, data, 1, &err)) {
			check_error(&err);
		}
	}
	for (uint64_t i = 0; i < 3; i++) {
		memset(data, (int)i, sizeof(data));
		if (!disk->ops->write(disk, i * 800, data, 1, &err) ||
		    !disk->ops->discard(disk, i * 100, 20, &err) || !disk->ops->flush(disk, &err)) {
			check_error(&err);
		}
	}
	if (!disk->ops->state(disk, &io, &err)) {
		check_error(&err);
	}
	state_io_release(&io);
	disk->ops->destroy(disk);
}

/* A file in memory with this content; its name goes to `path`. */
static int make_file(const uint8_t *bytes, size_t size, char path[32])
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, (off_t)size) != 0 ||
	    (bytes != NULL && pwrite(fd, bytes, size, 0) != (ssize_t)size)) {
		abort();
	}
	snprintf(path, 32, "/proc/self/fd/%d", fd);
	return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char image[32];
	char path[32];
	uint8_t *bytes;

	if (size > FILE_MAX) {
		return 0;
	}
	bytes = malloc(size + 1);
	if (bytes == NULL) {
		return 0;
	}
	memcpy(bytes, data, size);
	for (size_t root = 0; size >= FORMAT_FIRST + FORMAT_BLOCK_BYTES && root < FORMAT_FIRST;
	     root += FORMAT_BLOCK_BYTES) {
		seal_root(bytes, size, root);
	}
	int base = make_file(NULL, (size_t)BASE_SECTORS * DISK_SECTOR_BYTES, image);
	int overlay = make_file(bytes, size, path);

	look(path);
	use(image, path);
	close(base);
	close(overlay);
	free(bytes);
	return 0;
}
