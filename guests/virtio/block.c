/* SPDX-License-Identifier: MIT */
/*
 * block.c - everything that the block device can be asked, with and without each feature.
 *
 * The image in slot 0 has lines of 16 bytes, each its own number in decimal; slot 1 has the same
 * image read-only. tests/virtio/run_block makes it.
 */
#include "guests/lib/string.h"
#include "guests/lib/trap.h"
#include "guests/virtio/driver.h"

#define SECTORS    2048U
#define LINE       16U
#define LATENCY    40000U /* cycles: 100 us at 400 MHz */
#define BATCH      16U
#define CHAIN      3U
#define INSN_JR_RA 0x03e00008U
#define INSN_LI_V0 0x24020000U

static struct virtio_device disk = { .slot = 0 };
static struct virtio_ring ring;
static struct virtio_block_header headers[BATCH];
static uint8_t status[BATCH];
static uint8_t data[BATCH][4096] __attribute__((aligned(4096)));
static volatile struct virtio_desc table[BATCH][8] __attribute__((aligned(16)));

static uint8_t config8(unsigned offset)
{
	volatile uint8_t *page = cpu_kseg1(MAP_VIRTIO_BASE + disk.slot * MAP_PAGE_BYTES);

	return page[VIRTIO_CONFIG + offset];
}

/* One request with up to 4096 bytes at `buffer`; its number is the index of its three descriptors.
 */
static void prepare(unsigned number, uint32_t type, uint64_t sector, volatile void *buffer,
		    uint32_t bytes, bool is_read)
{
	unsigned base = number * CHAIN;
	uint16_t way = is_read ? VIRTIO_DESC_F_WRITE : 0;

	headers[number] =
		(struct virtio_block_header){ .type = le32(type), .sector = le64(sector) };
	status[number] = 0xee;
	virtio_set_desc(&ring, base, &headers[number], sizeof(headers[number]), VIRTIO_DESC_F_NEXT,
			bytes > 0 ? base + 1 : base + 2);
	virtio_set_desc(&ring, base + 1, buffer, bytes, (uint16_t)(way | VIRTIO_DESC_F_NEXT),
			base + 2);
	virtio_set_desc(&ring, base + 2, &status[number], 1, VIRTIO_DESC_F_WRITE, 0);
}

static uint8_t request(uint32_t type, uint64_t sector, volatile void *buffer, uint32_t bytes,
		       bool is_read)
{
	uint32_t written;

	prepare(0, type, sector, buffer, bytes, is_read);
	virtio_submit(&ring, 0);
	virtio_notify(&disk, &ring);
	CHECK(virtio_wait(&disk, &ring, &written) == 0);
	CHECK(written == (is_read && status[0] == VIRTIO_BLOCK_S_OK ? bytes + 1 : 1));
	return status[0];
}

static void number_text(uint32_t number, uint8_t text[LINE])
{
	for (unsigned i = LINE - 1; i > 0; i--) {
		text[i - 1] = (uint8_t)('0' + number % 10);
		number /= 10;
	}
	text[LINE - 1] = '\n';
}

static bool is_original(const uint8_t *bytes, uint64_t sector, uint32_t size)
{
	uint8_t text[LINE];

	/* Of large requests, every seventh line. */
	for (uint32_t i = 0; i<size; i += size> 2048 ? 7 * LINE : LINE) {
		number_text((uint32_t)(sector * 512 + i) / LINE, text);
		if (memcmp(bytes + i, text, LINE) != 0) {
			return false;
		}
	}
	return true;
}

static bool is_filled(const uint8_t *bytes, uint8_t value, uint32_t size)
{
	for (uint32_t i = 0; i < size; i++) {
		if (bytes[i] != value) {
			return false;
		}
	}
	return true;
}

static void start(uint64_t features)
{
	virtio_begin(&disk, features | FEATURE(VIRTIO_F_VERSION_1));
	CHECK(virtio_read(&disk, VIRTIO_STATUS) & VIRTIO_STATUS_FEATURES_OK);
	virtio_add_ring(&disk, &ring, 0);
	virtio_go(&disk);
}

