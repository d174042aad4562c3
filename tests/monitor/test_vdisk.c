/* SPDX-License-Identifier: MIT */
/*
 * test_vdisk.c - requests of good and bad drivers to a virtual disk (src/disks/vdisk.c), on a disk
 * that answers when the test says so.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/monitor/driver.h"
#include "tests/monitor/machine_disk.h"
#include "tests/suite.h"

#include "src/disks/vdisk.h"
#include "src/virtio/le.h"

#define FRAMES  64
#define SECTORS 64
#define HEADER  DRIVER_DATA
#define STATUS  (DRIVER_DATA + 0xfff)
#define BUFFER  (DRIVER_DATA + 0x4000)

static struct driver driver;
static struct vdisk vdisk;
static uint8_t *pages;

static void setup(void)
{
	const struct vdisk_base base = { .disk = &machine_disk };

	model_start(2, 256, 8);
	model_add_vm(0, FRAMES, 1, 64);
	model_load(0, &model.vtlb[0][0]);
	driver_make_vm(&driver, 0);
	machine_disk_start(SECTORS);
	driver_logged = 0;
	memset(&vdisk, 0, sizeof(vdisk));
	pages = aligned_alloc(16, VDISK_REQUESTS * MAP_PAGE_BYTES);
	ck_assert_ptr_nonnull(pages);
	memset(pages, 0, VDISK_REQUESTS * MAP_PAGE_BYTES);
	vdisk_init(&vdisk, &driver.vm, 0, &base, pages);
	driver_start(&driver, &vdisk.virtio, 1);
}

static void teardown(void)
{
	while (machine_disk_waiting != 0) {
		machine_disk_serve(0, true);
	}
	driver_write(&driver, VIRTIO_STATUS, 0);
	for (uint32_t gpn = 0; gpn < FRAMES; gpn++) {
		struct pmap_caller here = model_caller();

		/* Nothing is left pinned. */
		ck_assert_int_eq(pmap_release(&model.pmap[0], gpn, &here), OK);
	}
	model_end();
	free(pages);
}

static void put_header(uint64_t gpa, uint32_t type, uint64_t sector)
{
	uint8_t header[16] __attribute__((aligned(8))) = { 0 };

	le_write32(header, type);
	le_write64(header + 8, sector);
	driver_put(&driver, gpa, header, sizeof(header));
}

/* Header, one piece of data, status: descriptors 0, 1, 2. */
static void ask(uint32_t type, uint64_t sector, uint64_t gpa, uint32_t bytes)
{
	uint32_t flags = type == VIRTIO_BLOCK_T_OUT ? 0 : VIRTIO_DESC_F_WRITE;
	uint8_t none = 0xff;

	put_header(HEADER, type, sector);
	driver_put(&driver, STATUS, &none, 1);
	driver_put_desc(&driver, 0, 0, HEADER, 16, VIRTIO_DESC_F_NEXT, bytes == 0 ? 2 : 1);
	driver_put_desc(&driver, 0, 1, gpa, bytes, flags | VIRTIO_DESC_F_NEXT, 2);
	driver_put_desc(&driver, 0, 2, STATUS, 1, VIRTIO_DESC_F_WRITE, 0);
	driver_offer(&driver, 0, 0);
}

/* The status of the answer that must be there, and how many bytes it says it has written. */
static uint8_t answer(uint32_t *bytes)
{
	uint8_t status;
	uint32_t head;

	ck_assert(driver_used(&driver, 0, &head, bytes));
	ck_assert_uint_eq(head, 0);
	ck_assert_uint_eq(driver_interrupts(&driver), VIRTIO_INTERRUPT_USED);
	driver_get(&driver, &status, STATUS, 1);
	return status;
}

