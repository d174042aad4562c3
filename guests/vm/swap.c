/* SPDX-License-Identifier: MIT */
/*
 * swap.c - a kernel that uses more memory than it can have of the machine at once, and knows what
 * must be in every page: stored in turn and out of turn, remapped, given up, read and written by a
 * disk (tests/vm/run_swap). PAGES of its memory, from FIRST on.
 */
#include "guests/lib/moncall.h"
#include "guests/lib/string.h"
#include "guests/virtio/disk.h"
#include "machine/vm.h"

#define PAGE   DISK_PAGE
#define FIRST  0x00180000U
#define WORDS  (PAGE / 4)
#define STEP   97U /* a word now and then, the first one among them */
#define ROUNDS 2U
#define STRIDE 389U /* has no divisor in common with PAGES */

static struct virtio_disk disk;
static uint8_t round_of[PAGES]; /* what was stored last; 0: nothing */

static uint32_t gpn(uint32_t page)
{
	return FIRST / PAGE + page;
}

static volatile uint32_t *at(uint32_t page)
{
	return (volatile uint32_t *)(uintptr_t)(intptr_t)(int32_t)(VM_WINDOW_BASE + FIRST +
								   page * PAGE);
}

static uint32_t value(uint32_t page, uint32_t word, uint32_t round)
{
	return round == 0 ? 0 : (page * WORDS + word) * 2654435761U + round;
}

static void store(uint32_t page, uint32_t round)
{
	for (uint32_t i = 0; i < WORDS; i += STEP) {
		at(page)[i] = value(page, i, round);
	}
	round_of[page] = (uint8_t)round;
}

static void check_as(uint32_t page, uint32_t other)
{
	for (uint32_t i = 0; i < WORDS; i += STEP) {
		CHECK(at(page)[i] == value(other, i, round_of[other]));
	}
}

static void check(uint32_t page)
{
	check_as(page, page);
}

static void check_all(void)
{
	for (uint32_t i = 0; i < PAGES; i++) {
		check(i * STRIDE % PAGES);
	}
}

/* Some pages become copies of others, wherever those are. */
static void remap(void)
{
	for (uint32_t i = 0; i + 1 < PAGES; i += 16) {
		CHECK(moncall(MONCALL_PAGE_REMAP, gpn(i + 1), gpn(i), 1).status == MONCALL_OK);
	}
	for (uint32_t i = 0; i + 1 < PAGES; i += 16) {
		check_as(i + 1, i);
		store(i, ROUNDS + 1);
		store(i + 1, ROUNDS + 2);
	}
	check_all();
}

static void give_up(void)
{
	for (uint32_t i = 3; i < PAGES; i += 8) {
		CHECK(moncall(MONCALL_PAGE_FREE, gpn(i), 1, 0).status == MONCALL_OK);
		round_of[i] = 0;
	}
	for (uint32_t i = 5; i < PAGES; i += 8) {
		CHECK(moncall(MONCALL_PAGE_ZERO, gpn(i), 1, 0).status == MONCALL_OK);
		round_of[i] = 0;
	}
	check_all();
}

/* Four pages at once to the disk and back to four others. */
static void use_disk(void)
{
	virtio_disk_begin(&disk, 0);
	for (uint32_t i = 0; i + 8 <= PAGES; i += 64) {
		uint32_t sector = i / 64 * 32;

		CHECK(virtio_disk_request(&disk, VIRTIO_BLOCK_T_OUT, sector, (void *)at(i), PAGE,
					  4) == VIRTIO_BLOCK_S_OK);
	}
	for (uint32_t i = 0; i + 8 <= PAGES; i += 64) {
		uint32_t sector = i / 64 * 32;

		CHECK(virtio_disk_request(&disk, VIRTIO_BLOCK_T_IN, sector, (void *)at(i + 4), PAGE,
					  4) == VIRTIO_BLOCK_S_OK);
		for (uint32_t j = 0; j < 4; j++) {
			check_as(i + 4 + j, i + j);
			store(i + 4 + j, ROUNDS + 3);
		}
	}
	check_all();
}

int main(void)
{
	for (uint32_t round = 1; round <= ROUNDS; round++) {
		for (uint32_t i = 0; i < PAGES; i++) {
			uint32_t page = round % 2 != 0 ? i : i * STRIDE % PAGES;

			check(page);
			store(page, round);
		}
	}
	check_all();
	printf("swap: pages ok\n");
	remap();
	give_up();
	printf("swap: calls ok\n");
	use_disk();
	printf("swap: ok\n");
	return 0;
}
