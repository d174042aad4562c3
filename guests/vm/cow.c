/* SPDX-License-Identifier: MIT */
/*
 * cow.c - a copy-on-write disk (docs/monitor/devices.md): whole pages and pieces, read and written,
 * while other machines do the same on the same disk of the machine; and how long a page takes.
 *
 * The image in slot 0 has lines of 16 bytes, each its own number in decimal. What this machine
 * writes has a pattern of its own, made from the clock; what it reads must be the image's lines or
 * its own pattern.
 */
#include "guests/lib/string.h"
#include "guests/virtio/disk.h"

#define PAGE    DISK_PAGE
#define SECTOR  DISK_SECTOR
#define SECTORS (PAGE / SECTOR)
#define LINE    16U
#define PAGES   24U
#define ROUNDS  300U

static struct virtio_disk disk;
static uint8_t page[PAGES][PAGE] __attribute__((aligned(4096)));
static uint32_t random_state;
/* What the disk must hold: 0 = the image's line, otherwise the pattern's seed of the sector. */
static uint8_t written[PAGES * SECTORS];

static uint32_t below(uint32_t limit)
{
	random_state = random_state * 1664525 + 1013904223;
	return (random_state >> 8) % limit;
}

static void fill(uint8_t *sector, uint64_t number, uint8_t seed)
{
	for (unsigned i = 0; i < SECTOR; i++) {
		sector[i] = (uint8_t)(seed + i * 7 + number);
	}
}

static void check_sector(const uint8_t *sector, uint64_t number)
{
	uint64_t line = number * (SECTOR / LINE);

	for (unsigned i = 0; written[number] != 0 && i < SECTOR; i++) {
		CHECK(sector[i] == (uint8_t)(written[number] + i * 7 + number));
	}
	for (unsigned i = 0; written[number] == 0 && i < SECTOR; i += LINE, line++) {
		uint32_t value = 0;

		for (unsigned digit = 0; digit < LINE - 1; digit++) {
			value = value * 10 + (uint32_t)(sector[i + digit] - '0');
		}
		CHECK(value == line);
	}
}

/* Reads a few sectors to any place, or writes them from there. */
static void move_some(uint8_t seed)
{
	unsigned count = 1 + below(3);
	uint32_t bytes = below(2) != 0 ? PAGE : SECTOR * (1 + below(SECTORS));
	unsigned sectors = count * bytes / SECTOR;
	uint64_t first = below(PAGES * SECTORS - sectors + 1);
	uint8_t *data = &page[0][0] + below(PAGES / 2 * PAGE);

	if (below(2) != 0) {
		first &= ~(uint64_t)(SECTORS - 1);
		data -= (uintptr_t)data % PAGE;
	}
	if (below(2) != 0) {
		for (unsigned i = 0; i < sectors; i++) {
			fill(data + i * SECTOR, first + i, seed);
			written[first + i] = seed;
		}
		CHECK(virtio_disk_request(&disk, VIRTIO_BLOCK_T_OUT, first, data, bytes, count) ==
		      VIRTIO_BLOCK_S_OK);
		/* The disk has it: what becomes of the memory is no matter to it. */
		memset(data, seed, sectors * SECTOR);
	}
	CHECK(virtio_disk_request(&disk, VIRTIO_BLOCK_T_IN, first, data, bytes, count) ==
	      VIRTIO_BLOCK_S_OK);
	for (unsigned i = 0; i < sectors; i++) {
		check_sector(data + i * SECTOR, first + i);
	}
	/* Nor is what is read anybody else's. */
	data[below(sectors * SECTOR)] ^= 0xff;
}

static void read_all(void)
{
	for (unsigned i = 0; i < PAGES; i++) {
		CHECK(virtio_disk_request(&disk, VIRTIO_BLOCK_T_IN, i * SECTORS, page[i], PAGE,
					  1) == VIRTIO_BLOCK_S_OK);
		for (unsigned j = 0; j < SECTORS; j++) {
			check_sector(page[i] + j * SECTOR, i * SECTORS + j);
		}
	}
}

/* Cycles of a request for `bytes` at `data`, in memory already; the last of a few. */
static uint64_t time_read(uint8_t *data, uint32_t bytes)
{
	uint64_t cycles = 0;

	for (unsigned i = 0; i < 8; i++) {
		uint64_t begin;

		/* A page of its own, as the page that a kernel reads to is. */
		memset(page[i % 2], 1, 2 * PAGE);
		begin = virtio_clock();
		CHECK(virtio_disk_request(&disk, VIRTIO_BLOCK_T_IN, SECTORS * (2 + i), data, bytes,
					  1) == VIRTIO_BLOCK_S_OK);
		cycles = virtio_clock() - begin;
	}
	return cycles;
}

int main(void)
{
	uint8_t seed;

	virtio_disk_begin(&disk, 0);
	random_state = (uint32_t)virtio_clock();
	read_all();
	read_all();
	printf("reads: ok\n");
	printf("cycles: page %u, copied page %u, sector %u\n", (unsigned)time_read(page[0], PAGE),
	       (unsigned)time_read(page[0] + SECTOR, PAGE), (unsigned)time_read(page[0], SECTOR));
	for (unsigned i = 0; i < ROUNDS; i++) {
		seed = (uint8_t)(1 + below(255));
		move_some(seed);
	}
	read_all();
	printf("writes: ok\n");
	CHECK(virtio_disk_request(&disk, VIRTIO_BLOCK_T_FLUSH, 0, page[0], 0, 0) ==
	      VIRTIO_BLOCK_S_OK);
	printf("cow: ok\n");
	return 0;
}
