/* SPDX-License-Identifier: MIT */
/*
 * vdisk.h - a virtual disk: a VM's virtio block device on a disk of the machine.
 *
 * A request of the guest is taken apart, its header and every segment copied and checked. A disk
 * has a fixed number of requests; when all are under way, the guest's next ones wait in its queue.
 *
 * Of a persistent disk the pages are pinned and their machine addresses given to the machine's disk
 * as one request, so the data goes by DMA straight to where the guest sees it. Every other disk is
 * copy on write, over what the cache has of the machine's disk (cow.c): nothing is written there.
 *
 * Invariants: a request's pages are pinned from its submission until it is done, also when the VM
 * has reset the device in between (`era` tells; the answer is then dropped). is_waiting is set
 * before the cache is looked at, so whoever ends a read (vdisk.c, wake) sees who waits for it.
 */
#pragma once

#include "src/disks/cache.h"
#include "src/platform/disk.h"
#include "src/virtio/virtio.h"

#define VDISK_REQUESTS 8
/* Data descriptors of a request, and what each may hold: so that at most one has two pages. */
#define VDISK_SEGMENTS 64

struct vdisk;

/* A page each. */
struct vdisk_request {
	struct disk_request io; /* first */
	struct vdisk *vdisk;
	uint64_t status_gpa;
	uint32_t era;
	uint32_t written; /* bytes, for the used ring */
	uint16_t head;
	bool is_busy;
	bool is_waiting; /* until a block has been read, or the machine's disk has room */
	uint32_t status_mpn;
	uint32_t page_count;
	uint32_t page[DISK_PARTS_MAX]; /* pinned: the guest's, or those of the cache being read */
	/* Copy on write: where it is. */
	bool is_read;
	uint32_t first_block; /* of page[] */
	uint32_t segment;
	uint32_t segment_count;
	uint64_t at; /* bytes from the disk's beginning */
	uint64_t end;
	uint64_t gpa[VDISK_SEGMENTS];
	uint32_t bytes[VDISK_SEGMENTS];
};

struct vdisk {
	struct virtio virtio; /* first */
	struct disk *disk;
	uint64_t sectors;
	bool is_read_only;
	uint32_t era;     /* resets */
	uint32_t waiting; /* requests */
	struct vdisk_request *request[VDISK_REQUESTS];
	struct vring_chain chain; /* being taken apart */
	/* Copy on write; NULL: it is not. */
	struct disk_cache *cache;
	struct vdisk *next;    /* of the cache */
	struct btree *changes; /* NULL: read only */
	struct btree own;
};

/* A virtual disk before vdisk_init(): on which disk, and how. `cache` and `changes` as above. */
struct vdisk_base {
	struct disk *disk;
	struct disk_cache *cache;
	bool is_shared;    /* changes are cache->shared */
	bool is_read_only; /* no changes */
};

/* `request`: VDISK_REQUESTS zeroed pages. */
void vdisk_init(struct vdisk *vdisk, struct vm *vm, uint32_t slot, const struct vdisk_base *base,
		void *request_pages);