START_TEST(reads_and_writes_move_the_data)
{
	uint8_t data[3 * 4096];
	uint32_t bytes;

	/* Across three pages, from the middle of one. */
	ask(VIRTIO_BLOCK_T_IN, 5, BUFFER + 0x800, 16 * SECTOR);
	ck_assert_uint_eq(machine_disk_waiting, 1);
	ck_assert_uint_eq(machine_disk_request[0]->part_count, 3);
	machine_disk_serve(0, true);
	ck_assert_uint_eq(answer(&bytes), VIRTIO_BLOCK_S_OK);
	ck_assert_uint_eq(bytes, 16 * SECTOR + 1);
	driver_get(&driver, data, BUFFER + 0x800, 16 * (size_t)SECTOR);
	ck_assert_int_eq(memcmp(data, machine_disk_content + 5 * SECTOR, 16 * (size_t)SECTOR), 0);

	memset(data, 0x5a, sizeof(data));
	driver_put(&driver, BUFFER, data, SECTOR);
	ask(VIRTIO_BLOCK_T_OUT, SECTORS - 1, BUFFER, SECTOR);
	machine_disk_serve(0, true);
	ck_assert_uint_eq(answer(&bytes), VIRTIO_BLOCK_S_OK);
	ck_assert_uint_eq(bytes, 1);
	ck_assert_int_eq(memcmp(machine_disk_content + (SECTORS - 1) * SECTOR, data, SECTOR), 0);
}
END_TEST

/* Header and data in one descriptor, the header in three, status behind the data (1.2, 2.7.4). */
START_TEST(driver_may_cut_as_it_likes)
{
	uint32_t bytes;

	put_header(BUFFER, VIRTIO_BLOCK_T_OUT, 3);
	driver_put(&driver, BUFFER + 16, "cut", 3);
	driver_put_desc(&driver, 0, 0, BUFFER, 16 + SECTOR, VIRTIO_DESC_F_NEXT, 2);
	driver_put_desc(&driver, 0, 2, STATUS, 1, VIRTIO_DESC_F_WRITE, 0);
	driver_offer(&driver, 0, 0);
	machine_disk_serve(0, true);
	ck_assert_uint_eq(answer(&bytes), VIRTIO_BLOCK_S_OK);
	ck_assert_int_eq(memcmp(machine_disk_content + 3 * SECTOR, "cut", 3), 0);

	put_header(HEADER, VIRTIO_BLOCK_T_IN, 3);
	driver_put_desc(&driver, 0, 0, HEADER, 4, VIRTIO_DESC_F_NEXT, 1);
	driver_put_desc(&driver, 0, 1, HEADER + 4, 0, VIRTIO_DESC_F_NEXT, 3);
	driver_put_desc(&driver, 0, 3, HEADER + 4, 12, VIRTIO_DESC_F_NEXT, 4);
	driver_put_desc(&driver, 0, 4, STATUS - SECTOR, SECTOR + 1, VIRTIO_DESC_F_WRITE, 0);
	driver_offer(&driver, 0, 0);
	machine_disk_serve(0, true);
	ck_assert_uint_eq(answer(&bytes), VIRTIO_BLOCK_S_OK);
	ck_assert_uint_eq(bytes, SECTOR + 1);
}
END_TEST

START_TEST(other_requests)
{
	char name[VIRTIO_BLOCK_ID_BYTES];
	uint32_t bytes;

	ask(VIRTIO_BLOCK_T_FLUSH, 0, 0, 0);
	ck_assert_uint_eq(machine_disk_waiting, 1);
	ck_assert(!driver_used(&driver, 0, &bytes, &bytes));
	machine_disk_serve(0, true);
	ck_assert_uint_eq(answer(&bytes), VIRTIO_BLOCK_S_OK);
	ask(VIRTIO_BLOCK_T_FLUSH, 0, 0, 0);
	machine_disk_serve(0, false);
	ck_assert_uint_eq(answer(&bytes), VIRTIO_BLOCK_S_IOERR);
	ask(VIRTIO_BLOCK_T_GET_ID, 0, BUFFER, sizeof(name));
	ck_assert_uint_eq(answer(&bytes), VIRTIO_BLOCK_S_OK);
	driver_get(&driver, name, BUFFER, sizeof(name));
	ck_assert_str_eq(name, "virtual disk 00");
	ask(VIRTIO_BLOCK_T_DISCARD, 0, BUFFER, 16);
	ck_assert_uint_eq(answer(&bytes), VIRTIO_BLOCK_S_UNSUPP);
	ask(77, 0, BUFFER, 512);
	ck_assert_uint_eq(answer(&bytes), VIRTIO_BLOCK_S_UNSUPP);
}
END_TEST

struct refusal {
	uint64_t sector;
	uint64_t gpa;
	uint32_t type;
	uint32_t bytes;
};

