/* SPDX-License-Identifier: MIT */
/*
 * reader.c - reads a whole disk page by page into its memory, keeps it there, and writes a few of
 * its pages: what machines that start from one disk do, in small (tests/vm/run_footprint).
 */
#include "guests/lib/string.h"
#include "guests/virtio/disk.h"

#define PAGE    DISK_PAGE
#define PAGES   256U
#define CHANGED 8U /* pages */

static struct virtio_disk disk;
static uint8_t page[PAGES][PAGE] __attribute__((aligned(4096)));

int main(void)
{
	virtio_disk_begin(&disk, 0);
	for (unsigned i = 0; i < PAGES; i++) {
		CHECK(virtio_disk_request(&disk, VIRTIO_BLOCK_T_IN, (uint64_t)i * 8, page[i], PAGE,
					  1) == VIRTIO_BLOCK_S_OK);
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
