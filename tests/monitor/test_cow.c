/* SPDX-License-Identifier: MIT */
/*
 * test_cow.c - copy-on-write disks (src/disks/cow.c, cache.c): three VMs on one disk of the
 * machine, against plain arrays of what each disk and each guest's memory must hold.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/monitor/checks.h"
#include "tests/monitor/driver.h"
#include "tests/monitor/machine_disk.h"
#include "tests/suite.h"

#include "src/disks/vdisk.h"
#include "src/virtio/guest_memory.h"
#include "src/virtio/le.h"

#define FRAMES  64
#define SECTORS 204 /* the last block is half a page */
#define BLOCKS  26
#define PAGE    4096U
#define HEADER  DRIVER_DATA
#define STATUS  (DRIVER_DATA + 0xfff)
#define BUFFER  (DRIVER_DATA + 0x4000)
#define PAGES   16 /* of the buffer */
#define VMS     3

static struct {
	struct driver driver;
	struct vdisk vdisk;
	void *requests;
	/* What must be there. */
	uint8_t disk[SECTORS * SECTOR];
	uint8_t memory[PAGES * PAGE];
} vm[VMS];
static struct disk_cache cache;
static uint8_t base[sizeof(vm[0].disk)];

static void start_vm(uint32_t number, const struct vdisk_base *on)
{
	struct pmap_caller here = model_caller();

	model_add_vm(number, FRAMES, 1, 64);
	driver_make_vm(&vm[number].driver, number);
	memset(&vm[number].vdisk, 0, sizeof(vm[number].vdisk));
	vm[number].requests = aligned_alloc(16, (size_t)VDISK_REQUESTS * PAGE);
	ck_assert_ptr_nonnull(vm[number].requests);
	memset(vm[number].requests, 0, (size_t)VDISK_REQUESTS * PAGE);
	vdisk_init(&vm[number].vdisk, &vm[number].driver.vm, number, on, vm[number].requests);
	driver_start(&vm[number].driver, &vm[number].vdisk.virtio, 1);
	memcpy(vm[number].disk, base, sizeof(base));
	for (uint32_t i = 0; i < PAGES * PAGE; i++) {
		vm[number].memory[i] = (uint8_t)(i * 13 + i / PAGE + number);
	}
	ck_assert(guest_memory_write(&model.pmap[number], BUFFER, vm[number].memory, PAGES * PAGE,
				     &here));
}

static void start(uint32_t frames_per_node, bool is_shared, bool is_read_only)
{
	const struct vdisk_base on = { .disk = &machine_disk,
				       .cache = &cache,
				       .is_shared = is_shared,
				       .is_read_only = is_read_only };

	model_start(2, frames_per_node, 8);
	machine_disk_start(SECTORS);
	memcpy(base, machine_disk_content, sizeof(base));
	driver_logged = 0;
	memset(&cache, 0, sizeof(cache));
	cache_init(&cache, &machine_disk, &model.memmap, 0);
	cache.cached.limit = 4;
	for (uint32_t i = 0; i < VMS; i++) {
		start_vm(i, &on);
		vm[i].vdisk.own.limit = 4;
	}
	model_load(0, &model.vtlb[0][0]);
}

static void setup(void)
{
	start(256, false, false);
}

static void check_all(void)
{
	for (uint32_t i = 0; i < VMS; i++) {
		uint8_t now[PAGES * PAGE];

		driver_get(&vm[i].driver, now, BUFFER, sizeof(now));
		ck_assert_int_eq(memcmp(now, vm[i].memory, sizeof(now)), 0);
		ck_assert_pstr_eq(cache_check(&cache, vm[i].vdisk.changes), NULL);
	}
	ck_assert_int_eq(memcmp(base, machine_disk_content, sizeof(base)), 0);
	ck_assert_pstr_eq(model_check(), NULL);
}

static void serve_all(void)
{
	while (machine_disk_waiting != 0) {
		machine_disk_serve(model_below(machine_disk_waiting), true);
	}
}

