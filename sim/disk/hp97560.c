/* SPDX-License-Identifier: MIT */
/*
 * hp97560.c - the HP 97560, a disk of 1.3 GB that SimOS and so the Disco paper's group modelled.
 *
 * C. Ruemmler, J. Wilkes, "An introduction to disk drive modeling", IEEE Computer 27(3), 1994;
 * D. Kotz, S. B. Toh, S. Radhakrishnan, "A detailed simulation model of the HP 97560 disk drive",
 * Dartmouth PCS-TR94-220, 1994: geometry, regions, seek curve, skews, overheads.
 *
 * The controller takes 2.2 ms before the arm moves. Then come the seek, the wait for the first
 * sector, and the sectors, with a switch of heads or a seek of one cylinder after each track, for
 * which the skews leave time. Data go over the bus (10 MB/s) as they come; after the last sector,
 * its own time on the bus is left. After a read the disk reads on, until the buffer is full or the
 * next request goes elsewhere; what it has, or comes to, needs no seek. A write ends when its last
 * sector is on the platter, so a flush has nothing to wait for.
 *
 * All in integer nanoseconds. The platter turns once in 14,992,504 ns (4002 a minute:
 * 14,992,503.7).
 */
#include <stdlib.h>

#include "sim/disk/models.h"
#include "sim/state_hash.h"
#include "sim/state_io.h"

#define CYLINDERS     1962U /* with the spare ones */
#define HEADS         19U
#define TRACK_SECTORS 72U
#define ROTATION_NS   14992504U
#define OVERHEAD_NS   2200000U
#define SWITCH_NS     1600000U /* of heads */
#define TRACK_SKEW    8U       /* sectors between the first ones of two tracks of a cylinder */
#define CYLINDER_SKEW 18U      /* and of two cylinders, last track to first */
#define BUS_SECTOR_NS 51200U   /* 512 bytes at 10 MB/s */
/* Seeks of less than this many cylinders accelerate only. */
#define SHORT_SEEK     384U
#define BUFFER_SECTORS 256U
/* More than 100 years; no sum with it overflows. */
#define TIME_MAX_NS ((uint64_t)1 << 62)

/* The tracks that hold data, as first ones and how many. 645 cylinders each. */
struct region {
	uint32_t first_track;
	uint32_t tracks;
};

#define REGIONS 3U

static const struct region regions[REGIONS] = {
	{ 1 * HEADS + 4, 645 * HEADS },
	{ 654 * HEADS, 645 * HEADS },
	{ 1308 * HEADS, 645 * HEADS },
};

struct place {
	uint32_t cylinder;
	uint32_t head;
	uint32_t angle; /* in sectors from the index mark: 0 .. TRACK_SECTORS - 1 */
};

struct hp97560 {
	struct disk_model model;
	/* Where arm and heads are, while it reads ahead: at reached_ns. */
	uint32_t cylinder;
	uint32_t head;
	/*
	 * Reading ahead: [taken, reached) was read at reached_ns, and is in the buffer; it goes on
	 * to the limit. taken <= reached <= limit unless the host took more than that.
	 */
	bool reads_ahead;
	uint64_t taken; /* by the host */
	uint64_t reached;
	uint64_t reached_ns;
	uint64_t limit;
};

static struct hp97560 *hp97560_of(const struct disk_model *model)
{
	return (struct hp97560 *)(uintptr_t)model;
}

/* The track with this number among those that hold data. */
static uint32_t physical_track(uint32_t track)
{
	for (unsigned i = 0; i < REGIONS; i++) {
		if (track < regions[i].tracks) {
			return regions[i].first_track + track;
		}
		track -= regions[i].tracks;
	}
	return regions[REGIONS - 1].first_track + regions[REGIONS - 1].tracks - 1;
}

static struct place find_place(uint64_t sector)
{
	uint32_t track = physical_track((uint32_t)(sector / TRACK_SECTORS));
	uint32_t cylinder = track / HEADS;
	uint32_t head = track % HEADS;
	/* Every switch of heads shifts the first sector, every step of the arm more. */
	uint32_t skew = cylinder * ((HEADS - 1) * TRACK_SKEW + CYLINDER_SKEW) + head * TRACK_SKEW;

