/* SPDX-License-Identifier: MIT */
/*
 * test_store.c - disks over a base, with and without an overlay: content, hashes, checkpoints,
 * forks, locks, other bases, a host that is full at any call.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/disk/overlay.h"
#include "sim/disk/store.h"
#include "sim/state_hash.h"
#include "sim/state_io.h"
#include "tests/disk/crash.h"
#include "tests/suite.h"

#define SECTORS 2309U /* two levels of index; the last block is not whole */
#define BYTES   (SECTORS * DISK_SECTOR_BYTES)

static char folder[] = "/tmp/mirrorball-store-XXXXXX";
static struct disk_config config;
static uint8_t base_bytes[BYTES];
static uint8_t now[BYTES];
static uint64_t seed;
static struct error err;

static uint64_t next(void)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return seed >> 33;
}

static void write_file(const char *path, const uint8_t *bytes, size_t size)
{
	FILE *stream = fopen(path, "wb");

	ck_assert_ptr_nonnull(stream);
	ck_assert_uint_eq(fwrite(bytes, 1, size, stream), size);
	ck_assert_int_eq(fclose(stream), 0);
}

static void create_overlay(struct host_watch *watch)
{
	struct base base;

	ck_assert(base_open(&base, config.image, false, &err));
	ck_assert_msg(overlay_create(config.overlay, &base, config.image, watch, &err), "%s",
		      err.text);
	base_close(&base);
}

static void setup(void)
{
	seed = 1;
	memset(folder + sizeof(folder) - 7, 'X', 6);
	ck_assert_ptr_nonnull(mkdtemp(folder));
	memset(&config, 0, sizeof(config));
	snprintf(config.image, sizeof(config.image), "%s/a rather long name of a base", folder);
	for (size_t i = 0; i < BYTES; i++) {
		base_bytes[i] = (uint8_t)next();
	}
	memcpy(now, base_bytes, BYTES);
	write_file(config.image, base_bytes, BYTES);
}

static void with_overlay(void)
{
	snprintf(config.overlay, sizeof(config.overlay), "%s/overlay", folder);
	config.is_persistent = true;
	create_overlay(NULL);
}

static void teardown(void)
{
	remove(config.image);
	if (config.overlay[0] != '\0') {
		remove(config.overlay);
	}
	ck_assert_int_eq(rmdir(folder), 0); /* nothing else is left behind */
}

static struct disk *open_disk(void)
{
	struct disk *disk = store_open(&config, NULL, &err);

	ck_assert_msg(disk != NULL, "%s", err.text);
	return disk;
}

static void refused(enum exit_code code, const char *text)
{
	struct disk *disk = store_open(&config, NULL, &err);

	ck_assert_ptr_null(disk);
	ck_assert_msg(err.code == code && strstr(err.text, text) != NULL, "%d %s", err.code,
		      err.text);
}

/* Random writes and discards, to the model too; false: an error of the host. */
static bool change(struct disk *disk, unsigned times)
{
	for (unsigned i = 0; i < times; i++) {
		uint64_t sector = next() % SECTORS;
		uint64_t sectors = 1 + next() % 30;
		uint8_t data[30 * DISK_SECTOR_BYTES];
		bool good;

		sectors = sector + sectors > SECTORS ? SECTORS - sector : sectors;
		memset(data, (int)next(), sizeof(data));
		if (next() % 4 == 0) {
			memset(data, 0, sizeof(data));
			good = disk->ops->discard(disk, sector, sectors, &err);
		} else {
			good = disk->ops->write(disk, sector, data, sectors, &err);
		}
		if (!good) {
			return false;
		}
		memcpy(now + sector * DISK_SECTOR_BYTES, data, sectors * DISK_SECTOR_BYTES);
	}
	return true;
}

static void assert_content(struct disk *disk, const uint8_t *content)
{
	uint8_t data[64 * DISK_SECTOR_BYTES];

	for (uint64_t sector = 0; sector < SECTORS;) {
		uint64_t sectors = 1 + next() % 64;

		sectors = sector + sectors > SECTORS ? SECTORS - sector : sectors;
		ck_assert_msg(disk->ops->read(disk, sector, data, sectors, &err), "%s", err.text);
		ck_assert_mem_eq(data, content + sector * DISK_SECTOR_BYTES,
				 sectors * DISK_SECTOR_BYTES);
		sector += sectors;
	}
}

