/* SPDX-License-Identifier: MIT */
/*
 * vdisk.h - a virtual disk: a VM's virtio block device on a disk of the machine.
 *
 * A request of the guest is taken apart, its header and every segment copied and checked, its pages
 * pinned and their machine addresses given to the machine's disk as one request. So the data goes
 * by DMA straight to where the guest sees it. A disk has a fixed number of requests; when all are
 * under way, the guest's next ones wait in its queue.
 *
 * Invariant: a request's pages are pinned from its submission until it is done, also when the VM
 * has reset the device in between (`era` tells; the answer is then dropped).
 */
#pragma once

#include "src/platform/disk.h"
#include "src/virtio/virtio.h"

#define VDISK_REQUESTS 8

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
	uint32_t page_count;
	uint32_t status_mpn;
	uint32_t page[DISK_PARTS_MAX]; /* pinned */
};

struct vdisk {
	struct virtio virtio; /* first */
	struct disk *disk;
	uint64_t sectors;
	bool is_read_only;
	uint32_t era; /* resets */
	struct vdisk_request *request[VDISK_REQUESTS];
	struct vring_chain chain; /* being taken apart */
};

/* `request`: VDISK_REQUESTS zeroed pages. */
void vdisk_init(struct vdisk *vdisk, struct vm *vm, uint32_t slot, struct disk *disk,
		void *request_pages);