static void check_registers(void)
{
	volatile uint8_t *page = cpu_kseg1(MAP_VIRTIO_BASE);
	struct virtio_device none = { .slot = 23 };
	uint32_t value;

	CHECK(virtio_read(&disk, VIRTIO_MAGIC) == VIRTIO_MAGIC_VALUE);
	CHECK(virtio_read(&disk, VIRTIO_VERSION) == 2);
	CHECK(virtio_read(&disk, VIRTIO_DEVICE_ID) == VIRTIO_ID_BLOCK);
	CHECK(virtio_read(&disk, VIRTIO_VENDOR_ID) == VIRTIO_VENDOR_VALUE);
	CHECK(virtio_read(&none, VIRTIO_MAGIC) == VIRTIO_MAGIC_VALUE);
	CHECK(virtio_read(&none, VIRTIO_DEVICE_ID) == VIRTIO_ID_NONE);
	CHECK(!trap_probe(page + VIRTIO_MAGIC, 2, &value));
	CHECK(!trap_probe(page + VIRTIO_BYTES, 4, &value));
	/* The capacity, by words and by bytes. */
	CHECK(virtio_read(&disk, VIRTIO_CONFIG + VIRTIO_BLOCK_CAPACITY) == SECTORS);
	CHECK(config8(VIRTIO_BLOCK_CAPACITY) == (uint8_t)SECTORS);
	CHECK(config8(VIRTIO_BLOCK_CAPACITY + 1) == SECTORS >> 8);
	CHECK(le16(*(volatile uint16_t *)(page + VIRTIO_CONFIG + VIRTIO_BLOCK_CAPACITY)) ==
	      SECTORS);
	CHECK(virtio_read(&disk, VIRTIO_CONFIG + VIRTIO_BLOCK_BLK_SIZE) == 512);
	virtio_write(&disk, VIRTIO_QUEUE_SEL, 0);
	CHECK(virtio_read(&disk, VIRTIO_QUEUE_NUM_MAX) == VIRTIO_QUEUE_ENTRIES_MAX);
	virtio_write(&disk, VIRTIO_QUEUE_SEL, 1);
	CHECK(virtio_read(&disk, VIRTIO_QUEUE_NUM_MAX) == 0);
}

static void check_negotiation(void)
{
	/* Without VERSION_1, and with what is not offered. */
	virtio_begin(&disk, ~FEATURE(VIRTIO_F_VERSION_1));
	CHECK(!(virtio_read(&disk, VIRTIO_STATUS) & VIRTIO_STATUS_FEATURES_OK));
	virtio_begin(&disk, FEATURE(VIRTIO_F_VERSION_1));
	CHECK(virtio_read(&disk, VIRTIO_STATUS) & VIRTIO_STATUS_FEATURES_OK);
	/* Too late. */
	virtio_write(&disk, VIRTIO_DRIVER_FEATURES, 0);
	virtio_write(&disk, VIRTIO_STATUS, 0);
	virtio_write(&disk, VIRTIO_STATUS, VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER);
	virtio_write(&disk, VIRTIO_DRIVER_FEATURES_SEL, 1);
	virtio_write(&disk, VIRTIO_DRIVER_FEATURES, 3);
	virtio_write(&disk, VIRTIO_STATUS,
		     VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER | VIRTIO_STATUS_FEATURES_OK);
	CHECK(!(virtio_read(&disk, VIRTIO_STATUS) & VIRTIO_STATUS_FEATURES_OK));
}

