/* SPDX-License-Identifier: MIT */
/*
 * traffic.c - a known number of bytes goes from a disk into a buffer on node 1, and back from
 * there; nothing else touches that node. tests/virtio/check_traffic counts what its directory has
 * seen.
 */
#include "guests/virtio/driver.h"

#define SECTOR       512U
#define BUFFER_PADDR 0x01000000U /* the first byte of node 1: nodes have 16 MB */
#define CHAIN        3U

struct header {
	uint32_t type;
	uint32_t zero;
	uint64_t sector;
};

static struct virtio_device disk = { .slot = 0 };
static struct virtio_ring ring;
static struct header header;
static volatile uint8_t result;

/* `bytes` between the disk's beginning and the buffer's byte `at`. */
static void transfer(uint32_t type, uint32_t at, uint32_t bytes)
{
	uint8_t *buffer = cpu_kseg0(BUFFER_PADDR);
	uint16_t way = type == VIRTIO_BLOCK_T_IN ? VIRTIO_DESC_F_WRITE : 0;
	uint32_t written;

	header = (struct header){ .type = le32(type) };
	result = 0xee;
	virtio_set_desc(&ring, 0, &header, sizeof(header), VIRTIO_DESC_F_NEXT, 1);
	virtio_set_desc(&ring, 1, buffer + at, bytes, (uint16_t)(way | VIRTIO_DESC_F_NEXT), 2);
	virtio_set_desc(&ring, 2, &result, 1, VIRTIO_DESC_F_WRITE, 0);
	virtio_submit(&ring, 0);
	virtio_notify(&disk, &ring);
	CHECK(virtio_wait(&disk, &ring, &written) == 0 && result == VIRTIO_BLOCK_S_OK);
}

int main(void)
{
	virtio_listen(&disk);
	virtio_begin(&disk, FEATURE(VIRTIO_F_VERSION_1));
	virtio_add_ring(&disk, &ring, 0);
	virtio_go(&disk);
	/* Whole lines of 128 bytes: 32 written three times over, and 8 read. */
	for (unsigned i = 0; i < 3; i++) {
		transfer(VIRTIO_BLOCK_T_IN, 0, 8 * SECTOR);
	}
	transfer(VIRTIO_BLOCK_T_OUT, 0, 2 * SECTOR);
	/* Across lines: 512 bytes from the middle of one touch 5. */
	transfer(VIRTIO_BLOCK_T_IN, 64, SECTOR);
	transfer(VIRTIO_BLOCK_T_OUT, 64, SECTOR);
	printf("done\n");
	return 0;
}
