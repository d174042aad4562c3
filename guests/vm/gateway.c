/* SPDX-License-Identifier: MIT */
/*
 * gateway.c - a machine on the virtual subnet asks a server of the host: which address the gateway
 * has, then datagrams of all lengths, whose sums are the device's to make, and a burst of more than
 * the monitor has buffers for. The server's port is in the last two bytes of our Ethernet address
 * and answers with every byte one higher (tests/vm/answer.c).
 */
#include "guests/lib/string.h"
#include "guests/virtio/driver.h"

#define HEADER   VIRTIO_NETWORK_HEADER_BYTES
#define MAC      6U
#define ETHERNET 14U
#define IP       (HEADER + ETHERNET)
#define UDP      (IP + 20U)
#define DATA     (UDP + 8U)
#define LONGEST  1472U
#define BUFFERS  32U
#define BYTES    2048U
#define PATIENCE 400000000U /* cycles */
#define BURST    40U

static struct virtio_device nic = { .slot = 0 };
static struct virtio_ring receive;
static struct virtio_ring send;
static uint8_t mac[MAC];
static uint8_t gateway_mac[MAC];
static uint8_t address[4] = { 10, 0, 2, 0 };
static const uint8_t host[4] = { 10, 0, 2, 2 };
static uint8_t out[3 * BYTES] __attribute__((aligned(8)));
static uint8_t in[BUFFERS][BYTES] __attribute__((aligned(8)));

static void give(unsigned buffer)
{
	virtio_set_desc(&receive, buffer, in[buffer], BYTES, VIRTIO_DESC_F_WRITE, 0);
	virtio_submit(&receive, buffer);
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
	address[3] = (uint8_t)(16 + mac[3]);
	virtio_add_ring(&nic, &receive, VIRTIO_NETWORK_QUEUE_RECEIVE);
	virtio_add_ring(&nic, &send, VIRTIO_NETWORK_QUEUE_SEND);
	for (unsigned i = 0; i < BUFFERS; i++) {
		give(i);
	}
	virtio_go(&nic);
}

static uint32_t get16(const uint8_t *at)
{
	return (uint32_t)(at[0] << 8 | at[1]);
}

static void put16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