static void check_requests(void)
{
	static const uint32_t range[4];
	uint8_t *first = data[0];
	uint8_t *second = data[1];

	CHECK(request(VIRTIO_BLOCK_T_IN, 8, first, 4096, true) == VIRTIO_BLOCK_S_OK);
	CHECK(is_original(first, 8, 4096));
	memset(second, 0x5a, 4096);
	CHECK(request(VIRTIO_BLOCK_T_OUT, 17, second, 1536, false) == VIRTIO_BLOCK_S_OK);
	CHECK(request(VIRTIO_BLOCK_T_FLUSH, 0, NULL, 0, false) == VIRTIO_BLOCK_S_OK);
	CHECK(request(VIRTIO_BLOCK_T_IN, 16, first, 4096, true) == VIRTIO_BLOCK_S_OK);
	CHECK(is_original(first, 16, 512) && is_filled(first + 512, 0x5a, 1536));
	CHECK(is_original(first + 2048, 20, 2048));
	CHECK(request(VIRTIO_BLOCK_T_IN, SECTORS - 1, first, 512, true) == VIRTIO_BLOCK_S_OK);
	CHECK(is_original(first, SECTORS - 1, 512));

	/* What cannot be. */
	CHECK(request(VIRTIO_BLOCK_T_IN, SECTORS - 1, first, 1024, true) == VIRTIO_BLOCK_S_IOERR);
	CHECK(request(VIRTIO_BLOCK_T_IN, ~0ULL, first, 512, true) == VIRTIO_BLOCK_S_IOERR);
	CHECK(request(VIRTIO_BLOCK_T_IN, 0, first, 511, true) == VIRTIO_BLOCK_S_IOERR);
	CHECK(request(VIRTIO_BLOCK_T_OUT, SECTORS, first, 512, false) == VIRTIO_BLOCK_S_IOERR);
	CHECK(request(99, 0, first, 512, true) == VIRTIO_BLOCK_S_UNSUPP);
	CHECK(request(VIRTIO_BLOCK_T_DISCARD, 0, (void *)(uintptr_t)range, 12, false) ==
	      VIRTIO_BLOCK_S_IOERR);

	memset(first, 0xff, 32);
	CHECK(request(VIRTIO_BLOCK_T_GET_ID, 0, first, 20, true) == VIRTIO_BLOCK_S_OK);
	CHECK(memcmp(first, "root.img\0\0", 10) == 0 && first[19] == 0 && first[20] == 0xff);
}

/* Discard and write zeroes: sectors, number, flags. */
static void check_ranges(void)
{
	static struct {
		uint64_t sector;
		uint32_t sectors;
		uint32_t flags;
	} range[2];
	uint8_t *bytes = data[0];

	range[0].sector = le64(100);
	range[0].sectors = le32(3);
	range[0].flags = 0;
	range[1].sector = le64(104);
	range[1].sectors = le32(1);
	CHECK(request(VIRTIO_BLOCK_T_DISCARD, 0, range, 32, false) == VIRTIO_BLOCK_S_OK);
	CHECK(request(VIRTIO_BLOCK_T_IN, 99, bytes, 4096, true) == VIRTIO_BLOCK_S_OK);
	CHECK(is_original(bytes, 99, 512) && is_filled(bytes + 512, 0, 1536));
	CHECK(is_original(bytes + 2048, 103, 512) && is_filled(bytes + 2560, 0, 512));
	CHECK(is_original(bytes + 3072, 105, 1024));
	range[0].sector = le64(103);
	range[0].sectors = le32(1);
	range[0].flags = le32(1);
	CHECK(request(VIRTIO_BLOCK_T_DISCARD, 0, range, 16, false) == VIRTIO_BLOCK_S_UNSUPP);
	CHECK(request(VIRTIO_BLOCK_T_WRITE_ZEROES, 0, range, 16, false) == VIRTIO_BLOCK_S_OK);
	CHECK(request(VIRTIO_BLOCK_T_IN, 103, bytes, 512, true) == VIRTIO_BLOCK_S_OK);
	CHECK(is_filled(bytes, 0, 512));
	for (uint32_t i = 0; i < 512 / LINE; i++) {
		number_text(103 * 512 / LINE + i, bytes + i * LINE);
	}
	CHECK(request(VIRTIO_BLOCK_T_OUT, 103, bytes, 512, false) == VIRTIO_BLOCK_S_OK);
	range[0].sector = le64(SECTORS - 1);
	range[0].sectors = le32(2);
	CHECK(request(VIRTIO_BLOCK_T_WRITE_ZEROES, 0, range, 16, false) == VIRTIO_BLOCK_S_IOERR);
}

