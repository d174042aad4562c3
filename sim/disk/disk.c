/* SPDX-License-Identifier: MIT */
/* disk.c - opening the disk that a configuration describes; the model with a fixed latency. */
#include "sim/disk/disk.h"

#include <stdlib.h>
#include <string.h>

#include "sim/disk/models.h"
#include "sim/disk/store.h"
#include "sim/state_hash.h"
#include "sim/state_io.h"

#define SECOND_NS 1000000000ULL

struct fixed_model {
	struct disk_model model;
	uint64_t latency_ns;
	uint64_t bytes_per_s;
};

static uint64_t fixed_service(struct disk_model *model, const struct disk_request *request,
			      uint64_t begin_ns)
{
	const struct fixed_model *fixed = (const struct fixed_model *)model;
	bool has_data = request->operation == DISK_READ || request->operation == DISK_WRITE;
	uint64_t bytes = has_data ? request->sectors * DISK_SECTOR_BYTES : 0;

	(void)begin_ns;
	if (fixed->bytes_per_s == 0) {
		return fixed->latency_ns;
	}
	return fixed->latency_ns +
	       (uint64_t)((unsigned __int128)bytes * SECOND_NS / fixed->bytes_per_s);
}

static void fixed_destroy(struct disk_model *model)
{
	free(model);
}

struct disk_model *disk_model_fixed(uint64_t latency_ns, uint64_t bytes_per_s)
{
	static const struct disk_model_ops ops = {
		.service = fixed_service,
		.destroy = fixed_destroy,
	};
	struct fixed_model *fixed = calloc(1, sizeof(*fixed));

	if (fixed == NULL) {
		return NULL;
	}
	fixed->model.ops = &ops;
	fixed->latency_ns = latency_ns;
	fixed->bytes_per_s = bytes_per_s;
	return &fixed->model;
}

static bool set_model(struct disk *disk, const struct disk_config *config, struct error *err)
{
	if (config->model == DISK_MODEL_HP97560) {
		if (disk->sectors > HP97560_SECTORS) {
			return error_set(err, EXIT_USAGE,
					 "%s has %llu sectors, but an HP 97560 only %u: use the "
					 "model fixed",
					 config->image, (unsigned long long)disk->sectors,
					 HP97560_SECTORS);
		}
		disk->model = disk_model_hp97560();
	} else {
		disk->model = disk_model_fixed(config->latency_ns, config->bytes_per_s);
	}
	return disk->model != NULL || error_set(err, EXIT_HOST_IO, "the host is out of memory");
}

struct disk *disk_open(const struct disk_config *config, struct error *err)
{
	struct disk *disk = store_open(config, NULL, err);

	if (disk == NULL) {
		return NULL;
	}
	disk->is_read_only = config->is_read_only;
	if (!set_model(disk, config, err)) {
		disk_close(disk);
		return NULL;
	}
	return disk;
}

void disk_close(struct disk *disk)
{
	if (disk == NULL) {
		return;
	}
	if (disk->model != NULL) {
		disk->model->ops->destroy(disk->model);
	}
	disk->ops->destroy(disk);
}

bool disk_has(const struct disk *disk, uint64_t sector, uint64_t sectors)
{
	return sectors <= disk->sectors && sector <= disk->sectors - sectors;
}

uint64_t disk_service(struct disk *disk, const struct disk_request *request, uint64_t begin_ns)
{
	return disk->model->ops->service(disk->model, request, begin_ns);
}

void disk_hash(const struct disk *disk, struct state_hash *hash)
{
	state_hash_u64(hash, disk->sectors);
	disk->ops->hash(disk, hash);
	if (disk->model->ops->hash != NULL) {
		disk->model->ops->hash(disk->model, hash);
	}
}

bool disk_state(struct disk *disk, struct state_io *io, struct error *err)
{
	uint64_t sectors = disk->sectors;

	state_io_u64(io, &sectors);
	if (sectors != disk->sectors) {
		return error_set(err, EXIT_HOST_IO,
				 "%s had %llu sectors when the checkpoint was saved, now it has "
				 "%llu",
				 disk->id, (unsigned long long)sectors,
				 (unsigned long long)disk->sectors);
	}
	if (!disk->ops->state(disk, io, err)) {
		return false;
	}
	if (disk->model->ops->state != NULL) {
		disk->model->ops->state(disk->model, io);
	}
	return true;
}
