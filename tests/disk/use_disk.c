/* SPDX-License-Identifier: MIT */
/*
 * use_disk.c - use_disk [--create] IMAGE OVERLAY OUTPUT WRITES SEED: random writes and discards to
 * a persistent disk; a checkpoint in the middle keeps a generation; the whole content goes to
 * OUTPUT. With --create the overlay is made first. Ends with the error's code and text.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/disk/overlay.h"
#include "sim/disk/store.h"
#include "sim/state_io.h"

#define SECTORS_MAX 20U

static uint64_t next(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return *seed >> 33;
}

static bool keep(struct disk *disk, struct error *err)
{
	struct state_io io = { 0 };
	bool good = disk->ops->state(disk, &io, err);

	state_io_release(&io);
	return good;
}

static bool change(struct disk *disk, uint64_t *seed, struct error *err)
{
	uint8_t data[SECTORS_MAX * DISK_SECTOR_BYTES];
	uint64_t sector = next(seed) % disk->sectors;
	uint64_t sectors = 1 + next(seed) % SECTORS_MAX;

	sectors = sector + sectors > disk->sectors ? disk->sectors - sector : sectors;
	for (size_t i = 0; i < sizeof(data); i++) {
		data[i] = (uint8_t)next(seed);
	}
	return next(seed) % 5 == 0 ? disk->ops->discard(disk, sector, sectors, err)
				   : disk->ops->write(disk, sector, data, sectors, err);
}

static bool put_out(struct disk *disk, const char *path, struct error *err)
{
	FILE *stream = fopen(path, "wb");
	bool good = stream != NULL;

	for (uint64_t sector = 0; good && sector < disk->sectors; sector++) {
		uint8_t data[DISK_SECTOR_BYTES];

		good = disk->ops->read(disk, sector, data, 1, err) &&
		       fwrite(data, sizeof(data), 1, stream) == 1;
	}
	if (stream != NULL && fclose(stream) != 0) {
		good = error_set(err, EXIT_HOST_IO, "cannot write %s", path);
	}
	return good;
}

static bool create(const char *image, const char *path, struct error *err)
{
	struct base base;
	bool good = base_open(&base, image, false, err) &&
		    overlay_create(path, &base, image, NULL, err);

	base_close(&base);
	return good;
}

int main(int argc, char **argv)
{
	struct disk_config config = { .is_persistent = true };
	struct error err = { .code = EXIT_HOST_IO, .text = "cannot write the output" };

	bool creates = argc == 7 && strcmp(argv[1], "--create") == 0;

	argv += creates;
	if (argc - creates != 6) {
		fputs("usage: use_disk [--create] IMAGE OVERLAY OUTPUT WRITES SEED\n", stderr);
		return 1;
	}
	uint64_t writes = strtoull(argv[4], NULL, 10);
	uint64_t seed = strtoull(argv[5], NULL, 10);

	snprintf(config.image, sizeof(config.image), "%s", argv[1]);
	snprintf(config.overlay, sizeof(config.overlay), "%s", argv[2]);
	bool good = !creates || create(argv[1], argv[2], &err);
	struct disk *disk = good ? store_open(&config, NULL, &err) : NULL;

	good = disk != NULL;

	for (uint64_t i = 0; good && i < writes; i++) {
		good = change(disk, &seed, &err) && (i != writes / 2 || keep(disk, &err));
	}
	good = good && disk->ops->flush(disk, &err) && put_out(disk, argv[3], &err);
	if (disk != NULL) {
		disk->ops->destroy(disk);
	}
	if (!good) {
		fprintf(stderr, "E%d %s\n", (int)err.code, err.text);
		return (int)err.code;
	}
	return 0;
}