static const struct refusal refused[] = {
	{ SECTORS, BUFFER, VIRTIO_BLOCK_T_IN, SECTOR },
	{ SECTORS - 1, BUFFER, VIRTIO_BLOCK_T_IN, 2 * SECTOR },
	{ UINT64_MAX, BUFFER, VIRTIO_BLOCK_T_IN, SECTOR },
	{ 1ULL << 55, BUFFER, VIRTIO_BLOCK_T_OUT, SECTOR },
	{ 0, BUFFER, VIRTIO_BLOCK_T_IN, SECTOR - 1 },
	{ 0, BUFFER, VIRTIO_BLOCK_T_IN, 0 },
	{ 0, FRAMES * 4096 - SECTOR, VIRTIO_BLOCK_T_IN, 2 * SECTOR },
	{ 0, UINT64_MAX - 511, VIRTIO_BLOCK_T_IN, SECTOR },
	{ 0, 1ULL << 44, VIRTIO_BLOCK_T_OUT, SECTOR },
	{ 0, 0, VIRTIO_BLOCK_T_IN, 0xfffffe00 },
	{ 0, BUFFER, VIRTIO_BLOCK_T_GET_ID, 19 },
};

START_TEST(impossible_request_gets_an_error)
{
	uint32_t bytes;

	ask(refused[_i].type, refused[_i].sector, refused[_i].gpa, refused[_i].bytes);
	ck_assert_uint_eq(machine_disk_waiting, 0);
	ck_assert_uint_eq(answer(&bytes), VIRTIO_BLOCK_S_IOERR);
	ask(VIRTIO_BLOCK_T_IN, 0, BUFFER, SECTOR);
	machine_disk_serve(0, true);
	ck_assert_uint_eq(answer(&bytes), VIRTIO_BLOCK_S_OK);
}
END_TEST

START_TEST(read_only_disk_is_not_written)
{
	uint32_t bytes;

	vdisk.is_read_only = true;
	ask(VIRTIO_BLOCK_T_OUT, 0, BUFFER, SECTOR);
	ck_assert_uint_eq(answer(&bytes), VIRTIO_BLOCK_S_IOERR);
	ck_assert_uint_eq(machine_disk_waiting, 0);
}
END_TEST

START_TEST(data_in_both_directions_gets_an_error)
{
	uint32_t bytes;

	put_header(HEADER, VIRTIO_BLOCK_T_IN, 0);
	driver_put_desc(&driver, 0, 0, HEADER, 16, VIRTIO_DESC_F_NEXT, 1);
	driver_put_desc(&driver, 0, 1, BUFFER, SECTOR, VIRTIO_DESC_F_NEXT, 2);
	driver_put_desc(&driver, 0, 2, STATUS, 1, VIRTIO_DESC_F_WRITE, 0);
	driver_offer(&driver, 0, 0);
	ck_assert_uint_eq(answer(&bytes), VIRTIO_BLOCK_S_IOERR);
}
END_TEST

/* No header, no status: nobody can be told. */
START_TEST(chain_without_header_or_status_breaks_the_device)
{
	put_header(HEADER, VIRTIO_BLOCK_T_IN, 0);
	driver_put_desc(&driver, 0, 0, _i == 5 ? UINT64_MAX - 4095 : HEADER, _i == 0 ? 15 : 16,
			_i == 1 ? 0 : VIRTIO_DESC_F_NEXT, 2);
	driver_put_desc(&driver, 0, 2, _i == 2 ? UINT64_MAX : STATUS, _i == 3 ? 0 : 1,
			_i == 4 ? 0 : VIRTIO_DESC_F_WRITE, 0);
	driver_offer(&driver, 0, 0);
	ck_assert(driver_read(&driver, VIRTIO_STATUS) & VIRTIO_STATUS_NEEDS_RESET);
	ck_assert_uint_eq(driver_logged, 1);
	ck_assert_uint_eq(machine_disk_waiting, 0);
}
END_TEST

