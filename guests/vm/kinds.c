/* SPDX-License-Identifier: MIT */
/*
 * kinds.c - whose writes are whose: of two machines with one disk in slot 0 the first writes, the
 * second looks until it sees it, or long enough; who writes says what was there
 * (tests/vm/run_kinds). The second is the one that has a disk in slot 1, too.
 */
#include "guests/lib/string.h"
#include "guests/virtio/disk.h"

#define SECTORS (DISK_PAGE / DISK_SECTOR)
#define PAGE_AT 8U  /* a block, written whole */
#define PART_AT 17U /* a sector within one */
#define MARK    0x5a
#define LOOKS   500U

static struct virtio_disk disk;
static uint8_t page[DISK_PAGE] __attribute__((aligned(4096)));

static void request(uint32_t type, uint64_t sector, uint32_t bytes)
{
	unsigned count = type == VIRTIO_BLOCK_T_FLUSH ? 0 : 1;

	CHECK(virtio_disk_request(&disk, type, sector, page, bytes, count) == VIRTIO_BLOCK_S_OK);
}

/* How many of the page's sectors are marked, each of them whole. */
static unsigned marks_in(uint64_t sector)
{
	unsigned count = 0;

	request(VIRTIO_BLOCK_T_IN, sector, DISK_PAGE);
	for (unsigned i = 0; i < DISK_PAGE; i += DISK_SECTOR) {
		bool is_marked = page[i] == MARK;

		for (unsigned j = 0; j < DISK_SECTOR; j++) {
			CHECK((page[i + j] == MARK) == is_marked);
		}
		count += is_marked;
	}
	return count;
}

static unsigned marks(void)
{
	return marks_in(PAGE_AT) + marks_in(PART_AT - PART_AT % SECTORS);
}

int main(void)
{
	bool is_second = virtio_read(&(struct virtio_device){ .slot = 1 }, VIRTIO_DEVICE_ID) !=
			 VIRTIO_ID_NONE;
	unsigned found;

	virtio_disk_begin(&disk, 0);
	found = marks();
	if (!is_second) {
		printf("found %u\n", found);
		memset(page, MARK, DISK_PAGE);
		request(VIRTIO_BLOCK_T_OUT, PAGE_AT, DISK_PAGE);
		request(VIRTIO_BLOCK_T_OUT, PART_AT, DISK_SECTOR);
		request(VIRTIO_BLOCK_T_FLUSH, 0, DISK_PAGE);
		printf("now %u\n", marks());
		return 0;
	}
	for (unsigned i = 0; found != SECTORS + 1 && i < LOOKS; i++) {
		found = marks();
	}
	printf("sees %u\n", found);
	return 0;
}
