/* SPDX-License-Identifier: MIT */
/*
 * hostile.c - a driver that breaks every rule of virtqueues once: each time the block device asks
 * for a reset, does nothing until it gets one, and then works as ever.
 */
#include "guests/lib/string.h"
#include "guests/virtio/driver.h"

#define HEADER_BYTES 16U
#define OUTSIDE      0x700000000ULL /* no machine of the test has RAM there */
#define WHILE        400000U        /* cycles in which a device that is alive would have answered */

static struct virtio_device disk = { .slot = 0 };
static struct virtio_ring ring;
static uint8_t header[HEADER_BYTES];
static uint8_t data[512];
static uint8_t status;
static volatile struct virtio_desc table[260] __attribute__((aligned(16)));

static void set_far(unsigned index, uint64_t addr, uint32_t bytes, uint16_t flags, unsigned next)
{
	ring.desc[index] = (struct virtio_desc){ .addr = le64(addr),
						 .len = le32(bytes),
						 .flags = le16(flags),
						 .next = le16((uint16_t)next) };
}

/* A good request to read sector 0: descriptors 0 to 2. */
static void make_request(void)
{
	memset(header, 0, sizeof(header));
	memset(data, 0xcc, sizeof(data));
	status = 0xee;
	virtio_set_desc(&ring, 0, header, sizeof(header), VIRTIO_DESC_F_NEXT, 1);
	virtio_set_desc(&ring, 1, data, sizeof(data), VIRTIO_DESC_F_NEXT | VIRTIO_DESC_F_WRITE, 2);
	virtio_set_desc(&ring, 2, &status, 1, VIRTIO_DESC_F_WRITE, 0);
}

static void start(uint64_t features)
{
	virtio_begin(&disk, features | FEATURE(VIRTIO_F_VERSION_1));
	virtio_add_ring(&disk, &ring, 0);
	virtio_go(&disk);
	make_request();
}

static void wait_a_while(void)
{
	uint64_t until = virtio_clock() + WHILE;

	while (virtio_clock() < until) {
	}
}

/* The device has refused what was made; nothing was answered, and nothing more is. */
static void expect_refusal(void)
{
	CHECK(virtio_read(&disk, VIRTIO_STATUS) & VIRTIO_STATUS_NEEDS_RESET);
	CHECK(virtio_read(&disk, VIRTIO_INTERRUPT_STATUS) == VIRTIO_INTERRUPT_CONFIG);
	CHECK(virtio_is_up(&disk) && ring.used.index == 0 && status == 0xee);
	make_request();
	virtio_submit(&ring, 0);
	virtio_notify(&disk, &ring);
	wait_a_while();
	CHECK(ring.used.index == 0 && status == 0xee);
	virtio_write(&disk, VIRTIO_STATUS, 0);
	CHECK(!virtio_is_up(&disk) && virtio_read(&disk, VIRTIO_STATUS) == 0);
}

static void refuse_chain(unsigned head)
{
	virtio_submit(&ring, head);
	virtio_notify(&disk, &ring);
	wait_a_while();
	expect_refusal();
}

static void expect_good(void)
{
	start(0);
	virtio_submit(&ring, 0);
	virtio_notify(&disk, &ring);
	CHECK(virtio_wait(&disk, &ring, NULL) == 0 && status == VIRTIO_BLOCK_S_OK);
	CHECK(data[0] == '0' && data[511] == '\n');
}

static void break_chains(void)
{
	static const struct {
		uint64_t addr;
		uint32_t bytes;
	} bad[] = { { OUTSIDE, 512 },       { MAP_IO_BASE - 512, 513 },
		    { MAP_BOOT_BASE, 512 }, { ~0ULL - 511, 512 },
		    { ~0ULL - 510, 512 },   { 0, UINT32_MAX },
		    { 1ULL << 36, 512 },    { 0x100000, 0 } };

	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		start(0);
		set_far(1, bad[i].addr, bad[i].bytes, VIRTIO_DESC_F_NEXT | VIRTIO_DESC_F_WRITE, 2);
		refuse_chain(0);
	}
	start(0); /* a loop, and a loop of one */
	ring.desc[2].flags = le16(VIRTIO_DESC_F_NEXT | VIRTIO_DESC_F_WRITE);
	ring.desc[2].next = le16(1);
	refuse_chain(0);
	start(0);
	virtio_set_desc(&ring, 3, header, sizeof(header), VIRTIO_DESC_F_NEXT, 3);
	refuse_chain(3);
	start(0); /* beyond the queue */
	ring.desc[1].next = le16(QUEUE_ENTRIES);
	refuse_chain(0);
	start(0);
	refuse_chain(QUEUE_ENTRIES);
	start(0); /* to be read behind to be written */
	virtio_set_desc(&ring, 2, &status, 1, 0, 0);
	refuse_chain(0);
	start(0); /* no room for the status; no whole header */
	virtio_set_desc(&ring, 0, header, sizeof(header), 0, 0);
	refuse_chain(0);
	start(0);
	virtio_set_desc(&ring, 0, header, sizeof(header) - 1, VIRTIO_DESC_F_NEXT, 1);
	refuse_chain(0);
}