/* Many at once end in the order of the ring, each after its latency. */
static void check_batch(bool with_event)
{
	uint64_t begin = virtio_clock();
	unsigned interrupts = 0;

	for (unsigned i = 0; i < BATCH; i++) {
		prepare(i, VIRTIO_BLOCK_T_IN, 200 + 8 * i, data[i], 4096, true);
		virtio_submit(&ring, i * CHAIN);
	}
	if (with_event) {
		ring.avail.used_event = le16((uint16_t)(ring.next_used + BATCH - 1));
	}
	/* From a request that ended before anybody slept. */
	virtio_write(&disk, VIRTIO_INTERRUPT_ACK, VIRTIO_INTERRUPT_USED);
	virtio_notify(&disk, &ring);
	while (le16(ring.used.index) != ring.next_avail) {
		virtio_sleep();
		interrupts++;
		virtio_write(&disk, VIRTIO_INTERRUPT_ACK, VIRTIO_INTERRUPT_USED);
	}
	uint64_t cycles = virtio_clock() - begin;

	CHECK(!with_event || interrupts == 1);
	CHECK(cycles >= BATCH * LATENCY && cycles < 2 * BATCH * LATENCY);
	for (unsigned i = 0; i < BATCH; i++) {
		CHECK(virtio_wait(&disk, &ring, NULL) == i * CHAIN);
		CHECK(status[i] == VIRTIO_BLOCK_S_OK && is_original(data[i], 200 + 8 * i, 4096));
	}
}

/* Descriptors in tables of their own, header and data in pieces of odd sizes. */
static void check_indirect(void)
{
	static const uint32_t piece[] = { 1, 511, 1000, 24 };
	uint8_t *bytes = data[3];
	unsigned used = 2;

	headers[0] = (struct virtio_block_header){ .type = le32(VIRTIO_BLOCK_T_IN),
						   .sector = le64(300) };
	for (unsigned i = 0; i < 2; i++) {
		table[0][i] = (struct virtio_desc){
			.addr = le64((uint64_t)cpu_physical(&headers[0]) + 5 * i),
			.len = le32(i == 0 ? 5 : sizeof(headers[0]) - 5),
			.flags = le16(VIRTIO_DESC_F_NEXT),
			.next = le16((uint16_t)(i + 1)),
		};
	}
	for (unsigned i = 0; i < sizeof(piece) / sizeof(piece[0]); i++, used++) {
		table[0][used] = (struct virtio_desc){
			.addr = le64((uint64_t)cpu_physical(bytes)),
			.len = le32(piece[i]),
			.flags = le16(VIRTIO_DESC_F_NEXT | VIRTIO_DESC_F_WRITE),
			.next = le16((uint16_t)(used + 1)),
		};
		bytes += piece[i];
	}
	table[0][used] = (struct virtio_desc){ .addr = le64((uint64_t)cpu_physical(&status[0])),
					       .len = le32(1),
					       .flags = le16(VIRTIO_DESC_F_WRITE) };
	virtio_set_desc(&ring, 7, table[0], (used + 1) * VIRTIO_DESC_BYTES, VIRTIO_DESC_F_INDIRECT,
			0);
	memset(data[3], 0, 4096);
	virtio_submit(&ring, 7);
	virtio_notify(&disk, &ring);
	CHECK(virtio_wait(&disk, &ring, NULL) == 7 && status[0] == VIRTIO_BLOCK_S_OK);
	CHECK(is_original(data[3], 300, 1536) && data[3][1536] == 0);
}

