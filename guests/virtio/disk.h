/* SPDX-License-Identifier: MIT */
/*
 * disk.h - a virtio disk, one request after the other, for programs that want its sectors and not
 * the rings. docs/machine/virtio.md.
 */
#pragma once

#include "guests/virtio/driver.h"

#define DISK_PAGE   4096U
#define DISK_SECTOR 512U

/* One at a time; where the device writes to is reached by its virtual address. */
struct virtio_disk {
	struct virtio_device device;
	struct virtio_ring ring;
	struct virtio_block_header header;
	volatile uint8_t answer;
};

/* Begins with the device in `slot`. Ends the program if there is none. */
void virtio_disk_begin(struct virtio_disk *disk, unsigned slot);

/*
 * A request of `type` (VIRTIO_BLOCK_T_*) from `sector`: `count` pieces of `bytes` each, the first
 * at `data`, the others right behind. Sleeps until it is done; returns VIRTIO_BLOCK_S_*.
 */
uint8_t virtio_disk_request(struct virtio_disk *disk, uint32_t type, uint64_t sector, void *data,
			    uint32_t bytes, unsigned count);
