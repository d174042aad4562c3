/* SPDX-License-Identifier: MIT */
/*
 * network.c - three network devices at one switch, all driven by one CPU: frames of every size to
 * one, to all and to nobody, with whole and with merged buffers.
 */
#include "guests/lib/string.h"
#include "guests/virtio/driver.h"

#define NICS         3U
#define FIRST_SLOT   8U
#define HEADER       VIRTIO_NETWORK_HEADER_BYTES
#define FRAME_MAX    1514U
#define BUFFERS      16U
#define BUFFER_BYTES 2048U
#define MAC_BYTES    6U
#define PATIENCE     4000000U /* cycles */
#define SILENCE      100000U
#define QUEUED_MAX   256U  /* frames that wait at a port of the switch */
#define LATENCY      4000U /* cycles: 10 us at 400 MHz */
#define BURST        12U

struct nic {
	struct virtio_device device;
	struct virtio_ring receive;
	struct virtio_ring send;
	uint8_t mac[MAC_BYTES];
	uint8_t out[BURST][HEADER + FRAME_MAX + 64];
	uint8_t in[BUFFERS][BUFFER_BYTES];
	unsigned given; /* buffers to receive */
	uint32_t buffer_bytes;
};

static struct nic nics[NICS];
static const uint8_t everybody[MAC_BYTES] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

static void give(struct nic *nic, unsigned buffer)
{
	virtio_set_desc(&nic->receive, buffer, nic->in[buffer], nic->buffer_bytes,
			VIRTIO_DESC_F_WRITE, 0);
	virtio_submit(&nic->receive, buffer);
}

static void start(struct nic *nic, unsigned number, uint64_t features, unsigned buffers,
		  uint32_t buffer_bytes)
{
	volatile uint8_t *config =
		(volatile uint8_t *)cpu_kseg1(MAP_VIRTIO_BASE +
					      (FIRST_SLOT + number) * MAP_PAGE_BYTES) +
		VIRTIO_CONFIG;

	nic->device.slot = FIRST_SLOT + number;
	CHECK(virtio_read(&nic->device, VIRTIO_DEVICE_ID) == VIRTIO_ID_NETWORK);
	virtio_begin(&nic->device, features | FEATURE(VIRTIO_F_VERSION_1));
	CHECK(virtio_read(&nic->device, VIRTIO_STATUS) & VIRTIO_STATUS_FEATURES_OK);
	for (unsigned i = 0; i < MAC_BYTES; i++) {
		nic->mac[i] = config[VIRTIO_NETWORK_MAC + i];
	}
	CHECK(nic->mac[0] == 2 && nic->mac[5] == number);
	CHECK(le16(*(volatile uint16_t *)(config + VIRTIO_NETWORK_MTU)) == 1500);
	CHECK(le16(*(volatile uint16_t *)(config + VIRTIO_NETWORK_STATUS)) ==
	      VIRTIO_NETWORK_S_LINK_UP);
	virtio_add_ring(&nic->device, &nic->receive, VIRTIO_NETWORK_QUEUE_RECEIVE);
	virtio_add_ring(&nic->device, &nic->send, VIRTIO_NETWORK_QUEUE_SEND);
	nic->buffer_bytes = buffer_bytes;
	for (unsigned i = 0; i < buffers; i++) {
		give(nic, i);
	}
	virtio_go(&nic->device);
	virtio_notify(&nic->device, &nic->receive);
}

static void start_all(uint64_t features, unsigned buffers, uint32_t buffer_bytes)
{
	for (unsigned i = 0; i < NICS; i++) {
		start(&nics[i], i, features, buffers, buffer_bytes);
	}
}

static uint8_t content(unsigned from, unsigned index, uint32_t bytes)
{
	return (uint8_t)(from * 57 + index * 3 + bytes);
}