static void teardown(void)
{
	struct pmap_caller here = model_caller();

	serve_all();
	check_all();
	for (uint32_t i = 0; i < VMS; i++) {
		driver_write(&vm[i].driver, VIRTIO_STATUS, 0);
		for (uint32_t gpn = 0; gpn < FRAMES; gpn++) {
			ck_assert_int_eq(pmap_release(&model.pmap[i], gpn, &here), OK);
		}
		cache_forget(&cache, &vm[i].vdisk.own);
	}
	cache_forget(&cache, &cache.shared);
	while (cache_reclaim(&model.memmap)) {
	}
	/* All memory has come back. */
	ck_assert_uint_eq(cache.cached.count, 0);
	for (uint32_t mpn = 8; mpn < model.frame_count; mpn++) {
		ck_assert_uint_ne(memmap_lookup(&model.memmap, mpn)->info.kind,
				  INSPECT_FRAME_CACHE);
	}
	model_end();
	for (uint32_t i = 0; i < VMS; i++) {
		free(vm[i].requests);
	}
}

/* A piece of a request in the buffer. */
struct part {
	uint32_t at;
	uint32_t bytes;
};

static void ask(uint32_t number, uint32_t type, uint64_t sector, const struct part *part,
		uint32_t count)
{
	uint32_t flags = type == VIRTIO_BLOCK_T_OUT ? VIRTIO_DESC_F_NEXT
						    : VIRTIO_DESC_F_NEXT | VIRTIO_DESC_F_WRITE;
	struct driver *driver = &vm[number].driver;
	uint8_t header[16] __attribute__((aligned(8))) = { 0 };

	le_write32(header, type);
	le_write64(header + 8, sector);
	driver_put(driver, HEADER, header, sizeof(header));
	driver_put_desc(driver, 0, 0, HEADER, 16, VIRTIO_DESC_F_NEXT, 1);
	for (uint32_t i = 0; i < count; i++) {
		driver_put_desc(driver, 0, 1 + i, BUFFER + part[i].at, part[i].bytes, flags, 2 + i);
	}
	driver_put_desc(driver, 0, 1 + count, STATUS, 1, VIRTIO_DESC_F_WRITE, 0);
	driver_offer(driver, 0, 0);
}

static bool is_answered(uint32_t number, uint8_t *status)
{
	uint32_t head;
	uint32_t bytes;

	if (!driver_used(&vm[number].driver, 0, &head, &bytes)) {
		return false;
	}
	ck_assert_uint_eq(driver_interrupts(&vm[number].driver), VIRTIO_INTERRUPT_USED);
	driver_get(&vm[number].driver, status, STATUS, 1);
	return true;
}

/* A whole request, and what it does to the arrays. */
static uint8_t request(uint32_t number, uint32_t type, uint64_t sector, const struct part *part,
		       uint32_t count)
{
	uint64_t at = sector * SECTOR;
	uint8_t status = 0xff;

	ask(number, type, sector, part, count);
	serve_all();
	ck_assert(is_answered(number, &status));
	for (uint32_t i = 0; status == VIRTIO_BLOCK_S_OK && i < count; i++) {
		uint8_t *memory = vm[number].memory + part[i].at;

		for (uint32_t j = 0; j < VMS; j++) {
			if (type == VIRTIO_BLOCK_T_OUT &&
			    vm[j].vdisk.changes == vm[number].vdisk.changes) {
				memcpy(vm[j].disk + at, memory, part[i].bytes);
			}
		}
		if (type == VIRTIO_BLOCK_T_IN) {
			memcpy(memory, vm[number].disk + at, part[i].bytes);
		}
		at += part[i].bytes;
	}
	return status;
}

static void move(uint32_t number, uint32_t type, uint32_t block, uint32_t page)
{
	const struct part part = { page * PAGE, PAGE };

	ck_assert_uint_eq(request(number, type, (uint64_t)block * 8, &part, 1), VIRTIO_BLOCK_S_OK);
}