static uint64_t hash_of(struct disk *disk)
{
	struct state_hash *hash = state_hash_create();
	uint64_t result;

	disk->ops->hash(disk, hash);
	result = state_hash_result(hash);
	state_hash_destroy(hash);
	return result;
}

static void save(struct disk *disk, struct state_io *io)
{
	*io = (struct state_io){ 0 };
	ck_assert_msg(disk->ops->state(disk, io, &err), "%s", err.text);
	ck_assert(!io->has_failed);
}

/* The disk of a checkpoint. */
static struct disk *resume(struct state_io *io)
{
	bool is_resumed = config.is_resumed;

	config.is_resumed = true;
	struct disk *disk = open_disk();

	config.is_resumed = is_resumed;
	io->is_loading = true;
	io->at = 0;
	ck_assert_msg(disk->ops->state(disk, io, &err), "%s", err.text);
	ck_assert(state_io_is_complete(io));
	io->is_loading = false;
	return disk;
}

START_TEST(memory_is_read_back_and_ends_with_the_run)
{
	struct disk *disk = open_disk();

	ck_assert_uint_eq(disk->sectors, SECTORS);
	ck_assert_str_eq(disk->id, "a rather long name o");
	assert_content(disk, base_bytes);
	ck_assert(change(disk, 200));
	assert_content(disk, now);
	ck_assert(disk->ops->flush(disk, &err));
	disk->ops->destroy(disk);
	disk = open_disk();
	assert_content(disk, base_bytes);
	disk->ops->destroy(disk);
}
END_TEST

START_TEST(memory_goes_into_a_checkpoint)
{
	struct disk *disk = open_disk();
	struct state_io io;

	ck_assert(change(disk, 100));
	save(disk, &io);
	struct disk *resumed = resume(&io);

	assert_content(resumed, now);
	ck_assert_uint_eq(hash_of(disk), hash_of(resumed));
	/* N + M: both go on alike. */
	uint64_t before = seed;

	ck_assert(change(disk, 50));
	seed = before;
	ck_assert(change(resumed, 50));
	ck_assert_uint_eq(hash_of(disk), hash_of(resumed));
	ck_assert(change(resumed, 1));
	ck_assert_uint_ne(hash_of(disk), hash_of(resumed));
	disk->ops->destroy(disk);
	resumed->ops->destroy(resumed);
	state_io_release(&io);
}
END_TEST

/* A flipped bit anywhere: the base is not what the checkpoint was made with. */
START_TEST(memory_checkpoint_knows_its_base)
{
	struct disk *disk = open_disk();
	struct state_io io;

	save(disk, &io);
	disk->ops->destroy(disk);
	base_bytes[BYTES - 1] ^= 1;
	write_file(config.image, base_bytes, BYTES);
	disk = open_disk();
	io.is_loading = true;
	io.at = 0;
	ck_assert(!disk->ops->state(disk, &io, &err));
	ck_assert_int_eq(err.code, EXIT_HOST_IO);
	disk->ops->destroy(disk);
	io.is_loading = false;
	state_io_release(&io);
}
END_TEST

START_TEST(overlay_keeps_what_was_flushed)
{
	struct disk *disk;
	uint64_t hash;

	with_overlay();
	for (unsigned i = 0; i < 5; i++) {
		disk = open_disk();
		assert_content(disk, now);
		ck_assert(change(disk, 60));
		assert_content(disk, now);
		hash = hash_of(disk);
		ck_assert(disk->ops->flush(disk, &err));
		assert_content(disk, now);
		ck_assert_uint_eq(hash_of(disk), hash);
		disk->ops->destroy(disk);
	}
}
END_TEST

START_TEST(overlay_that_is_not_persistent_is_only_read)
{
	uint8_t flushed[BYTES];
	struct disk *disk;
	struct disk *second;
	struct state_io io;

	with_overlay();
	disk = open_disk();
	ck_assert(change(disk, 60));
	ck_assert(disk->ops->flush(disk, &err));
	disk->ops->destroy(disk);
	memcpy(flushed, now, BYTES);
	config.is_persistent = false;
	disk = open_disk();
	second = open_disk(); /* as many as there are */
	ck_assert(change(disk, 60));
	ck_assert(disk->ops->flush(disk, &err));
	assert_content(disk, now);
	assert_content(second, flushed);
	save(disk, &io);
	struct disk *resumed = resume(&io);

	assert_content(resumed, now);
	ck_assert_uint_eq(hash_of(resumed), hash_of(disk));
	resumed->ops->destroy(resumed);
	state_io_release(&io);
	disk->ops->destroy(disk);
	second->ops->destroy(second);
	config.is_persistent = true;
	disk = open_disk();
	assert_content(disk, flushed);
	disk->ops->destroy(disk);
}
END_TEST

