/* SPDX-License-Identifier: MIT */
/*
 * reader.c - reads a whole disk page by page into its memory, keeps it there, and writes a few of
 * its pages: what machines that start from one disk do, in small (tests/vm/run_footprint).
 */
#include "guests/lib/string.h"
#include "guests/virtio/driver.h"

#define PAGE    4096U
#define PAGES   256U
#define CHANGED 8U /* pages */

struct header {
	uint32_t type;
	uint32_t zero;
	uint64_t sector;
};

static struct virtio_device disk = { .slot = 0 };
static struct virtio_ring ring;
static struct header header;
static volatile uint8_t answer;
static uint8_t page[PAGES][PAGE] __attribute__((aligned(4096)));

static void read_page(unsigned number)
{
	uint32_t bytes;

	header = (struct header){ .type = le32(VIRTIO_BLOCK_T_IN),
				  .sector = le64((uint64_t)number * 8) };
	virtio_set_desc(&ring, 0, &header, sizeof(header), VIRTIO_DESC_F_NEXT, 1);
	virtio_set_desc(&ring, 1, page[number], PAGE, VIRTIO_DESC_F_NEXT | VIRTIO_DESC_F_WRITE, 2);
	virtio_set_desc(&ring, 2, &answer, 1, VIRTIO_DESC_F_WRITE, 0);
	virtio_submit(&ring, 0);
	virtio_notify(&disk, &ring);
	CHECK(virtio_wait(&disk, &ring, &bytes) == 0);
	virtio_write(&disk, VIRTIO_INTERRUPT_ACK, virtio_read(&disk, VIRTIO_INTERRUPT_STATUS));
	CHECK(answer == VIRTIO_BLOCK_S_OK);
}

int main(void)
{
	virtio_begin(&disk, ~FEATURE(VIRTIO_F_EVENT_IDX));
	virtio_listen(&disk);
	virtio_add_ring(&disk, &ring, 0);
	virtio_go(&disk);
	for (unsigned i = 0; i < PAGES; i++) {
		read_page(i);
	}
	for (unsigned i = 0; i < PAGES; i++) {
		/* The image has lines of 16 bytes, each its own number: the last digit. */
		CHECK(page[i][14] == '0' + i * (PAGE / 16) % 10);
	}
	for (unsigned i = 0; i < CHANGED; i++) {
		page[i * (PAGES / CHANGED)][0] = 'x';
	}
	printf("reader: ok\n");
	return 0;
}
