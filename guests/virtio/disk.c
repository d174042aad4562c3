/* SPDX-License-Identifier: MIT */
/*
 * disk.c - a virtio disk, one request after the other: see disk.h. Only the driver's events are
 * left out of the features, so that each request ends with an interrupt.
 */
#include "guests/virtio/disk.h"

void virtio_disk_begin(struct virtio_disk *disk, unsigned slot)
{
	disk->device.slot = slot;
	CHECK(virtio_read(&disk->device, VIRTIO_DEVICE_ID) == VIRTIO_ID_BLOCK);
	virtio_begin(&disk->device, ~FEATURE(VIRTIO_F_EVENT_IDX));
	virtio_listen(&disk->device);
	virtio_add_ring(&disk->device, &disk->ring, 0);
	virtio_go(&disk->device);
}

uint8_t virtio_disk_request(struct virtio_disk *disk, uint32_t type, uint64_t sector, void *data,
			    uint32_t bytes, unsigned count)
{
	uint16_t way = (uint16_t)(VIRTIO_DESC_F_NEXT |
				  (type == VIRTIO_BLOCK_T_IN ? VIRTIO_DESC_F_WRITE : 0));
	uint32_t done;

	CHECK(count + 2 <= QUEUE_ENTRIES);
	disk->header = (struct virtio_block_header){ .type = le32(type), .sector = le64(sector) };
	virtio_set_desc(&disk->ring, 0, &disk->header, sizeof(disk->header), VIRTIO_DESC_F_NEXT, 1);
	for (unsigned i = 0; i < count; i++) {
		virtio_set_desc(&disk->ring, 1 + i, (uint8_t *)data + i * bytes, bytes, way, 2 + i);
	}
	virtio_set_desc(&disk->ring, 1 + count, &disk->answer, 1, VIRTIO_DESC_F_WRITE, 0);
	virtio_submit(&disk->ring, 0);
	virtio_notify(&disk->device, &disk->ring);
	CHECK(virtio_wait(&disk->device, &disk->ring, &done) == 0);
	/* Done before anybody slept: the interrupt is up all the same. */
	virtio_write(&disk->device, VIRTIO_INTERRUPT_ACK,
		     virtio_read(&disk->device, VIRTIO_INTERRUPT_STATUS));
	return disk->answer;
}
