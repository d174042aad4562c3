/* SPDX-License-Identifier: MIT */
/*
 * check_crashes.c - after a crash of the host at any point, an overlay can be opened and holds
 * everything that was flushed; kept generations are whole. Leaving out any kind of sync is noticed.
 *
 *   check_crashes FOLDER OPERATIONS STATES SEED
 *
 * OPERATIONS random writes, discards, flushes and checkpoints go to a disk whose overlay is
 * watched; then STATES crash states of each point of the log are opened and compared.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/disk/overlay.h"
#include "sim/disk/store.h"
#include "sim/state_io.h"
#include "tests/disk/crash.h"

/* Two levels of index, and a last block that is not whole. */
#define SECTORS     2501U
#define BYTES       (SECTORS * DISK_SECTOR_BYTES)
#define COMMITS_MAX 2000U
#define NAME_BYTES  512U

struct commit {
	size_t begin;        /* events before it was asked for */
	size_t end;          /* and when it was told to be done */
	uint64_t generation; /* that was kept; 0: a flush */
	uint8_t *content;
};

struct trial {
	struct crash_log log;
	struct disk_config config;
	char crashed[NAME_BYTES];
	uint8_t base[BYTES];
	uint8_t now[BYTES];
	struct commit commit[COMMITS_MAX];
	size_t commits;
	uint64_t seed;
	uint64_t states;
	uint64_t violations;
	bool is_quiet;
};

static uint64_t next(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return *seed >> 33;
}

static void give_up(const char *what, const struct error *err)
{
	fprintf(stderr, "%s: %s\n", what, err->text);
	exit(2);
}

static void violation(struct trial *trial, size_t point, const char *what, const char *text)
{
	if (!trial->is_quiet && trial->violations < 10) {
		printf("crash before event %zu of %zu: %s: %s\n", point, trial->log.count, what,
		       text);
	}
	trial->violations++;
}

static struct commit *begin_commit(struct trial *trial)
{
	struct commit *commit = &trial->commit[trial->commits++];

	if (trial->commits > COMMITS_MAX) {
		fputs("too many commits\n", stderr);
		exit(2);
	}
	*commit = (struct commit){ .begin = trial->log.count };
	commit->content = malloc(BYTES);
	if (commit->content == NULL) {
		fputs("no memory\n", stderr);
		exit(2);
	}
	memcpy(commit->content, trial->now, BYTES);
	return commit;
}

static void make_base(struct trial *trial)
{
	FILE *stream = fopen(trial->config.image, "wb");
	struct error err;
	struct base base;

	for (size_t i = 0; i < BYTES; i++) {
		trial->base[i] = (uint8_t)next(&trial->seed);
	}
	memcpy(trial->now, trial->base, BYTES);
	if (stream == NULL || fwrite(trial->base, 1, BYTES, stream) != BYTES ||
	    fclose(stream) != 0) {
		perror(trial->config.image);
		exit(2);
	}
	remove(trial->config.overlay);
	struct commit *commit = begin_commit(trial);

	if (!base_open(&base, trial->config.image, false, &err) ||
	    !overlay_create(trial->config.overlay, &base, trial->config.image, &trial->log.watch,
			    &err)) {
		give_up("create", &err);
	}
	commit->end = trial->log.count;
	base_close(&base);
}

/* Saves a checkpoint and finds the generation in it: behind the flag and the overlay's id. */
static void keep(struct trial *trial, struct disk *disk)
{
	struct state_io io = { 0 };
	struct commit *commit = begin_commit(trial);
	struct error err;

	if (!disk->ops->state(disk, &io, &err)) {
		give_up("checkpoint", &err);
	}
	memcpy(&commit->generation, io.bytes + 1 + FORMAT_ID_BYTES, sizeof(commit->generation));
	commit->end = trial->log.count;
	state_io_release(&io);
}

