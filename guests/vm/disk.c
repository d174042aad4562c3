/* SPDX-License-Identifier: MIT */
/*
 * disk.c - a virtual disk: single requests, many at once, data across pages, and what is refused.
 *
 * The image in slot 0 has lines of 16 bytes, each its own number in decimal (tests/virtio). The
 * same program runs on the machine itself.
 */
#include "guests/lib/string.h"
#include "guests/virtio/driver.h"

#define LINE    16U
#define SECTOR  512U
#define BATCH   16U
#define CHAIN   4U
#define HALF    (2 * SECTOR)
#define PATTERN 0xa5

static struct virtio_device disk = { .slot = 0 };
static struct virtio_ring ring;
static struct virtio_block_header headers[BATCH];
static uint8_t status[BATCH];
/* Each piece of 2 KB lies in the middle of a page or across two. */
static uint8_t data[BATCH][0xe00] __attribute__((aligned(4096)));

static uint64_t sectors(void)
{
	uint32_t low = virtio_read(&disk, VIRTIO_CONFIG + VIRTIO_BLOCK_CAPACITY);

	return (uint64_t)virtio_read(&disk, VIRTIO_CONFIG + VIRTIO_BLOCK_CAPACITY + 4) << 32 | low;
}

/* Four sectors in two pieces. */
static void prepare(unsigned number, uint32_t type, uint64_t sector)
{
	unsigned base = number * CHAIN;
	uint16_t way = (uint16_t)(VIRTIO_DESC_F_NEXT |
				  (type == VIRTIO_BLOCK_T_IN ? VIRTIO_DESC_F_WRITE : 0));

	headers[number] =
		(struct virtio_block_header){ .type = le32(type), .sector = le64(sector) };
	status[number] = 0xee;
	virtio_set_desc(&ring, base, &headers[number], sizeof(headers[number]), VIRTIO_DESC_F_NEXT,
			type == VIRTIO_BLOCK_T_FLUSH ? base + 3 : base + 1);
	virtio_set_desc(&ring, base + 1, data[number], HALF, way, base + 2);
	virtio_set_desc(&ring, base + 2, data[number] + HALF, HALF, way, base + 3);
	virtio_set_desc(&ring, base + 3, &status[number], 1, VIRTIO_DESC_F_WRITE, 0);
}

static uint8_t request(uint32_t type, uint64_t sector)
{
	uint32_t bytes;

	prepare(0, type, sector);
	virtio_submit(&ring, 0);
	virtio_notify(&disk, &ring);
	CHECK(virtio_wait(&disk, &ring, &bytes) == 0);
	return *(volatile uint8_t *)&status[0];
}

/* The number at the beginning of the line. */
static uint32_t number_at(const uint8_t *line)
{
	uint32_t number = 0;

	for (unsigned i = 0; i < LINE - 1; i++) {
		number = number * 10 + (uint32_t)(line[i] - '0');
	}
	return number;
}

static void check_lines(const uint8_t *from, uint64_t sector)
{
	for (unsigned i = 0; i < 2 * HALF / LINE; i++) {
		CHECK(number_at(from + i * LINE) == sector * (SECTOR / LINE) + i);
	}
}

static void read_many(uint64_t count)
{
	uint64_t where[BATCH];
	uint32_t bytes;

	for (unsigned round = 0; round < 8; round++) {
		for (unsigned i = 0; i < BATCH; i++) {
			where[i] = (round * 977U + i * 131U) % (count / 2 - 4);
			prepare(i, VIRTIO_BLOCK_T_IN, where[i]);
			virtio_submit(&ring, i * CHAIN);
		}
		virtio_notify(&disk, &ring);
		for (unsigned i = 0; i < BATCH; i++) {
			unsigned number = virtio_wait(&disk, &ring, &bytes) / CHAIN;

			CHECK(bytes == 2 * HALF + 1);
			CHECK(*(volatile uint8_t *)&status[number] == VIRTIO_BLOCK_S_OK);
			check_lines(data[number], where[number]);
		}
	}
}

int main(void)
{
	uint64_t count;

	CHECK(virtio_read(&disk, VIRTIO_MAGIC) == VIRTIO_MAGIC_VALUE);
	CHECK(virtio_read(&disk, VIRTIO_DEVICE_ID) == VIRTIO_ID_BLOCK);
	virtio_begin(&disk, ~FEATURE(VIRTIO_F_EVENT_IDX));
	CHECK(virtio_read(&disk, VIRTIO_STATUS) & VIRTIO_STATUS_FEATURES_OK);
	virtio_listen(&disk);
	virtio_add_ring(&disk, &ring, 0);
	virtio_go(&disk);
	count = sectors();
	CHECK(request(VIRTIO_BLOCK_T_IN, 0) == VIRTIO_BLOCK_S_OK);
	check_lines(data[0], 0);
	read_many(count);
	printf("reads: ok\n");

	if (disk.features & FEATURE(VIRTIO_BLOCK_F_RO)) {
		CHECK(request(VIRTIO_BLOCK_T_OUT, count - 4) == VIRTIO_BLOCK_S_IOERR);
		printf("read only: ok\n");
	} else {
		memset(data[0], PATTERN, sizeof(data[0]));
		CHECK(request(VIRTIO_BLOCK_T_OUT, count - 4) == VIRTIO_BLOCK_S_OK);
		CHECK(request(VIRTIO_BLOCK_T_FLUSH, 0) == VIRTIO_BLOCK_S_OK);
		memset(data[0], 0, sizeof(data[0]));
		CHECK(request(VIRTIO_BLOCK_T_IN, count - 4) == VIRTIO_BLOCK_S_OK);
		for (unsigned i = 0; i < 2 * HALF; i++) {
			CHECK(((volatile uint8_t *)data[0])[i] == PATTERN);
		}
		printf("writes: ok\n");
	}
	CHECK(request(VIRTIO_BLOCK_T_IN, count - 3) == VIRTIO_BLOCK_S_IOERR);
	CHECK(request(VIRTIO_BLOCK_T_IN, (uint64_t)1 << 55) == VIRTIO_BLOCK_S_IOERR);
	printf("beyond the end: ok\n");
	/* The next slot is empty. */
	CHECK(virtio_read(&(struct virtio_device){ .slot = 23 }, VIRTIO_MAGIC) ==
	      VIRTIO_MAGIC_VALUE);
	CHECK(virtio_read(&(struct virtio_device){ .slot = 23 }, VIRTIO_DEVICE_ID) ==
	      VIRTIO_ID_NONE);
	printf("disk: ok\n");
	return 0;
}
