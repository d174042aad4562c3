/* SPDX-License-Identifier: MIT */
/*
 * disk.h - the machine's disks: virtio block devices, driven by one queue each. Its network card,
 * if that is a way out, has the same with two queues (src/net/uplink.c).
 *
 * A request is a page: the table of descriptors that the device reads lies in it, so nothing is
 * allocated while guests run. Whoever submits owns the memory it names and keeps it pinned.
 */
#pragma once

#include "machine/virtio.h"

#include "src/include/types.h"
#include "src/lib/hooks.h"
#include "src/lib/status.h"

#define DISK_PARTS_MAX 136 /* 128 parts of a guest's, some of which lie on two pages */
#define DISK_QUEUE     64U /* requests under way */

enum disk_operation {
	DISK_READ,
	DISK_WRITE,
	DISK_FLUSH
};

/* Invariant: while it is submitted, only the device and disk_interrupt() touch it. */
struct disk_request {
	uint8_t table[DISK_PARTS_MAX + 2][VIRTIO_DESC_BYTES] __attribute__((aligned(16)));
	uint8_t header[VIRTIO_BLOCK_HEADER_BYTES];
	uint8_t status;
	bool is_read;
	uint32_t part_count;
	uint32_t bytes; /* that the device has written */
	/* Called on the CPU that takes the disk's interrupt, with no lock held. */
	void (*done)(struct disk_request *request, bool is_good);
};

struct disk {
	uint64_t registers;
	uint32_t slot; /* of the machine's virtio slots */
	uint32_t queue;
	struct disk *next; /* a network device's other queue */
	bool is_read_only;
	uint64_t sectors;
	struct lock lock; /* for the rest */
	uint8_t *desc;
	uint8_t *avail;
	uint8_t *used;
	uint16_t avail_index;
	uint16_t used_index;
	struct disk_request *request[DISK_QUEUE]; /* by descriptor; NULL: free */
};

/* Finds the disks in the tree and sets them up; before memory_give_rest(). */
void disks_prepare(void);
/* The disk of that slot, or NULL. */
struct disk *disks_get(uint32_t slot);
/* Sources of the interrupt controller that are disks'. */
uint32_t disks_sources(void);
/* A disk's source is up: completes what is done. On one CPU only. */
void disks_interrupt(void);

/* A new request; parts are added in order. `sector` of 512 bytes. */
void disk_request_begin(struct disk_request *request, enum disk_operation operation,
			uint64_t sector);
/* `bytes` at machine address `paddr`; false if the request is full. */
MUST_CHECK bool disk_request_add(struct disk_request *request, uint64_t paddr, uint32_t bytes);
/* Gives it to the disk; false if that has no room now. */
MUST_CHECK bool disk_submit(struct disk *disk, struct disk_request *request);
/* A frame to be sent (flags 0) or a page to receive one (VIRTIO_DESC_F_WRITE), behind virtio's
 * header in the request. */
MUST_CHECK bool disk_submit_frame(struct disk *queue, struct disk_request *request,
				  const void *frame, uint32_t bytes, uint16_t flags);