static void refuse_table(uint64_t features, uint32_t bytes, uint16_t flags)
{
	start(features);
	for (unsigned i = 0; i < 3; i++) {
		table[i] = ring.desc[i];
	}
	virtio_set_desc(&ring, 4, table, bytes, (uint16_t)(VIRTIO_DESC_F_INDIRECT | flags), 0);
	refuse_chain(4);
}

static void break_tables(void)
{
	const uint64_t indirect = FEATURE(VIRTIO_F_INDIRECT_DESC);

	refuse_table(0, 48, 0);
	refuse_table(indirect, 0, 0);
	refuse_table(indirect, 40, 0);
	refuse_table(indirect, 257 * VIRTIO_DESC_BYTES, 0);
	refuse_table(indirect, 48, VIRTIO_DESC_F_NEXT);
	refuse_table(indirect, 32, 0); /* the second one's next is beyond the table */
	start(indirect);
	set_far(4, OUTSIDE, 48, VIRTIO_DESC_F_INDIRECT, 0);
	refuse_chain(4);
	start(indirect); /* a table in a table, and behind a plain descriptor */
	virtio_set_desc(&ring, 5, table, 16, VIRTIO_DESC_F_INDIRECT, 0);
	table[0] = ring.desc[5];
	refuse_chain(5);
	start(indirect);
	virtio_set_desc(&ring, 2, table, 16, VIRTIO_DESC_F_INDIRECT, 0);
	refuse_chain(0);
}

/* The index says that there is more than the ring has. */
static void break_index(void)
{
	start(0);
	ring.next_avail = QUEUE_ENTRIES;
	refuse_chain(0);
	start(0);
	ring.next_avail = (uint16_t)-2;
	refuse_chain(0);
}

static void refuse_ring(unsigned entries, unsigned low_register, uint64_t address)
{
	virtio_begin(&disk, FEATURE(VIRTIO_F_VERSION_1));
	virtio_add_ring(&disk, &ring, 0);
	virtio_write(&disk, VIRTIO_QUEUE_READY, 0);
	virtio_write(&disk, VIRTIO_QUEUE_NUM, entries);
	for (unsigned offset = VIRTIO_QUEUE_DESC_LO; offset <= VIRTIO_QUEUE_DEVICE_LO;
	     offset += 0x10) {
		uint64_t good = cpu_physical((void *)(uintptr_t)&ring) & ~0xfffU;
		uint64_t value = offset == low_register ? address : good;

		virtio_write(&disk, offset, (uint32_t)value);
		virtio_write(&disk, offset + 4, (uint32_t)(value >> 32));
	}
	status = 0xee;
	virtio_write(&disk, VIRTIO_QUEUE_READY, 1);
	CHECK(virtio_read(&disk, VIRTIO_QUEUE_READY) == 0);
	virtio_go(&disk);
	expect_refusal();
}

static void break_rings(void)
{
	refuse_ring(0, 0, 0);
	refuse_ring(3, 0, 0);
	refuse_ring(512, 0, 0);
	refuse_ring(UINT32_MAX, 0, 0);
	refuse_ring(64, VIRTIO_QUEUE_DESC_LO, OUTSIDE);
	refuse_ring(64, VIRTIO_QUEUE_DESC_LO, 0x100008);
	refuse_ring(64, VIRTIO_QUEUE_DRIVER_LO, MAP_IO_BASE - 16);
	refuse_ring(64, VIRTIO_QUEUE_DRIVER_LO, 0x100001);
	refuse_ring(64, VIRTIO_QUEUE_DEVICE_LO, ~0ULL - 15);
	refuse_ring(64, VIRTIO_QUEUE_DEVICE_LO, 0x100002);
}

int main(void)
{
	virtio_listen(&disk);
	expect_good();
	break_chains();
	expect_good();
	break_tables();
	expect_good();
	break_index();
	break_rings();
	expect_good();
	printf("done\n");
	return 0;
}
