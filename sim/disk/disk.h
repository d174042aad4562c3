/* SPDX-License-Identifier: MIT */
/*
 * disk.h - what a disk is to the device in front of it: sectors, and how long requests take.
 *
 * The device (sim/virtio/block.c) serves one request at a time: it asks `service` when the request
 * begins, and calls the function of its kind when that time is over. Content and timing are two
 * parts, so that every store of sectors goes with every model. Nothing here reads a host clock.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/error.h"

#define DISK_SECTOR_BYTES 512U
#define DISK_PATH_BYTES   1024U /* of a file's name, with the 0 */
#define DISK_ID_BYTES     20U
/* 16 TiB: no product of sectors and bytes overflows. */
#define DISK_SECTORS_MAX ((uint64_t)1 << 35)

struct disk;
struct disk_model;
struct state_hash;
struct state_io;

enum disk_operation {
	DISK_READ,
	DISK_WRITE,
	DISK_FLUSH,
	DISK_DISCARD,
	DISK_ZERO
};

enum disk_model_kind {
	DISK_MODEL_FIXED,   /* the same latency for every request, and a rate */
	DISK_MODEL_HP97560, /* models.h */
	DISK_MODELS
};

/* A disk as the configuration names it. */
struct disk_config {
	char image[DISK_PATH_BYTES];   /* raw, a whole number of sectors; opened for reading only */
	bool is_read_only;             /* to the guest */
	char overlay[DISK_PATH_BYTES]; /* a file of what differs from the image, or "" */
	bool is_swap;                  /* the device tree says so; a disk like any other */
	bool is_persistent;   /* what the guest writes goes to the overlay; otherwise it stays in
				 memory */
	bool is_resumed;      /* the content comes from a checkpoint */
	unsigned model;       /* enum disk_model_kind */
	uint64_t latency_ns;  /* DISK_MODEL_FIXED: of each request */
	uint64_t bytes_per_s; /* likewise: 0 = data take no time */
	uint64_t jitter_ns;   /* each request takes up to this much longer, by the seed */
};

struct disk_request {
	enum disk_operation operation;
	uint64_t sector;
	uint64_t sectors; /* 0 for DISK_FLUSH */
};

/*
 * A store of sectors. The caller has checked the range and that the disk may be written. False,
 * with the reason: the request has failed, the guest is told, and the store stays usable.
 */
struct disk_ops {
	bool (*read)(struct disk *disk, uint64_t sector, void *data, uint64_t sectors,
		     struct error *err);
	bool (*write)(struct disk *disk, uint64_t sector, const void *data, uint64_t sectors,
		      struct error *err);
	/* All that was written is on stable storage before this returns true. */
	bool (*flush)(struct disk *disk, struct error *err);
	/* The sectors read as zeroes from now on, and need no room where that is possible. */
	bool (*discard)(struct disk *disk, uint64_t sector, uint64_t sectors, struct error *err);
	/* Adds what a guest could read and has not been so from the start. */
	void (*hash)(const struct disk *disk, struct state_hash *hash);
	/*
	 * Saves or loads what is needed to find the same content again. When loading, the disk was
	 * just opened from the same configuration. False, with the reason: it is another image.
	 */
	bool (*state)(struct disk *disk, struct state_io *io, struct error *err);
	void (*destroy)(struct disk *disk);
};

/* Heads 0: there is none to tell. */
struct disk_geometry {
	uint32_t cylinders;
	uint8_t heads;
	uint8_t sectors; /* of a track */
};

/* How long requests take; it has a state where the disk's arm and buffers do. */
struct disk_model_ops {
	/* Nanoseconds from `begin_ns`, when the disk turns to the request, to its end. */
	uint64_t (*service)(struct disk_model *model, const struct disk_request *request,
			    uint64_t begin_ns);
	void (*hash)(const struct disk_model *model, struct state_hash *hash);
	void (*state)(struct disk_model *model, struct state_io *io);
	void (*destroy)(struct disk_model *model);
};

/* The first member of every model's own structure. hash, state: NULL if there is no state. */
struct disk_model {
	const struct disk_model_ops *ops;
	struct disk_geometry geometry;
};

/* The first member of every store's own structure. */
struct disk {
	const struct disk_ops *ops;
	struct disk_model *model;
	uint64_t sectors;
	bool is_read_only;
	bool is_full; /* the last change or flush failed because the host has no room */
	char id[DISK_ID_BYTES + 1]; /* what the guest is told: the last part of the file's name */
};

/* The disk that `config` describes. NULL after an error; free it with disk_close(). */
struct disk *disk_open(const struct disk_config *config, struct error *err);
void disk_close(struct disk *disk);

/* Size and XXH3 of the image at `path`. */
bool disk_hash_image(const char *path, uint64_t *bytes, uint64_t *hash, struct error *err);

/* Is [sector, sector + sectors) on the disk? */
bool disk_has(const struct disk *disk, uint64_t sector, uint64_t sectors);

uint64_t disk_service(struct disk *disk, const struct disk_request *request, uint64_t begin_ns);
void disk_hash(const struct disk *disk, struct state_hash *hash);
bool disk_state(struct disk *disk, struct state_io *io, struct error *err);

/* A latency of `latency_ns`, and `bytes_per_s` unless that is 0. NULL: no memory. */
struct disk_model *disk_model_fixed(uint64_t latency_ns, uint64_t bytes_per_s);