START_TEST(more_requests_than_there_are_wait)
{
	uint32_t count = VDISK_REQUESTS;
	uint32_t bytes;
	uint32_t head;

	ck_assert_uint_ge(count, DRIVER_ENTRIES);
	for (uint32_t i = 0; i < count + 3; i++) {
		ask(VIRTIO_BLOCK_T_IN, i, BUFFER, SECTOR);
		if (i < 3) {
			/* Keeps room in the ring. */
			ck_assert_uint_eq(machine_disk_waiting, i + 1);
		}
		ck_assert_uint_le(machine_disk_waiting, count);
		if (i >= count - 1) {
			machine_disk_serve(0, true);
			ck_assert(driver_used(&driver, 0, &head, &bytes));
		}
	}
	while (machine_disk_waiting != 0) {
		machine_disk_serve(0, true);
		ck_assert(driver_used(&driver, 0, &head, &bytes));
	}
	ck_assert(!driver_used(&driver, 0, &head, &bytes));
}
END_TEST

START_TEST(reset_drops_the_answers_of_what_is_under_way)
{
	struct pmap_caller here = model_caller();
	uint32_t bytes;
	uint32_t head;

	ask(VIRTIO_BLOCK_T_IN, 0, BUFFER, SECTOR);
	driver_start(&driver, &vdisk.virtio, 1);
	/* The disk still writes there. */
	ck_assert_int_eq(pmap_release(&model.pmap[0], BUFFER >> 12, &here), ERR_BUSY);
	machine_disk_serve(0, true);
	ck_assert_int_eq(pmap_release(&model.pmap[0], BUFFER >> 12, &here), OK);
	ck_assert(!driver_used(&driver, 0, &head, &bytes));
	ck_assert_uint_eq(driver_interrupts(&driver), 0);
	ask(VIRTIO_BLOCK_T_IN, 0, BUFFER, SECTOR);
	machine_disk_serve(0, true);
	ck_assert_uint_eq(answer(&bytes), VIRTIO_BLOCK_S_OK);
}
END_TEST

/* Whatever the queue holds, nothing but guest memory is touched and nothing stays pinned. */
START_TEST(random_requests_do_no_harm)
{
	for (uint32_t round = 0; round < 3000; round++) {
		for (uint32_t i = 0; i < DRIVER_ENTRIES; i++) {
			driver_put_desc(&driver, 0, i, HEADER + model_below(0x9000),
					model_below(3) == 0 ? 16 : model_below(3) * SECTOR + 1,
					model_below(4), model_below(DRIVER_ENTRIES));
		}
		put_header(HEADER + model_below(64), model_below(15), model_below(SECTORS + 4));
		driver_offer(&driver, 0, model_below(DRIVER_ENTRIES));
		while (machine_disk_waiting > model_below(4)) {
			machine_disk_serve(model_below(machine_disk_waiting), model_below(2) == 0);
		}
		if (driver_read(&driver, VIRTIO_STATUS) & VIRTIO_STATUS_NEEDS_RESET) {
			driver_start(&driver, &vdisk.virtio, 1);
		}
	}
}
END_TEST

#define TABLE (DRIVER_DATA + 0x2000)

static void put_entry(uint32_t index, uint64_t gpa, uint32_t bytes, uint32_t flags)
{
	uint8_t desc[VIRTIO_DESC_BYTES] __attribute__((aligned(8)));

	le_write64(desc, gpa);
	le_write32(desc + VIRTIO_DESC_LEN, bytes);
	le_write16(desc + VIRTIO_DESC_FLAGS, (uint16_t)flags);
	le_write16(desc + VIRTIO_DESC_NEXT, (uint16_t)(index + 1));
	driver_put(&driver, TABLE + (uint64_t)index * VIRTIO_DESC_BYTES, desc, sizeof(desc));
}

/* 128 pieces are what a driver may send; if each lies on two pages, they are too many. */
START_TEST(pieces_have_a_limit)
{
	uint32_t pieces = 128;
	uint32_t bytes;

	put_header(HEADER, VIRTIO_BLOCK_T_IN, 0);
	put_entry(0, HEADER, 16, VIRTIO_DESC_F_NEXT);
	for (uint32_t i = 0; i < pieces; i++) {
		put_entry(1 + i, BUFFER + (_i == 0 ? 0x800 : 0xf80), 256,
			  VIRTIO_DESC_F_WRITE | VIRTIO_DESC_F_NEXT);
	}
	put_entry(1 + pieces, STATUS, 1, VIRTIO_DESC_F_WRITE);
	driver_put_desc(&driver, 0, 0, TABLE, (2 + pieces) * VIRTIO_DESC_BYTES,
			VIRTIO_DESC_F_INDIRECT, 0);
	driver_offer(&driver, 0, 0);
	ck_assert_uint_eq(machine_disk_waiting, _i == 0);
	if (_i == 0) {
		machine_disk_serve(0, true);
	}
	ck_assert_uint_eq(answer(&bytes), _i == 0 ? VIRTIO_BLOCK_S_OK : VIRTIO_BLOCK_S_IOERR);
}
END_TEST