/* What a checkpoint sees stays, whatever is written later, by whom, and while it is written. */
START_TEST(overlay_checkpoints_are_forks)
{
	uint8_t at_save[BYTES];
	struct state_io io;
	struct state_io later;
	struct disk *disk;
	struct disk *resumed;
	uint64_t hash;

	with_overlay();
	disk = open_disk();
	ck_assert(change(disk, 60));
	hash = hash_of(disk);
	save(disk, &io);
	memcpy(at_save, now, BYTES);
	for (unsigned i = 0; i < 20; i++) {
		ck_assert(change(disk, 20));
		ck_assert(disk->ops->flush(disk, &err));
	}
	resumed = resume(&io); /* the first run still has the lock */
	assert_content(resumed, at_save);
	ck_assert_uint_eq(hash_of(resumed), hash);
	ck_assert(change(disk, 20));
	ck_assert(disk->ops->flush(disk, &err));
	assert_content(resumed, at_save);
	assert_content(disk, now);
	/* What is resumed writes to memory; a checkpoint of it has both. */
	uint8_t data[DISK_SECTOR_BYTES] = "resumed";

	ck_assert(resumed->ops->write(resumed, 9, data, 1, &err));
	memcpy(at_save + 9 * sizeof(data), data, sizeof(data));
	ck_assert(resumed->ops->flush(resumed, &err));
	save(resumed, &later);
	resumed->ops->destroy(resumed);
	assert_content(disk, now);
	disk->ops->destroy(disk);
	resumed = resume(&later);
	assert_content(resumed, at_save);
	resumed->ops->destroy(resumed);
	state_io_release(&io);
	state_io_release(&later);
}
END_TEST

START_TEST(overlay_is_used_by_one)
{
	struct disk *disk;

	with_overlay();
	disk = open_disk();
	refused(EXIT_HOST_IO, "in use");
	config.is_persistent = false;
	refused(EXIT_HOST_IO, "in use"); /* its newest generation is not kept */
	disk->ops->destroy(disk);
	disk = open_disk();
	disk->ops->destroy(disk);
}
END_TEST

START_TEST(overlay_knows_its_base)
{
	with_overlay();
	base_bytes[BYTES / 2] ^= 0x10;
	write_file(config.image, base_bytes, BYTES);
	refused(EXIT_HOST_IO, "not the base");
	write_file(config.image, base_bytes, BYTES - 512);
	refused(EXIT_HOST_IO, "not the base");
	write_file(config.image, base_bytes, BYTES - 1);
	refused(EXIT_USAGE, "multiple of 512");
}
END_TEST

/* Journals write the same places again and again: the file must not grow with each flush. */
START_TEST(overlay_uses_places_again)
{
	uint8_t data[8 * DISK_SECTOR_BYTES];
	struct overlay overlay;
	struct disk *disk;

	with_overlay();
	disk = open_disk();
	for (unsigned i = 0; i < 200; i++) {
		memset(data, (int)i, sizeof(data));
		ck_assert(disk->ops->write(disk, i % 4 * 8, data, 8, &err));
		ck_assert(disk->ops->flush(disk, &err));
	}
	disk->ops->destroy(disk);
	ck_assert(overlay_open(&overlay, config.overlay, OVERLAY_READ, NULL, &err));
	ck_assert_uint_eq(overlay.root.generation, 201);
	ck_assert_uint_lt(overlay.root.end, 40ULL * FORMAT_BLOCK_BYTES);
	overlay_close(&overlay);
}
END_TEST

