/* SPDX-License-Identifier: MIT */
/*
 * subnet.c - three machines on the virtual subnet: the first sends frames of pages to one or to all
 * others, who check them, keep them while the sender writes its pages again, and answer; and how
 * long a page takes.
 */
#include "guests/lib/string.h"
#include "guests/virtio/driver.h"

#define PAGE     4096U
#define HEADER   VIRTIO_NETWORK_HEADER_BYTES
#define MAC      6U
#define FIRST    64U /* bytes of the first piece: virtio's header, addresses, ours */
#define PAGES    17U
#define BUFFERS  3U
#define OTHERS   2U
#define PATIENCE 4000000U /* cycles */
#define ROUNDS   40U

/* Behind the addresses. */
struct note {
	uint32_t kind;
	uint32_t number; /* of the round */
	uint32_t pages;
	uint32_t seed;
};

enum kind {
	KIND_HELLO,
	KIND_PAGES,
	KIND_ANSWER,
	KIND_END
};

static struct virtio_device nic = { .slot = 0 };
static struct virtio_ring receive;
static struct virtio_ring send;
static uint8_t mac[MAC];
static uint8_t first_out[FIRST] __attribute__((aligned(64)));
static uint8_t first_in[BUFFERS][FIRST] __attribute__((aligned(64)));
static uint8_t out[PAGES + 1][PAGE] __attribute__((aligned(4096)));
static uint8_t in[BUFFERS][PAGES][PAGE] __attribute__((aligned(4096)));

static void give(unsigned buffer)
{
	unsigned desc = buffer * (PAGES + 1);

	virtio_set_desc(&receive, desc, first_in[buffer], FIRST,
			VIRTIO_DESC_F_WRITE | VIRTIO_DESC_F_NEXT, desc + 1);
	for (unsigned i = 0; i < PAGES; i++) {
		virtio_set_desc(&receive, desc + 1 + i, in[buffer][i], PAGE,
				i == PAGES - 1 ? VIRTIO_DESC_F_WRITE
					       : VIRTIO_DESC_F_WRITE | VIRTIO_DESC_F_NEXT,
				desc + 2 + i);
	}
	virtio_submit(&receive, desc);
}

static void start(void)
{
	const volatile uint8_t *config =
		(const volatile uint8_t *)cpu_kseg1(MAP_VIRTIO_BASE) + VIRTIO_CONFIG;

	CHECK(virtio_read(&nic, VIRTIO_DEVICE_ID) == VIRTIO_ID_NETWORK);
	virtio_begin(&nic, ~(FEATURE(VIRTIO_F_EVENT_IDX) | FEATURE(VIRTIO_NETWORK_F_HEADER_SPLIT)));
	for (unsigned i = 0; i < MAC; i++) {
		mac[i] = config[VIRTIO_NETWORK_MAC + i];
	}
	virtio_add_ring(&nic, &receive, VIRTIO_NETWORK_QUEUE_RECEIVE);
	virtio_add_ring(&nic, &send, VIRTIO_NETWORK_QUEUE_SEND);
	for (unsigned i = 0; i < BUFFERS; i++) {
		give(i);
	}
	virtio_go(&nic);
}

static struct note *note_of(uint8_t *first)
{
	return (struct note *)(void *)&first[FIRST - sizeof(struct note)];
}

/* Sends to machine `to`, or to all; `data`: pages of content. How long the call took. */
static uint32_t transmit(unsigned to, struct note note, const uint8_t *data)
{
	uint64_t begin;

	memset(first_out, 0, FIRST);
	memset(first_out + HEADER, 0xff, MAC);
	if (to <= OTHERS) {
		memcpy(first_out + HEADER, mac, MAC);
		first_out[HEADER + 4] = (uint8_t)to;
	}
	memcpy(first_out + HEADER + MAC, mac, MAC);
	*note_of(first_out) = note;
	virtio_set_desc(&send, 0, first_out, FIRST, note.pages ? VIRTIO_DESC_F_NEXT : 0, 1);
	if (note.pages != 0) {
		virtio_set_desc(&send, 1, data, note.pages * PAGE, 0, 0);
	}
	virtio_submit(&send, 0);
	begin = virtio_clock();
	virtio_notify(&nic, &send);
	begin = virtio_clock() - begin;
	while (!virtio_has_used(&send)) {
	}
	CHECK(virtio_take(&send) == 0);
	return (uint32_t)begin;
}