START_TEST(empty_piece_has_no_direction)
{
	uint32_t bytes;

	put_header(HEADER, VIRTIO_BLOCK_T_OUT, 0);
	driver_put_desc(&driver, 0, 0, HEADER, 16, VIRTIO_DESC_F_NEXT, 1);
	driver_put_desc(&driver, 0, 1, BUFFER, SECTOR, VIRTIO_DESC_F_NEXT, 2);
	driver_put_desc(&driver, 0, 2, BUFFER, 0, VIRTIO_DESC_F_WRITE | VIRTIO_DESC_F_NEXT, 3);
	driver_put_desc(&driver, 0, 3, STATUS, 1, VIRTIO_DESC_F_WRITE, 0);
	driver_offer(&driver, 0, 0);
	machine_disk_serve(0, true);
	ck_assert_uint_eq(answer(&bytes), VIRTIO_BLOCK_S_OK);
}
END_TEST

/* The name goes where the guest can be written, or nowhere. */
START_TEST(name_needs_room)
{
	uint32_t bytes;

	if (_i == 0) {
		ask(VIRTIO_BLOCK_T_GET_ID, 0, 0, 0);
	} else {
		put_header(HEADER, VIRTIO_BLOCK_T_GET_ID, 0);
		driver_put_desc(&driver, 0, 0, HEADER, 16, VIRTIO_DESC_F_NEXT, 1);
		driver_put_desc(&driver, 0, 1, _i == 1 ? BUFFER : UINT64_MAX - 4095, 20,
				(_i == 1 ? 0 : VIRTIO_DESC_F_WRITE) | VIRTIO_DESC_F_NEXT, 2);
		driver_put_desc(&driver, 0, 2, STATUS, 1, VIRTIO_DESC_F_WRITE, 0);
		driver_offer(&driver, 0, 0);
	}
	ck_assert_uint_eq(answer(&bytes), VIRTIO_BLOCK_S_IOERR);
}
END_TEST

/* Other VMs have filled the queue of the machine's disk. */
START_TEST(full_disk_queue_gets_an_error)
{
	uint32_t bytes;

	machine_disk_waiting = DISK_QUEUE;
	ask(_i == 0 ? VIRTIO_BLOCK_T_FLUSH : VIRTIO_BLOCK_T_IN, 0, BUFFER, _i == 0 ? 0 : SECTOR);
	machine_disk_waiting = 0;
	ck_assert_uint_eq(answer(&bytes), VIRTIO_BLOCK_S_IOERR);
}
END_TEST

static void offer_again(const struct vm *vm)
{
	uint16_t index;

	(void)vm;
	driver.offered[0]++;
	le_write16(&index, driver.offered[0]);
	driver_put(&driver, DRIVER_AVAIL(0) + VIRTIO_RING_INDEX, &index, 2);
}

/* A driver that offers more at each answer keeps the CPU for as many as a queue may have. */
START_TEST(driver_that_never_ends_is_left)
{
	uint16_t used;

	put_header(HEADER, VIRTIO_BLOCK_T_DISCARD, 0);
	driver_meanwhile = offer_again;
	driver_put_desc(&driver, 0, 0, HEADER, 16, VIRTIO_DESC_F_NEXT, 2);
	driver_put_desc(&driver, 0, 2, STATUS, 1, VIRTIO_DESC_F_WRITE, 0);
	driver_offer(&driver, 0, 0);
	driver_meanwhile = NULL;
	driver_get(&driver, &used, DRIVER_USED(0) + VIRTIO_RING_INDEX, 2);
	ck_assert_uint_eq(LE16(used), VIRTIO_QUEUE_ENTRIES_MAX);
	ck_assert(!(driver_read(&driver, VIRTIO_STATUS) & VIRTIO_STATUS_NEEDS_RESET));
}
END_TEST