static void store(uint32_t number, uint32_t at, uint8_t value)
{
	vm[number].memory[at] = value;
	driver_put(&vm[number].driver, BUFFER + at, &value, 1);
}

static uint32_t mpn_of(uint32_t number, uint32_t page)
{
	return (pmap_ready(&model.pmap[number], (uint32_t)(BUFFER >> 12) + page) >> 6) & 0xffffff;
}

START_TEST(page_is_read_once_and_is_the_same_for_all)
{
	for (uint32_t i = 0; i < VMS; i++) {
		move(i, VIRTIO_BLOCK_T_IN, 3, 2 + i);
		ck_assert_uint_eq(mpn_of(i, 2 + i), mpn_of(0, 2));
	}
	ck_assert_uint_eq(cache.counts.read, 1);
	ck_assert_uint_eq(cache.counts.mapped, 3);
	ck_assert_uint_eq(cache.counts.copied, 0);
	check_all();
	/* A store gives that VM a page of its own. */
	store(1, 3 * PAGE + 7, 0x77);
	ck_assert_uint_ne(mpn_of(1, 3), mpn_of(0, 2));
	ck_assert_uint_eq(mpn_of(2, 4), mpn_of(0, 2));
	check_all();
}
END_TEST

START_TEST(written_page_is_shared_with_the_disk_of_its_vm_alone)
{
	uint32_t own = mpn_of(0, 1);

	move(0, VIRTIO_BLOCK_T_OUT, 5, 1);
	ck_assert_uint_eq(mpn_of(0, 1), own);
	store(0, PAGE + 1, 0x11);
	ck_assert_uint_ne(mpn_of(0, 1), own);
	move(0, VIRTIO_BLOCK_T_IN, 5, 2);
	ck_assert_uint_eq(mpn_of(0, 2), own);
	move(1, VIRTIO_BLOCK_T_IN, 5, 2);
	ck_assert_uint_eq(cache.counts.read, 1);
	check_all();
	/* Written again: the page that was there is its last user's alone. */
	move(0, VIRTIO_BLOCK_T_OUT, 5, 1);
	store(0, 2 * PAGE, 0x22);
	ck_assert_uint_eq(mpn_of(0, 2), own);
}
END_TEST

START_TEST(visible_changes_are_the_same_for_all)
{
	teardown();
	start(256, true, false);
	move(0, VIRTIO_BLOCK_T_IN, 5, 1);
	move(1, VIRTIO_BLOCK_T_OUT, 5, 2);
	move(2, VIRTIO_BLOCK_T_IN, 5, 2);
	ck_assert_uint_eq(mpn_of(2, 2), mpn_of(1, 2));
	/* Who has read it before keeps what it read. */
	check_all();
}
END_TEST

START_TEST(read_only_disk_is_mapped_and_not_written)
{
	const struct part part = { 0, PAGE };

	teardown();
	start(256, false, true);
	move(0, VIRTIO_BLOCK_T_IN, 5, 1);
	move(1, VIRTIO_BLOCK_T_IN, 5, 1);
	ck_assert_uint_eq(mpn_of(0, 1), mpn_of(1, 1));
	ck_assert_uint_eq(request(0, VIRTIO_BLOCK_T_OUT, 0, &part, 1), VIRTIO_BLOCK_S_IOERR);
}
END_TEST

START_TEST(all_who_want_a_block_wait_for_one_read)
{
	const struct part part = { 0, 2 * PAGE };
	uint8_t status;

	for (uint32_t i = 0; i < VMS; i++) {
		ask(i, VIRTIO_BLOCK_T_IN, 16, &part, 1);
	}
	ck_assert_uint_eq(machine_disk_waiting, 1);
	ck_assert(!is_answered(0, &status));
	/* One gives up; the others get their pages all the same. */
	driver_write(&vm[_i].driver, VIRTIO_STATUS, 0);
	serve_all();
	for (uint32_t i = 0; i < VMS; i++) {
		if (i != (uint32_t)_i) {
			ck_assert(is_answered(i, &status));
			ck_assert_uint_eq(status, VIRTIO_BLOCK_S_OK);
			memcpy(vm[i].memory, base + 16 * (size_t)SECTOR, 2 * (size_t)PAGE);
		}
		ck_assert_uint_eq(vm[i].vdisk.waiting, 0);
	}
	ck_assert_uint_eq(cache.counts.read, 2);
}
END_TEST