	return (struct place){
		.cylinder = cylinder,
		.head = head,
		.angle = (uint32_t)((sector % TRACK_SECTORS + skew) % TRACK_SECTORS),
	};
}

/* Largest root with root * root <= value. */
static uint64_t square_root(uint64_t value)
{
	uint64_t root = 0;

	for (uint64_t bit = (uint64_t)1 << 31; bit != 0; bit >>= 1) {
		if ((root + bit) * (root + bit) <= value) {
			root += bit;
		}
	}
	return root;
}

/* 3.24 + 0.400 sqrt(d) ms up to 383 cylinders, 8.00 + 0.008 d ms beyond. */
static uint64_t seek_ns(uint32_t from, uint32_t to)
{
	uint64_t distance = from > to ? from - to : to - from;

	if (distance == 0) {
		return 0;
	}
	if (distance < SHORT_SEEK) {
		return 3240000 + square_root(distance * 400000 * 400000);
	}
	return 8000000 + distance * 8000;
}

/* When, from `now` on, the sector at `angle` next begins to pass the head. */
static uint64_t next_pass(uint64_t now, uint32_t angle)
{
	uint64_t begins = (uint64_t)angle * ROTATION_NS / TRACK_SECTORS;
	uint64_t at = now % ROTATION_NS;

	return now + (begins + ROTATION_NS - at) % ROTATION_NS;
}

/* Moves arm and heads over `place`: when that is done. */
static uint64_t move_to(struct hp97560 *disk, const struct place *place, uint64_t now)
{
	uint64_t end = now;

	if (disk->cylinder != place->cylinder) {
		end += seek_ns(disk->cylinder, place->cylinder);
	} else if (disk->head != place->head) {
		end += SWITCH_NS;
	}
	disk->cylinder = place->cylinder;
	disk->head = place->head;
	return end;
}

/* Passes `sectors` from `sector` on under the heads, which may be elsewhere: when that is done. */
static uint64_t pass(struct hp97560 *disk, uint64_t sector, uint64_t sectors, uint64_t now)
{
	while (sectors > 0) {
		uint64_t part = TRACK_SECTORS - sector % TRACK_SECTORS;
		struct place place = find_place(sector);

		part = part < sectors ? part : sectors;
		now = next_pass(move_to(disk, &place, now), place.angle);
		/* From the index mark, so that nothing is lost by rounding. */
		now = now - (uint64_t)place.angle * ROTATION_NS / TRACK_SECTORS +
		      (place.angle + part) * ROTATION_NS / TRACK_SECTORS;
		sector += part;
		sectors -= part;
	}
	return now;
}

/*
 * The disk reads ahead until `now`, in steps of a track; so arm and heads are where they are then.
 */
static void read_on(struct hp97560 *disk, uint64_t now)
{
	while (disk->reads_ahead && disk->reached < disk->limit) {
		uint64_t left = disk->limit - disk->reached;
		uint64_t part = TRACK_SECTORS - disk->reached % TRACK_SECTORS;
		struct hp97560 next = *disk;
		struct place place = find_place(disk->reached);
		uint64_t moved_ns = move_to(&next, &place, disk->reached_ns);

		part = part < left ? part : left;
		next.reached_ns = pass(&next, disk->reached, part, moved_ns);
		next.reached += part;
		if (next.reached_ns > now) {
			break;
		}
		*disk = next;
	}
}

/* A read that goes on where the disk reads ahead: when its last sector is in the buffer. */
static uint64_t read_ahead(struct hp97560 *disk, uint64_t end, uint64_t now)
{
	if (disk->reached == disk->limit) {
		disk->reached_ns = now; /* it had stopped: the buffer was full */
	}
	if (end > disk->reached) {
		disk->reached_ns = pass(disk, disk->reached, end - disk->reached, disk->reached_ns);
		disk->reached = end;
		return disk->reached_ns;
	}
	return now;
}