/* Any access of `bytes` bytes: its value, or UINT64_MAX if it is refused. */
static uint64_t access_any(struct virtio *virtio, uint32_t offset, unsigned bytes, bool write,
			   uint64_t value)
{
	struct pmap_caller here = model_caller();

	return virtio_access(virtio, offset, bytes, write, &value, &here) ? value : UINT64_MAX;
}

START_TEST(registers_are_words)
{
	struct virtio *virtio = &vdisk.virtio;

	for (unsigned bytes = 1; bytes <= 8; bytes *= 2) {
		bool is_word = bytes == 4;

		ck_assert_int_eq(access_any(virtio, VIRTIO_MAGIC, bytes, false, 0) != UINT64_MAX,
				 is_word);
		ck_assert_int_eq(access_any(virtio, VIRTIO_STATUS, bytes, true, 0) != UINT64_MAX,
				 is_word);
		ck_assert_int_eq(access_any(NULL, VIRTIO_MAGIC, bytes, false, 0) != UINT64_MAX,
				 is_word);
		/* The configuration has fields of all sizes. */
		ck_assert_int_eq(access_any(virtio, VIRTIO_CONFIG, bytes, false, 0) != UINT64_MAX,
				 bytes <= 4);
		ck_assert_int_eq(access_any(NULL, VIRTIO_CONFIG, bytes, false, 0) == 0, bytes <= 4);
	}
	ck_assert_uint_eq(access_any(virtio, VIRTIO_MAGIC + 2, 4, false, 0), UINT64_MAX);
	ck_assert_uint_eq(access_any(virtio, VIRTIO_CONFIG + 2, 4, false, 0), UINT64_MAX);
	ck_assert_uint_eq(access_any(virtio, VIRTIO_BYTES, 4, false, 0), UINT64_MAX);
	ck_assert_uint_eq(access_any(virtio, VIRTIO_BYTES - 4, 4, false, 0), 0);
}
END_TEST

START_TEST(registers_of_a_device_and_of_none)
{
	static const uint32_t identity[] = { VIRTIO_MAGIC, VIRTIO_VERSION, VIRTIO_DEVICE_ID,
					     VIRTIO_VENDOR_ID, VIRTIO_QUEUE_NOTIFY };
	static const uint32_t values[] = { VIRTIO_MAGIC_VALUE, VIRTIO_VERSION_VALUE,
					   VIRTIO_ID_BLOCK, VIRTIO_VENDOR_VALUE, 0 };

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		uint32_t value = values[i];

		ck_assert_uint_eq(driver_read(&driver, identity[i]), value);
		value = i == 2 || i == 3 ? 0 : value;
		ck_assert_uint_eq(access_any(NULL, identity[i], 4, false, 0), LE32(value));
	}
	ck_assert_uint_eq(driver_read(&driver, VIRTIO_QUEUE_NUM_MAX), VIRTIO_QUEUE_ENTRIES_MAX);
	driver_write(&driver, VIRTIO_QUEUE_SEL, 1);
	ck_assert_uint_eq(driver_read(&driver, VIRTIO_QUEUE_NUM_MAX), 0);
	ck_assert_uint_eq(driver_read(&driver, VIRTIO_QUEUE_READY), 0);
	driver_write(&driver, VIRTIO_QUEUE_READY, 1);
	driver_write(&driver, VIRTIO_QUEUE_NOTIFY, 1);
	/* Features are two words, and settled once they are accepted. */
	driver_write(&driver, VIRTIO_DEVICE_FEATURES_SEL, 2);
	ck_assert_uint_eq(driver_read(&driver, VIRTIO_DEVICE_FEATURES), 0);
	driver_write(&driver, VIRTIO_DRIVER_FEATURES, 0);
	driver_write(&driver, VIRTIO_DRIVER_FEATURES_SEL, 2);
	driver_write(&driver, VIRTIO_DRIVER_FEATURES, 0);
	ck_assert(vdisk.virtio.accepted & VIRTIO_FEATURE(VIRTIO_F_VERSION_1));
	/* A queue in use stays as it is. */
	driver_write(&driver, VIRTIO_QUEUE_SEL, 0);
	driver_write(&driver, VIRTIO_QUEUE_NUM, 4);
	ck_assert_uint_eq(vdisk.virtio.ring[0].size, DRIVER_ENTRIES);
	driver_write(&driver, VIRTIO_QUEUE_READY, 0);
	ck_assert_uint_eq(driver_read(&driver, VIRTIO_QUEUE_READY), 0);
	driver_write(&driver, VIRTIO_QUEUE_NOTIFY, 0);
	driver_write(&driver, VIRTIO_QUEUE_DESC_HI, 0);
	driver_write(&driver, VIRTIO_QUEUE_DRIVER_HI, 0);
	driver_write(&driver, VIRTIO_QUEUE_DEVICE_HI, 0);
	driver_write(&driver, VIRTIO_MAGIC, 1);
	ck_assert(!(driver_read(&driver, VIRTIO_STATUS) & VIRTIO_STATUS_NEEDS_RESET));
}
END_TEST