START_TEST(failing_disk_fails_who_asked)
{
	const struct part part = { 0, PAGE };
	uint8_t status;

	ask(0, VIRTIO_BLOCK_T_IN, 16, &part, 1);
	ask(1, VIRTIO_BLOCK_T_IN, 16, &part, 1);
	machine_disk_serve(0, false);
	ck_assert(is_answered(0, &status));
	ck_assert_uint_eq(status, VIRTIO_BLOCK_S_IOERR);
	/* The other one tries again. */
	ck_assert(!is_answered(1, &status));
	ck_assert_uint_eq(machine_disk_waiting, 1);
	machine_disk_serve(0, true);
	ck_assert(is_answered(1, &status));
	ck_assert_uint_eq(status, VIRTIO_BLOCK_S_OK);
	memcpy(vm[1].memory, base + 16 * (size_t)SECTOR, PAGE);
}
END_TEST

START_TEST(other_requests_and_refusals)
{
	const struct part part[7] = { { 0, SECTOR }, { 0, SECTOR }, { 0, SECTOR } };
	const struct part far = { 1U << 30, PAGE };
	struct part half = { 100, 3 };

	ck_assert_uint_eq(request(0, VIRTIO_BLOCK_T_FLUSH, 0, part, 0), VIRTIO_BLOCK_S_OK);
	ck_assert_uint_eq(request(0, VIRTIO_BLOCK_T_IN, 0, &half, 1), VIRTIO_BLOCK_S_IOERR);
	ck_assert_uint_eq(request(0, VIRTIO_BLOCK_T_IN, SECTORS - 2, part, 3),
			  VIRTIO_BLOCK_S_IOERR);
	ck_assert_uint_eq(request(0, VIRTIO_BLOCK_T_IN, 8, &far, 1), VIRTIO_BLOCK_S_IOERR);
	ck_assert_uint_eq(request(0, VIRTIO_BLOCK_T_OUT, 8, &far, 1), VIRTIO_BLOCK_S_IOERR);
	ck_assert_uint_eq(request(0, VIRTIO_BLOCK_T_IN, SECTORS - 2, part, 2), VIRTIO_BLOCK_S_OK);
	check_all();
}
END_TEST

/* A device that writes a page or reads it keeps it where it is. */
START_TEST(page_under_dma_is_copied_into)
{
	struct pmap_caller here = model_caller();
	uint32_t mpn;

	ck_assert(guest_memory_pin(&model.pmap[0], BUFFER, true, &mpn, &here));
	move(0, VIRTIO_BLOCK_T_IN, 4, 0);
	ck_assert_uint_eq(mpn_of(0, 0), mpn);
	ck_assert_uint_eq(cache.counts.copied, 1);
	move(0, VIRTIO_BLOCK_T_OUT, 6, 0);
	ck_assert_uint_eq(mpn_of(0, 0), mpn);
	memmap_unpin(&model.memmap, mpn);
	check_all();
}
END_TEST

static struct part random_part(uint32_t *sectors)
{
	struct part part = { .bytes = SECTOR * (1 + model_below(8)) };

	part.at = model_below(PAGES * PAGE - part.bytes);
	switch (model_below(4)) {
	case 0:
		part.at &= ~(SECTOR - 1);
		break;
	case 1:
		break;
	default:
		part.at &= ~(PAGE - 1);
		part.bytes = PAGE;
		break;
	}
	*sectors += part.bytes / SECTOR;
	return part;
}