/* Puts a frame of `bytes` into place `index` and makes it available. */
static void put_frame(struct nic *nic, unsigned index, const uint8_t *to, uint32_t bytes)
{
	uint8_t *frame = nic->out[index] + HEADER;

	memset(nic->out[index], 0, HEADER);
	memcpy(frame, to, MAC_BYTES);
	memcpy(frame + MAC_BYTES, nic->mac, MAC_BYTES);
	for (uint32_t i = 2 * MAC_BYTES; i < bytes; i++) {
		frame[i] = content(nic->mac[5], i, bytes);
	}
	/* Header and frame in pieces of their own. */
	virtio_set_desc(&nic->send, 2 * index, nic->out[index], HEADER, VIRTIO_DESC_F_NEXT,
			2 * index + 1);
	virtio_set_desc(&nic->send, 2 * index + 1, frame, bytes, 0, 0);
	virtio_submit(&nic->send, 2 * index);
}

/* Waits for a used entry; false when none comes in `cycles`. */
static bool take(struct virtio_ring *ring, uint64_t cycles, unsigned *head, uint32_t *bytes)
{
	uint64_t until = virtio_clock() + cycles;

	while (le16(ring->used.index) == ring->next_used) {
		if (virtio_clock() > until) {
			return false;
		}
	}
	volatile struct virtio_used_entry *entry =
		&ring->used.entry[ring->next_used++ % QUEUE_ENTRIES];

	ring->avail.used_event = le16(ring->next_used);
	*head = le32(entry->head);
	*bytes = le32(entry->bytes);
	return true;
}

static void send(struct nic *nic, const uint8_t *to, uint32_t bytes)
{
	unsigned head;
	uint32_t written;

	put_frame(nic, 0, to, bytes);
	virtio_notify(&nic->device, &nic->send);
	CHECK(take(&nic->send, PATIENCE, &head, &written) && head == 0 && written == 0);
}

/* The next frame that comes has `bytes` and is from `from`; buffers are given back. */
static void expect(struct nic *nic, const struct nic *from, uint32_t bytes)
{
	static uint8_t whole[HEADER + FRAME_MAX];
	uint32_t total = 0;
	unsigned buffers = 0;

	do {
		unsigned head;
		uint32_t written;

		CHECK(take(&nic->receive, PATIENCE, &head, &written) && head < BUFFERS);
		CHECK(total + written <= sizeof(whole) && written <= nic->buffer_bytes);
		memcpy(whole + total, nic->in[head], written);
		total += written;
		buffers++;
		give(nic, head);
		virtio_notify(&nic->device, &nic->receive);
	} while (total < HEADER + bytes);
	CHECK(total == HEADER + bytes);
	for (unsigned i = 0; i < VIRTIO_NETWORK_HEADER_BUFFERS; i++) {
		CHECK(whole[i] == 0);
	}
	CHECK(whole[VIRTIO_NETWORK_HEADER_BUFFERS] == buffers);
	CHECK(memcmp(whole + HEADER + MAC_BYTES, from->mac, MAC_BYTES) == 0);
	for (uint32_t i = 2 * MAC_BYTES; i < bytes; i++) {
		CHECK(whole[HEADER + i] == content(from->mac[5], i, bytes));
	}
}

static void expect_silence(struct nic *nic)
{
	unsigned head;
	uint32_t written;

	CHECK(!take(&nic->receive, SILENCE, &head, &written));
}

/* The switch learns who is where; a group's frames go to all. */
static void check_switch(void)
{
	static const uint8_t nobody[MAC_BYTES] = { 0x02, 0, 0, 0, 0, 0x77 };

	send(&nics[0], nobody, 60);
	expect(&nics[1], &nics[0], 60);
	expect(&nics[2], &nics[0], 60);
	send(&nics[1], nics[0].mac, 100);
	expect(&nics[0], &nics[1], 100);
	expect_silence(&nics[2]);
	send(&nics[0], nics[1].mac, 101);
	expect(&nics[1], &nics[0], 101);
	expect_silence(&nics[2]);
	send(&nics[2], everybody, 64);
	expect(&nics[0], &nics[2], 64);
	expect(&nics[1], &nics[2], 64);
	send(&nics[1], nics[1].mac, 64); /* to itself: it is there already */
	expect_silence(&nics[0]);
	expect_silence(&nics[1]);
}