static void change(struct trial *trial, struct disk *disk, bool is_discard)
{
	uint64_t sector = next(&trial->seed) % SECTORS;
	uint64_t sectors = 1 + next(&trial->seed) % 40;
	uint8_t data[40 * DISK_SECTOR_BYTES];
	uint8_t *now = trial->now + sector * DISK_SECTOR_BYTES;
	struct error err;
	bool good;

	sectors = sector + sectors > SECTORS ? SECTORS - sector : sectors;
	for (size_t i = 0; i < sectors * DISK_SECTOR_BYTES; i++) {
		data[i] = (uint8_t)next(&trial->seed);
	}
	if (is_discard) {
		memset(now, 0, sectors * DISK_SECTOR_BYTES);
		good = disk->ops->discard(disk, sector, sectors, &err);
	} else {
		memcpy(now, data, sectors * DISK_SECTOR_BYTES);
		good = disk->ops->write(disk, sector, data, sectors, &err);
	}
	if (!good) {
		give_up("write", &err);
	}
}

static struct disk *open_disk(struct trial *trial)
{
	struct error err;
	struct disk *disk = store_open(&trial->config, &trial->log.watch, &err);

	if (disk == NULL) {
		give_up("open", &err);
	}
	return disk;
}

/* What was not flushed is lost: so it is in the model. */
static struct disk *reopen(struct trial *trial, struct disk *disk)
{
	disk->ops->destroy(disk);
	memcpy(trial->now, trial->commit[trial->commits - 1].content, BYTES);
	return open_disk(trial);
}

static void record(struct trial *trial, unsigned operations)
{
	struct disk *disk = open_disk(trial);
	struct error err;

	for (unsigned i = 0; i < operations; i++) {
		uint64_t what = next(&trial->seed) % 100;

		if (what < 55) {
			change(trial, disk, false);
		} else if (what < 65) {
			change(trial, disk, true);
		} else if (what < 95) {
			struct commit *commit = begin_commit(trial);

			if (!disk->ops->flush(disk, &err)) {
				give_up("flush", &err);
			}
			commit->end = trial->log.count;
		} else if (what < 98) {
			keep(trial, disk);
		} else {
			disk = reopen(trial, disk);
		}
	}
	disk->ops->destroy(disk);
}

/* Does the disk that is open hold this? */
static bool holds(struct disk *disk, const uint8_t *content, struct error *err)
{
	uint8_t *found = malloc(BYTES);
	bool good = found != NULL && disk->ops->read(disk, 0, found, SECTORS, err);

	if (good && memcmp(found, content, BYTES) != 0) {
		good = error_set(err, EXIT_HOST_IO, "other content");
	}
	free(found);
	return good;
}

/* A kept generation, opened as `resume` does. */
static void check_kept(struct trial *trial, size_t point, const struct commit *commit)
{
	struct disk_config config = trial->config;
	struct state_io io = { 0 };
	struct overlay overlay;
	struct error err = { 0 };
	struct disk *disk;
	bool flag = true;
	uint64_t generation = commit->generation;
	uint64_t none = UINT64_MAX;

	memcpy(config.overlay, trial->crashed, sizeof(trial->crashed));
	config.is_resumed = true;
	disk = store_open(&config, NULL, &err);
	if (disk == NULL || !overlay_open(&overlay, trial->crashed, OVERLAY_SHARED, NULL, &err)) {
		violation(trial, point, "resume", err.text);
		return;
	}
	state_io_bool(&io, &flag);
	state_io_bytes(&io, overlay.root.id, FORMAT_ID_BYTES);
	state_io_u64(&io, &generation);
	state_io_u64(&io, &none);
	overlay_close(&overlay);
	io.is_loading = true;
	io.at = 0;
	if (!disk->ops->state(disk, &io, &err) || !holds(disk, commit->content, &err)) {
		violation(trial, point, "a kept generation", err.text);
	}
	io.is_loading = false;
	state_io_release(&io);
	disk->ops->destroy(disk);
}

/* After the crash the disk is written again, and closed in order. */
static void check_goes_on(struct trial *trial, size_t point, struct disk *disk)
{
	struct disk_config config = trial->config;
	uint8_t data[DISK_SECTOR_BYTES] = "after the crash";
	uint8_t found[DISK_SECTOR_BYTES];
	struct error err = { 0 };

	if (!disk->ops->write(disk, 77, data, 1, &err) || !disk->ops->flush(disk, &err)) {
		violation(trial, point, "going on", err.text);
	}
	disk->ops->destroy(disk);
	memcpy(config.overlay, trial->crashed, sizeof(trial->crashed));
	disk = store_open(&config, NULL, &err);
	if (disk == NULL || !disk->ops->read(disk, 77, found, 1, &err) ||
	    memcmp(data, found, sizeof(data)) != 0) {
		violation(trial, point, "going on, opened again", err.text);
	}
	if (disk != NULL) {
		disk->ops->destroy(disk);
	}
}