static void fill(uint8_t *data, uint32_t pages, uint32_t seed)
{
	uint32_t *word = (uint32_t *)(void *)data;

	for (uint32_t i = 0; i < pages * PAGE / 4; i++) {
		word[i] = seed + i;
	}
}

static void check(unsigned buffer)
{
	const struct note *note = note_of(first_in[buffer]);
	const uint32_t *word = (const uint32_t *)(const void *)in[buffer];

	for (uint32_t i = 0; i < note->pages * PAGE / 4; i++) {
		CHECK(word[i] == note->seed + i);
	}
}

/* Answers of the others with this number; false if they do not come. */
static bool wait_for(unsigned count, uint32_t number)
{
	uint64_t begin = virtio_clock();
	unsigned seen = 0;

	while (seen < count && virtio_clock() - begin < PATIENCE) {
		if (virtio_has_used(&receive)) {
			unsigned buffer = virtio_take(&receive) / (PAGES + 1);
			const struct note *note = note_of(first_in[buffer]);

			seen += note->kind == KIND_ANSWER && note->number == number;
			give(buffer);
		}
	}
	return seen == count;
}

/* The least of some: cycles to send so many pages from `data` on. */
static uint32_t time_pages(uint8_t *data, uint32_t pages, uint32_t number)
{
	uint32_t least = UINT32_MAX;

	for (unsigned i = 0; i < 6; i++) {
		uint32_t cycles;

		fill(data, pages, number + i);
		cycles = transmit(1, (struct note){ KIND_PAGES, number + i, pages, number + i },
				  data);
		CHECK(wait_for(1, number + i));
		least = cycles < least ? cycles : least;
	}
	return least;
}

static void lead(void)
{
	uint8_t *skewed = out[0] + FIRST;
	uint32_t number = 1;
	uint32_t mapped;
	uint32_t copied;

	while (!wait_for(OTHERS, number)) {
		number++;
		(void)transmit(OTHERS + 1, (struct note){ KIND_HELLO, number, 0, 0 }, NULL);
	}
	for (unsigned i = 0; i < ROUNDS; i++) {
		bool is_for_all = i % 3 == 0;
		uint8_t *data = i % 2 == 0 ? out[i % 4 / 2] : skewed;
		uint32_t pages = 1 + i * 5 % (PAGES - 1);

		number++;
		fill(data, pages, number * 0x01010101);
		(void)transmit(is_for_all ? OTHERS + 1 : 1 + i % OTHERS,
			       (struct note){ KIND_PAGES, number, pages, number * 0x01010101 },
			       data);
		/* They have it: the sender's pages are its own again. */
		fill(data, pages, ~number);
		CHECK(wait_for(is_for_all ? OTHERS : 1, number));
	}
	printf("frames: ok\n");
	mapped = time_pages(out[0], 16, 1000) - time_pages(out[0], 1, 1100);
	copied = time_pages(skewed, 16, 1200) - time_pages(skewed, 1, 1300);
	printf("cycles: page mapped %u, copied %u\n", mapped / 15, copied / 15);
	(void)transmit(OTHERS + 1, (struct note){ KIND_END, 0, 0, 0 }, NULL);
}

/* Every frame is looked at twice: when it comes, and when the next one has. */
static void follow(void)
{
	unsigned before = BUFFERS;
	bool is_over = false;

	while (!is_over) {
		unsigned buffer;
		struct note note;

		while (!virtio_has_used(&receive)) {
		}
		buffer = virtio_take(&receive) / (PAGES + 1);
		note = *note_of(first_in[buffer]);
		is_over = note.kind == KIND_END;
		if (note.kind == KIND_ANSWER) {
			give(buffer);
			continue;
		}
		check(buffer);
		if (before != BUFFERS) {
			check(before);
			give(before);
		}
		before = buffer;
		(void)transmit(0, (struct note){ KIND_ANSWER, note.number, 0, 0 }, NULL);
	}
}

int main(void)
{
	start();
	if (mac[4] == 0) {
		lead();
	} else {
		follow();
	}
	printf("subnet: ok\n");
	return 0;
}