/* Of 16-bit numbers, one's complement (RFC 1071). */
static uint32_t sum_of(const uint8_t *data, uint32_t bytes, uint32_t sum)
{
	for (uint32_t i = 0; i < bytes; i++) {
		sum += (uint32_t)data[i] << (i % 2 == 0 ? 8 : 0);
	}
	while (sum >> 16 != 0) {
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return sum;
}

/* Addresses, protocol and length. */
static uint32_t sum_of_pseudo(const uint8_t *frame, uint32_t bytes)
{
	return sum_of(frame + IP + 12, 8, 17 + bytes);
}

static void transmit(uint32_t bytes)
{
	virtio_set_desc(&send, 0, out, bytes, 0, 0);
	virtio_submit(&send, 0);
	virtio_notify(&nic, &send);
	while (!virtio_has_used(&send)) {
	}
	CHECK(virtio_take(&send) == 0);
}

static void put_addresses(const uint8_t *to, uint32_t type)
{
	memset(out, 0, sizeof(out));
	memcpy(out + HEADER, to, MAC);
	memcpy(out + HEADER + MAC, mac, MAC);
	put16(out + HEADER + 12, type);
}

/* The next frame of this type for us alone; NULL if none comes. */
static uint8_t *wait_for(uint32_t type, uint32_t patience)
{
	uint64_t begin = virtio_clock();

	while (virtio_clock() - begin < patience) {
		if (virtio_has_used(&receive)) {
			unsigned buffer = virtio_take(&receive);
			uint8_t *frame = in[buffer];

			/* There are more buffers than frames that are looked at at once. */
			give(buffer);
			if (get16(frame + HEADER + 12) == type &&
			    memcmp(frame + HEADER, mac, MAC) == 0) {
				return frame;
			}
		}
	}
	return NULL;
}

static void ask_address(void)
{
	static const uint8_t request[8] = { 0, 1, 8, 0, 6, 4, 0, 1 };
	static const uint8_t everybody[MAC] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	const uint8_t *reply;

	put_addresses(everybody, 0x0806);
	memcpy(out + IP, request, sizeof(request));
	memcpy(out + IP + 8, mac, MAC);
	memcpy(out + IP + 14, address, 4);
	memcpy(out + IP + 24, host, 4);
	transmit(IP + 28);
	reply = wait_for(0x0806, PATIENCE / 20);
	CHECK(reply != NULL && memcmp(reply + IP + 14, host, 4) == 0);
	memcpy(gateway_mac, reply + IP + 8, MAC);
}

/* The sum is left to the device: what stands there is that of the pseudo header. */
static void send_datagram(uint32_t bytes, uint32_t seed)
{
	put_addresses(gateway_mac, 0x0800);
	out[VIRTIO_NETWORK_HEADER_FLAGS] = VIRTIO_NETWORK_NEEDS_CSUM;
	out[VIRTIO_NETWORK_HEADER_CSUM] = ETHERNET + 20;
	out[VIRTIO_NETWORK_HEADER_CSUM + 2] = 6;
	out[IP] = 0x45;
	put16(out + IP + 2, 28 + bytes);
	out[IP + 8] = 64;
	out[IP + 9] = 17;
	memcpy(out + IP + 12, address, 4);
	memcpy(out + IP + 16, host, 4);
	put16(out + IP + 10, ~sum_of(out + IP, 20, 0));
	put16(out + UDP, 4000 + seed);
	put16(out + UDP + 2, get16(mac + 4));
	put16(out + UDP + 4, 8 + bytes);
	put16(out + UDP + 6, sum_of_pseudo(out, 8 + bytes));
	for (uint32_t i = 0; i < bytes; i++) {
		out[DATA + i] = (uint8_t)(seed + i * 3);
	}
	transmit(DATA + bytes);
}

static void check_answer(const uint8_t *frame, uint32_t bytes, uint32_t seed)
{
	CHECK(frame != NULL);
	CHECK(memcmp(frame + IP + 12, host, 4) == 0 && get16(frame + UDP + 2) == 4000 + seed);
	CHECK(get16(frame + UDP + 4) == 8 + bytes);
	CHECK(sum_of(frame + UDP, 8 + bytes, sum_of_pseudo(frame, 8 + bytes)) == 0xffff);
	for (uint32_t i = 0; i < bytes; i++) {
		CHECK(frame[DATA + i] == (uint8_t)(seed + i * 3 + 1));
	}
}

int main(void)
{
	static const uint8_t nobody[MAC] = { 2, 0xff, 0, 0, 0, 1 };
	unsigned burst = 0;

	start();
	ask_address();
	printf("gateway at %02x:%02x\n", gateway_mac[0], gateway_mac[1]);
	/* Nobody has this address; more than a page goes nowhere. */
	put_addresses(nobody, 0x0800);
	transmit(sizeof(out));
	for (uint32_t seed = 0; seed < 10; seed++) {
		uint32_t bytes = seed == 9 ? LONGEST : seed * seed * 16 + 1;
		send_datagram(bytes, seed);
		check_answer(wait_for(0x0800, PATIENCE), bytes, seed);
	}
	for (uint32_t i = 0; i < BURST; i++) {
		send_datagram(100, 20);
	}
	while (burst < BURST) {
		const uint8_t *frame = wait_for(0x0800, burst == 0 ? PATIENCE : PATIENCE / 100);

		if (frame == NULL) {
			break;
		}
		check_answer(frame, 100, 20);
		burst++;
	}
	CHECK(burst != 0);
	printf("gateway: ok, %u of %u at once\n", burst, BURST);
	return 0;
}
