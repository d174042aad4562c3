/* SPDX-License-Identifier: MIT */
/*
 * journal.c - writes numbered records to a persistent disk, round and round, and flushes some; says
 * what is flushed, and when it starts, what it finds (tests/vm/run_kill).
 *
 * Record n is in slot n mod SLOTS, four sectors, each with n in every word.
 */
#include "guests/lib/string.h"
#include "guests/virtio/disk.h"

#define SECTOR  DISK_SECTOR
#define SECTORS 4U /* of a record */
#define BYTES   (SECTORS * SECTOR)
#define SLOTS   100U
#define RECORDS 100000U

static struct virtio_disk disk;
static uint32_t record[BYTES / 4] __attribute__((aligned(4096)));

static void request(uint32_t type, uint32_t slot)
{
	unsigned count = type == VIRTIO_BLOCK_T_FLUSH ? 0 : 1;

	CHECK(virtio_disk_request(&disk, type, (uint64_t)slot * SECTORS, record, BYTES, count) ==
	      VIRTIO_BLOCK_S_OK);
}

/* The number of the record in the slot: of the oldest of its sectors; an empty one has its first's.
 */
static uint32_t number_in(uint32_t slot)
{
	uint32_t least = UINT32_MAX;

	request(VIRTIO_BLOCK_T_IN, slot);
	for (unsigned i = 0; i < SECTORS; i++) {
		const uint32_t *word = record + i * SECTOR / 4;

		for (unsigned j = 1; j < SECTOR / 4; j++) {
			CHECK(word[j] == word[0]);
		}
		CHECK(word[0] == 0 || word[0] % SLOTS == slot);
		least = word[0] < least ? word[0] : least;
	}
	return least == 0 && slot != 0 ? slot : least + SLOTS;
}

int main(void)
{
	uint32_t next = UINT32_MAX;

	virtio_disk_begin(&disk, 0);
	/* The lowest number that is missing. */
	for (uint32_t slot = 0; slot < SLOTS; slot++) {
		uint32_t missing = number_in(slot);

		next = missing < next ? missing : next;
	}
	printf("found %u\n", (unsigned)next - 1);
	for (; next < RECORDS; next++) {
		for (unsigned i = 0; i < BYTES / 4; i++) {
			record[i] = next;
		}
		request(VIRTIO_BLOCK_T_OUT, next % SLOTS);
		if (next % 5 == 0) {
			request(VIRTIO_BLOCK_T_FLUSH, 0);
			printf("flushed %u\n", (unsigned)next);
		}
	}
	return 0;
}