static void random_request(uint32_t number)
{
	uint32_t count = 1 + model_below(4);
	uint32_t sectors = 0;
	struct part part[4];
	uint64_t sector;

	for (uint32_t i = 0; i < count; i++) {
		part[i] = random_part(&sectors);
	}
	sector = model_below(SECTORS - sectors + 1);
	sector &= model_below(3) != 0 ? ~7ULL : ~0ULL;
	(void)request(number, model_below(2) == 0 ? VIRTIO_BLOCK_T_IN : VIRTIO_BLOCK_T_OUT, sector,
		      part, count);
}

/* `frames`: of the machine's two nodes, so that memory is plenty or short. */
static void live(uint32_t frames, bool is_shared)
{
	teardown();
	start(frames, is_shared, false);
	for (uint32_t step = 0; step < 1500; step++) {
		uint32_t number = model_below(VMS);

		switch (model_below(8)) {
		case 0:
		case 1:
			store(number, model_below(PAGES * PAGE), (uint8_t)step);
			break;
		case 2:
			(void)cache_reclaim(&model.memmap);
			break;
		default:
			random_request(number);
			break;
		}
		if (step % 16 == 0) {
			check_all();
		}
	}
	ck_assert_uint_gt(cache.counts.mapped, 100);
	ck_assert_uint_gt(cache.counts.copied, 100);
	ck_assert_uint_gt(cache.counts.evicted, 20);
}

START_TEST(random_requests_with_private_changes)
{
	live(256, false);
}
END_TEST

START_TEST(random_requests_with_visible_changes)
{
	live(256, true);
}
END_TEST

/* What has no room fails and harms nobody; disk and memory of who failed are not looked at. */
START_TEST(without_memory_requests_fail_and_nothing_else)
{
	const struct part part = { 0, PAGE };
	uint32_t good = 0;
	uint32_t taken[512];
	uint32_t count = 0;

	move(0, VIRTIO_BLOCK_T_IN, 1, 0);
	move(1, VIRTIO_BLOCK_T_IN, 2, 0);
	move(2, VIRTIO_BLOCK_T_IN, 2, 0);
	while (memmap_take(&model.memmap, 0, PAGE_ALLOC_NO_HINT, INSPECT_FRAME_MONITOR,
			   &taken[count]) == OK) {
		count++;
	}
	/* What others map cannot leave. */
	ck_assert(!cache_reclaim(&model.memmap));
	ck_assert_uint_eq(request(2, VIRTIO_BLOCK_T_IN, 64, &part, 1), VIRTIO_BLOCK_S_IOERR);
	check_all();
	for (uint32_t i = 0; i < 4; i++) {
		memmap_put(&model.memmap, taken[--count]);
	}
	for (uint32_t block = 3; block < BLOCKS - 1; block++) {
		/* One page, one that is mapped, two nodes: what was read before leaves. */
		good += request(2, VIRTIO_BLOCK_T_IN, (uint64_t)block * 8, &part, 1) ==
			VIRTIO_BLOCK_S_OK;
	}
	ck_assert_uint_eq(good, BLOCKS - 4);
	while (count != 0) {
		memmap_put(&model.memmap, taken[--count]);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cow");
	TCase *tcase = tcase_create("cow");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, page_is_read_once_and_is_the_same_for_all);
	tcase_add_test(tcase, written_page_is_shared_with_the_disk_of_its_vm_alone);
	tcase_add_test(tcase, visible_changes_are_the_same_for_all);
	tcase_add_test(tcase, read_only_disk_is_mapped_and_not_written);
	tcase_add_loop_test(tcase, all_who_want_a_block_wait_for_one_read, 0, VMS);
	tcase_add_test(tcase, failing_disk_fails_who_asked);
	tcase_add_test(tcase, other_requests_and_refusals);
	tcase_add_test(tcase, page_under_dma_is_copied_into);
	tcase_add_test(tcase, random_requests_with_private_changes);
	tcase_add_test(tcase, random_requests_with_visible_changes);
	tcase_add_test(tcase, without_memory_requests_fail_and_nothing_else);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