static void check_sizes(void)
{
	static const uint32_t sizes[] = { 14, 15, 59, 60, 61, 127, 128, 1000, 1513, FRAME_MAX };

	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint64_t begin = virtio_clock();

		send(&nics[0], nics[1].mac, sizes[i]);
		expect(&nics[1], &nics[0], sizes[i]);
		CHECK(virtio_clock() - begin > LATENCY + 2 * 84 * 16 / 5);
	}
	/* Too short and too long: sent and gone. */
	send(&nics[0], nics[1].mac, 13);
	send(&nics[0], nics[1].mac, FRAME_MAX + 5);
	expect_silence(&nics[1]);
}

/* Many at once come in their order, from two senders at the rate of one link. */
static void check_burst(void)
{
	unsigned head;
	uint32_t written;

	for (unsigned i = 0; i < BURST; i++) {
		put_frame(&nics[0], i, nics[1].mac, 1000 + i);
	}
	uint64_t begin = virtio_clock();

	virtio_notify(&nics[0].device, &nics[0].send);
	for (unsigned i = 0; i < BURST; i++) {
		expect(&nics[1], &nics[0], 1000 + i);
	}
	CHECK(virtio_clock() - begin > BURST * 1024 * 16 / 5 + LATENCY);
	for (unsigned i = 0; i < BURST; i++) {
		CHECK(take(&nics[0].send, PATIENCE, &head, &written) && head == 2 * i);
	}
}

/* Without buffers frames wait in the switch, and those beyond its room are lost. */
static void check_room(void)
{
	unsigned head;
	uint32_t written;

	start_all(0, 0, BUFFER_BYTES);
	send(&nics[1], everybody, 60); /* the switch knows where it is */
	for (unsigned i = 0; i < QUEUED_MAX + 10; i++) {
		send(&nics[0], nics[1].mac, 60 + i % 100);
	}
	expect_silence(&nics[1]);
	give(&nics[1], 0);
	virtio_notify(&nics[1].device, &nics[1].receive);
	for (unsigned i = 0; i < QUEUED_MAX; i++) {
		expect(&nics[1], &nics[0], 60 + i % 100);
	}
	expect_silence(&nics[1]);

	/* A single buffer that is too short. */
	start_all(0, 1, 100);
	send(&nics[1], everybody, 60);
	expect(&nics[0], &nics[1], 60);
	send(&nics[0], nics[1].mac, 100);
	send(&nics[0], nics[1].mac, 88);
	expect(&nics[1], &nics[0], 88);
	CHECK(!take(&nics[1].receive, SILENCE, &head, &written));
}

static void check_hostile(void)
{
	start_all(0, 1, HEADER - 1);
	send(&nics[0], everybody, 60);
	uint64_t until = virtio_clock() + SILENCE;

	while (virtio_clock() < until) {
	}
	CHECK(virtio_read(&nics[1].device, VIRTIO_STATUS) & VIRTIO_STATUS_NEEDS_RESET);
	CHECK(!(virtio_read(&nics[0].device, VIRTIO_STATUS) & VIRTIO_STATUS_NEEDS_RESET));
	virtio_set_desc(&nics[0].send, 0, nics[0].out[0], HEADER - 1, 0, 0);
	virtio_submit(&nics[0].send, 0);
	virtio_notify(&nics[0].device, &nics[0].send);
	until = virtio_clock() + SILENCE;
	while (virtio_clock() < until) {
	}
	CHECK(virtio_read(&nics[0].device, VIRTIO_STATUS) & VIRTIO_STATUS_NEEDS_RESET);
}

int main(void)
{
	static const uint64_t sets[] = { 0, FEATURE(VIRTIO_F_EVENT_IDX),
					 FEATURE(VIRTIO_NETWORK_F_MRG_RXBUF),
					 FEATURE(VIRTIO_NETWORK_F_MRG_RXBUF) |
						 FEATURE(VIRTIO_F_EVENT_IDX) };

	for (unsigned i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		bool is_merging = (sets[i] & FEATURE(VIRTIO_NETWORK_F_MRG_RXBUF)) != 0;

		start_all(sets[i], BUFFERS, is_merging ? 128 : BUFFER_BYTES);
		check_switch();
		check_sizes();
		check_burst();
	}
	check_room();
	check_hostile();
	printf("done\n");
	return 0;
}