START_TEST(overlay_of_zeroes_is_small)
{
	struct overlay overlay;
	struct disk *disk;

	with_overlay();
	disk = open_disk();
	ck_assert(disk->ops->discard(disk, 0, SECTORS, &err));
	memset(now, 0, BYTES);
	ck_assert(disk->ops->flush(disk, &err));
	assert_content(disk, now);
	disk->ops->destroy(disk);
	disk = open_disk();
	assert_content(disk, now);
	disk->ops->destroy(disk);
	ck_assert(overlay_open(&overlay, config.overlay, OVERLAY_READ, NULL, &err));
	ck_assert_uint_lt(overlay.root.end, 8ULL * FORMAT_BLOCK_BYTES);
	overlay_close(&overlay);
}
END_TEST

/* One run with the host full at its n-th call; true: it was not reached. */
static bool run_until_full(uint64_t calls, uint8_t *flushed, unsigned *recovered)
{
	struct crash_log log;
	bool good = true;

	crash_begin(&log);
	struct disk *disk = store_open(&config, &log.watch, &err);

	ck_assert_ptr_nonnull(disk);
	log.calls_left = calls;
	for (unsigned i = 0; good && i < 6; i++) {
		ck_assert(change(disk, 10));
		good = disk->ops->flush(disk, &err);
		if (good) {
			memcpy(flushed, now, BYTES);
		}
	}
	if (!good) {
		ck_assert_int_eq(err.code, EXIT_HOST_IO);
		ck_assert_ptr_nonnull(strstr(err.text, "No space left"));
		ck_assert(disk->is_full);
		/* The guest still reads what it wrote; a later flush that is good has it all. */
		assert_content(disk, now);
		log.calls_left = UINT64_MAX;
		if (disk->ops->flush(disk, &err)) {
			ck_assert(!disk->is_full);
			memcpy(flushed, now, BYTES);
			(*recovered)++;
		} else {
			ck_assert(disk->is_full);
		}
	}
	disk->ops->destroy(disk);
	crash_release(&log);
	return good;
}

START_TEST(overlay_loses_nothing_on_a_full_host)
{
	uint8_t flushed[BYTES];
	unsigned recovered = 0;
	bool good = false;

	with_overlay();
	for (uint64_t calls = 1; !good; calls++) {
		remove(config.overlay);
		create_overlay(NULL);
		memcpy(now, base_bytes, BYTES);
		memcpy(flushed, base_bytes, BYTES);
		good = run_until_full(calls, flushed, &recovered);
		struct disk *disk = open_disk();

		/* The root may have been written before its sync failed: never a mixture. */
		uint8_t all[BYTES];

		ck_assert(disk->ops->read(disk, 0, all, SECTORS, &err));
		if (memcmp(all, flushed, BYTES) != 0) {
			assert_content(disk, now);
		}
		disk->ops->destroy(disk);
	}
	ck_assert_uint_gt(recovered, 0);
}
END_TEST

START_TEST(overlay_is_created_whole_or_not)
{
	struct crash_log log;
	struct base base;
	bool good = false;

	snprintf(config.overlay, sizeof(config.overlay), "%s/overlay", folder);
	ck_assert(base_open(&base, config.image, false, &err));
	for (uint64_t calls = 0; !good; calls++) {
		crash_begin(&log);
		log.calls_left = calls;
		good = overlay_create(config.overlay, &base, config.image, &log.watch, &err);
		ck_assert(good || err.code == EXIT_HOST_IO);
		crash_release(&log);
		if (access(config.overlay, F_OK) == 0) {
			struct disk *disk = open_disk();

			assert_content(disk, base_bytes);
			disk->ops->destroy(disk);
			ck_assert_int_eq(remove(config.overlay), 0);
		}
		/* teardown() finds what else were left. */
	}
	base_close(&base);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("store");
	TCase *tcase = tcase_create("store");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, memory_is_read_back_and_ends_with_the_run);
	tcase_add_test(tcase, memory_goes_into_a_checkpoint);
	tcase_add_test(tcase, memory_checkpoint_knows_its_base);
	tcase_add_test(tcase, overlay_keeps_what_was_flushed);
	tcase_add_test(tcase, overlay_that_is_not_persistent_is_only_read);
	tcase_add_test(tcase, overlay_checkpoints_are_forks);
	tcase_add_test(tcase, overlay_is_used_by_one);
	tcase_add_test(tcase, overlay_knows_its_base);
	tcase_add_test(tcase, overlay_uses_places_again);
	tcase_add_test(tcase, overlay_of_zeroes_is_small);
	tcase_add_test(tcase, overlay_loses_nothing_on_a_full_host);
	tcase_add_test(tcase, overlay_is_created_whole_or_not);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