/* What the device writes breaks a link and replaces code that has run. */
static void check_coherence(void)
{
	volatile uint32_t *word = (volatile uint32_t *)(void *)data[4];
	volatile uint32_t *code = (volatile uint32_t *)(void *)data[5];
	unsigned (*function)(void) = (unsigned (*)(void))(uintptr_t)code;
	uint32_t value;
	uint32_t done = 1;

	*word = 0;
	prepare(0, VIRTIO_BLOCK_T_IN, 400, data[4], 512, true);
	virtio_submit(&ring, 0);
	__asm__ volatile("ll %0, %1" : "=r"(value) : "m"(*word));
	virtio_notify(&disk, &ring);
	while (status[0] == 0xee) {
		__asm__ volatile("" ::: "memory");
	}
	__asm__ volatile("sc %0, %1" : "+r"(done), "+m"(*word)::"memory");
	CHECK(done == 0 && is_original(data[4], 400, 512));
	virtio_wait(&disk, &ring, NULL);

	code[0] = INSN_JR_RA;
	code[1] = INSN_LI_V0 | 2;
	CHECK(request(VIRTIO_BLOCK_T_OUT, 500, code, 512, false) == VIRTIO_BLOCK_S_OK);
	code[1] = INSN_LI_V0 | 1;
	for (unsigned i = 0; i < 100; i++) {
		CHECK(function() == 1);
	}
	CHECK(request(VIRTIO_BLOCK_T_IN, 500, code, 512, true) == VIRTIO_BLOCK_S_OK);
	CHECK(function() == 2);
}

/* While a request is under way. */
static void check_reset(void)
{
	uint64_t until;

	memset(data[6], 0, 512);
	prepare(0, VIRTIO_BLOCK_T_IN, 8, data[6], 512, true);
	virtio_submit(&ring, 0);
	virtio_notify(&disk, &ring);
	until = virtio_clock() + LATENCY / 2;
	while (virtio_clock() < until) {
	}
	virtio_write(&disk, VIRTIO_STATUS, 0);
	until = virtio_clock() + 2 * LATENCY;
	while (virtio_clock() < until) {
	}
	CHECK(is_filled(data[6], 0, 512) && status[0] == 0xee && !virtio_is_up(&disk));
}

static void check_read_only(void)
{
	uint8_t *bytes = data[0];

	disk.slot = 1;
	virtio_listen(&disk);
	CHECK(virtio_offered(&disk) & FEATURE(VIRTIO_BLOCK_F_RO));
	start(FEATURE(VIRTIO_BLOCK_F_RO));
	CHECK(request(VIRTIO_BLOCK_T_OUT, 17, bytes, 512, false) == VIRTIO_BLOCK_S_IOERR);
	/* The other disk's writes are its own. */
	CHECK(request(VIRTIO_BLOCK_T_IN, 17, bytes, 512, true) == VIRTIO_BLOCK_S_OK);
	CHECK(is_original(bytes, 17, 512));
	disk.slot = 0;
}

int main(void)
{
	static const uint64_t sets[] = { 0, FEATURE(VIRTIO_F_EVENT_IDX),
					 FEATURE(VIRTIO_F_INDIRECT_DESC),
					 FEATURE(VIRTIO_F_EVENT_IDX) |
						 FEATURE(VIRTIO_F_INDIRECT_DESC) };

	virtio_listen(&disk);
	check_registers();
	check_negotiation();
	for (unsigned i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		bool with_event = (sets[i] & FEATURE(VIRTIO_F_EVENT_IDX)) != 0;

		start(sets[i]);
		check_requests();
		check_ranges();
		for (unsigned j = 0; j < 2; j++) {
			check_batch(with_event);
		}
		if (sets[i] & FEATURE(VIRTIO_F_INDIRECT_DESC)) {
			check_indirect();
		}
		check_coherence();
		check_reset();
	}
	if (virtio_read(&(struct virtio_device){ .slot = 1 }, VIRTIO_DEVICE_ID) ==
	    VIRTIO_ID_BLOCK) {
		check_read_only();
	}
	printf("done\n");
	return 0;
}