/* The read-ahead is given up: a track that it has turned to is where the heads are. */
static void stop(struct hp97560 *disk, uint64_t now)
{
	if (disk->reads_ahead && disk->reached < disk->limit) {
		struct hp97560 next = *disk;
		struct place place = find_place(disk->reached);

		if (move_to(&next, &place, disk->reached_ns) <= now) {
			*disk = next;
		}
	}
	disk->reads_ahead = false;
}

static uint64_t read_ns(struct hp97560 *disk, uint64_t sector, uint64_t sectors, uint64_t begin)
{
	uint64_t now = begin + OVERHEAD_NS;
	uint64_t end = sector + sectors;
	uint64_t passed;

	read_on(disk, now);
	if (disk->reads_ahead && sector >= disk->taken && sector < disk->limit) {
		passed = read_ahead(disk, end, now);
	} else {
		stop(disk, now);
		passed = pass(disk, sector, sectors, now);
		disk->reads_ahead = true;
		disk->reached = end;
		disk->reached_ns = passed;
	}
	disk->taken = end;
	disk->limit =
		end + BUFFER_SECTORS < HP97560_SECTORS ? end + BUFFER_SECTORS : HP97560_SECTORS;
	/* All of it goes over the bus, the last sector not before it was read. */
	uint64_t last = passed + BUS_SECTOR_NS;
	uint64_t all = now + sectors * BUS_SECTOR_NS;

	return last > all ? last : all;
}

static uint64_t write_ns(struct hp97560 *disk, uint64_t sector, uint64_t sectors, uint64_t begin)
{
	uint64_t now = begin + OVERHEAD_NS;

	read_on(disk, now);
	stop(disk, now);
	return pass(disk, sector, sectors, now);
}

static uint64_t hp97560_service(struct disk_model *model, const struct disk_request *request,
				uint64_t begin_ns)
{
	struct hp97560 *disk = hp97560_of(model);

	switch (request->operation) {
	case DISK_READ:
		return read_ns(disk, request->sector, request->sectors, begin_ns) - begin_ns;
	case DISK_WRITE:
		return write_ns(disk, request->sector, request->sectors, begin_ns) - begin_ns;
	default:
		/* Nothing waits for a flush, and there is nothing to discard or clear. */
		return OVERHEAD_NS;
	}
}

static void hp97560_hash(const struct disk_model *model, struct state_hash *hash)
{
	const struct hp97560 *disk = hp97560_of(model);

	state_hash_u64(hash, disk->cylinder);
	state_hash_u64(hash, disk->head);
	state_hash_u64(hash, disk->reads_ahead);
	state_hash_u64(hash, disk->taken);
	state_hash_u64(hash, disk->reached);
	state_hash_u64(hash, disk->reached_ns);
	state_hash_u64(hash, disk->limit);
}

static void hp97560_state(struct disk_model *model, struct state_io *io)
{
	struct hp97560 *disk = hp97560_of(model);

	state_io_index(io, &disk->cylinder, CYLINDERS);
	state_io_index(io, &disk->head, HEADS);
	state_io_bool(io, &disk->reads_ahead);
	state_io_u64(io, &disk->taken);
	state_io_u64(io, &disk->reached);
	state_io_u64(io, &disk->reached_ns);
	state_io_u64(io, &disk->limit);
	if (disk->limit > HP97560_SECTORS || disk->reached > disk->limit ||
	    disk->taken > disk->limit || disk->reached_ns > TIME_MAX_NS) {
		io->has_failed = true;
		disk->reads_ahead = false;
	}
}

static void hp97560_destroy(struct disk_model *model)
{
	free(model);
}

struct disk_model *disk_model_hp97560(void)
{
	static const struct disk_model_ops ops = {
		.service = hp97560_service,
		.hash = hp97560_hash,
		.state = hp97560_state,
		.destroy = hp97560_destroy,
	};
	struct hp97560 *disk = calloc(1, sizeof(*disk));

	if (disk == NULL) {
		return NULL;
	}
	disk->model.ops = &ops;
	disk->model.geometry = (struct disk_geometry){ HP97560_SECTORS / (HEADS * TRACK_SECTORS),
						       HEADS, TRACK_SECTORS };
	return &disk->model;
}