/* What the device does not offer, or too little of it. */
START_TEST(features_are_refused)
{
	driver_write(&driver, VIRTIO_STATUS, 0);
	driver_write(&driver, VIRTIO_DRIVER_FEATURES_SEL, 1);
	driver_write(&driver, VIRTIO_DRIVER_FEATURES, _i == 0 ? 0 : 3);
	driver_write(&driver, VIRTIO_STATUS, VIRTIO_STATUS_FEATURES_OK);
	ck_assert_uint_eq(driver_read(&driver, VIRTIO_STATUS), 0);
}
END_TEST

/* The log has one line of a driver that breaks its queue again and again. */
START_TEST(broken_queue_is_told_once)
{
	for (uint32_t i = 0; i < 3; i++) {
		driver_write(&driver, VIRTIO_QUEUE_READY, 0);
		driver_write(&driver, VIRTIO_QUEUE_NUM, i == 1 ? VIRTIO_QUEUE_ENTRIES_MAX + 1 : 3);
		driver_write(&driver, VIRTIO_QUEUE_READY, 1);
		ck_assert(driver_read(&driver, VIRTIO_STATUS) & VIRTIO_STATUS_NEEDS_RESET);
	}
	ck_assert_uint_eq(driver_logged, 1);
}
END_TEST

START_TEST(driver_may_want_no_interrupt)
{
	uint16_t flags = LE16(VIRTIO_AVAIL_F_NO_IRQ);
	uint32_t bytes;
	uint32_t head;

	driver_put(&driver, DRIVER_AVAIL(0), &flags, 2);
	ask(VIRTIO_BLOCK_T_IN, 0, BUFFER, SECTOR);
	machine_disk_serve(0, true);
	ck_assert_uint_eq(driver_interrupts(&driver), 0);
	ck_assert(driver_used(&driver, 0, &head, &bytes));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("vdisk");
	TCase *tcase = tcase_create("vdisk");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, reads_and_writes_move_the_data);
	tcase_add_test(tcase, driver_may_cut_as_it_likes);
	tcase_add_test(tcase, other_requests);
	tcase_add_loop_test(tcase, impossible_request_gets_an_error, 0,
			    (int)(sizeof(refused) / sizeof(refused[0])));
	tcase_add_test(tcase, read_only_disk_is_not_written);
	tcase_add_test(tcase, data_in_both_directions_gets_an_error);
	tcase_add_loop_test(tcase, chain_without_header_or_status_breaks_the_device, 0, 6);
	tcase_add_test(tcase, more_requests_than_there_are_wait);
	tcase_add_test(tcase, reset_drops_the_answers_of_what_is_under_way);
	tcase_add_test(tcase, random_requests_do_no_harm);
	tcase_add_loop_test(tcase, pieces_have_a_limit, 0, 2);
	tcase_add_test(tcase, empty_piece_has_no_direction);
	tcase_add_loop_test(tcase, name_needs_room, 0, 3);
	tcase_add_loop_test(tcase, full_disk_queue_gets_an_error, 0, 2);
	tcase_add_test(tcase, driver_that_never_ends_is_left);
	tcase_add_test(tcase, registers_are_words);
	tcase_add_test(tcase, registers_of_a_device_and_of_none);
	tcase_add_loop_test(tcase, features_are_refused, 0, 2);
	tcase_add_test(tcase, broken_queue_is_told_once);
	tcase_add_test(tcase, driver_may_want_no_interrupt);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