static void check_state(struct trial *trial, size_t point, enum crash_fate fate, uint64_t seed)
{
	struct disk_config config = trial->config;
	struct error err = { 0 };
	size_t done = 0; /* commits that were told to be done */
	bool is_there =
		crash_make(&trial->log, point, fate, seed, trial->config.overlay, trial->crashed);

	trial->states++;
	while (done < trial->commits && trial->commit[done].end <= point) {
		done++;
	}
	if (!is_there) {
		if (done > 0) {
			violation(trial, point, "open", "the file is gone");
		}
		return;
	}
	memcpy(config.overlay, trial->crashed, sizeof(trial->crashed));
	struct disk *disk = store_open(&config, NULL, &err);

	if (disk == NULL) {
		violation(trial, point, "open", err.text);
		return;
	}
	bool is_old = done > 0 && holds(disk, trial->commit[done - 1].content, &err);

	if (!is_old && !(done < trial->commits && trial->commit[done].begin < point &&
			 holds(disk, trial->commit[done].content, &err))) {
		violation(trial, point, "what was flushed", err.text);
	}
	if (seed % 16 == 0) {
		check_goes_on(trial, point, disk);
	} else {
		disk->ops->destroy(disk);
	}
	for (size_t i = 0; i < done; i++) {
		if (trial->commit[i].generation != 0 && (seed + i) % 8 == 0) {
			check_kept(trial, point, &trial->commit[i]);
		}
	}
}

/* The number of violations; with `left_out`, the first one ends it. */
static uint64_t run(const char *folder, unsigned operations, unsigned states, uint64_t seed,
		    unsigned left_out)
{
	struct trial *trial = calloc(1, sizeof(*trial));
	uint64_t violations;

	if (trial == NULL) {
		exit(2);
	}
	crash_begin(&trial->log);
	trial->log.left_out = left_out;
	trial->is_quiet = left_out != 0;
	trial->seed = seed;
	trial->config.is_persistent = true;
	snprintf(trial->config.image, sizeof(trial->config.image), "%s/base", folder);
	snprintf(trial->config.overlay, sizeof(trial->config.overlay), "%s/overlay", folder);
	snprintf(trial->crashed, sizeof(trial->crashed), "%s/crashed", folder);
	make_base(trial);
	record(trial, operations);
	for (size_t point = 0; point <= trial->log.count; point++) {
		check_state(trial, point, CRASH_ALL, 1);
		check_state(trial, point, CRASH_NONE, 2);
		for (unsigned i = 0; i < states; i++) {
			check_state(trial, point, CRASH_RANDOM, point * states + i + 16);
		}
		if (left_out != 0 && trial->violations > 0) {
			break;
		}
	}
	printf("%s: %zu events, %zu commits, %" PRIu64 " crash states, %" PRIu64 " violations\n",
	       left_out == 0 ? "all syncs" : "a sync left out", trial->log.count, trial->commits,
	       trial->states, trial->violations);
	violations = trial->violations;
	for (size_t i = 0; i < trial->commits; i++) {
		free(trial->commit[i].content);
	}
	crash_release(&trial->log);
	free(trial);
	return violations;
}

int main(int argc, char **argv)
{
	static const char *const kinds[HOST_SYNC_REASONS] = { "content", "root", "new file",
							      "name" };
	bool good = true;

	if (argc != 5) {
		fputs("usage: check_crashes FOLDER OPERATIONS STATES SEED\n", stderr);
		return 2;
	}
	unsigned operations = (unsigned)strtoul(argv[2], NULL, 10);
	unsigned states = (unsigned)strtoul(argv[3], NULL, 10);
	uint64_t seed = strtoull(argv[4], NULL, 10);

	good = run(argv[1], operations, states, seed, 0) == 0;
	for (unsigned i = 0; i < HOST_SYNC_REASONS; i++) {
		if (run(argv[1], operations, states, seed, 1U << i) == 0) {
			printf("without the sync of %s nothing is noticed\n", kinds[i]);
			good = false;
		}
	}
	return good ? 0 : 1;
}
