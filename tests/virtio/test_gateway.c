/* SPDX-License-Identifier: MIT */
/*
 * test_gateway.c - a guest's frames through switch and gateway to a server of the host, and back
 * (sim/virtio/gateway.c).
 */
#include <arpa/inet.h>
#include <check.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sim/machine_state.h"
#include "sim/virtio/ethernet.h"
#include "sim/virtio/gateway.h"
#include "tests/suite.h"

#define HEADERS (14 + 20 + 8)

static const uint8_t guest_mac[6] = { 2, 0, 0, 0, 0, 1 };
static const uint8_t guest_ip[4] = { 10, 0, 2, 15 };
static const uint8_t host_ip[4] = { 10, 0, 2, 2 };
static struct machine machine;
static struct ethernet *ethernet;
static struct gateway *gateway;
static uint64_t now;

static void wake(void *context, unsigned port, uint64_t cycle)
{
	(void)context;
	if (port == 1) {
		gateway_wake(gateway, cycle);
	}
}

static void setup(void)
{
	struct error err;

	machine.config.clock_hz = 400000000;
	machine.config.nics = 1;
	machine.config.network.latency_ns = 10000;
	machine.config.network.bytes_per_s = 125000000;
	machine.config.network.has_gateway = true;
	now = 0;
	ethernet = ethernet_create(&machine, wake, NULL);
	gateway = gateway_create(&machine, ethernet, 1, &err);
	ck_assert_ptr_nonnull(gateway);
	ck_assert_uint_eq(gateway_due(gateway), UINT64_MAX);
}

static void teardown(void)
{
	gateway_destroy(gateway);
	ethernet_destroy(ethernet);
}

/* The next frame that comes to the guest, after a second of the machine's time at most. */
static const struct ethernet_frame *receive(void)
{
	const struct ethernet_frame *frame = NULL;

	while (frame == NULL && gateway_due(gateway) != UINT64_MAX && now < 400000000) {
		now = gateway_due(gateway);
		gateway_step(gateway, now);
		frame = ethernet_first(ethernet, 0);
	}
	return frame;
}

/* Who has 10.0.2.2? Its address goes to `mac`. */
static void ask_address(uint8_t mac[6])
{
	uint8_t frame[42] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	static const uint8_t request[8] = { 0, 1, 8, 0, 6, 4, 0, 1 };
	const struct ethernet_frame *reply;

	memcpy(frame + 6, guest_mac, 6);
	frame[12] = 8;
	frame[13] = 6;
	memcpy(frame + 14, request, 8);
	memcpy(frame + 22, guest_mac, 6);
	memcpy(frame + 28, guest_ip, 4);
	memcpy(frame + 38, host_ip, 4);
	ethernet_send(ethernet, 0, frame, sizeof(frame), now);
	reply = receive();
	ck_assert_ptr_nonnull(reply);
	ck_assert_uint_eq(reply->data[21], 2);
	ck_assert_int_eq(memcmp(reply->data + 28, host_ip, 4), 0);
	memcpy(mac, reply->data + 22, 6);
	ethernet_take(ethernet, 0);
}

static void put16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void send_datagram(const uint8_t mac[6], uint16_t port, const char *text)
{
	uint8_t frame[HEADERS + 64] = { 0 };
	uint32_t bytes = (uint32_t)strlen(text);
	uint32_t sum = 0;

	memcpy(frame, mac, 6);
	memcpy(frame + 6, guest_mac, 6);
	frame[12] = 8;
	frame[14] = 0x45;
	put16(frame + 16, 28 + bytes);
	frame[22] = 64;
	frame[23] = 17;
	memcpy(frame + 26, guest_ip, 4);
	memcpy(frame + 30, host_ip, 4);
	for (unsigned i = 14; i < 34; i += 2) {
		sum += (uint32_t)(frame[i] << 8 | frame[i + 1]);
	}
	put16(frame + 24, ~((sum & 0xffff) + (sum >> 16)));
	put16(frame + 34, 4000);
	put16(frame + 36, port);
	put16(frame + 38, 8 + bytes);
	snprintf((char *)frame + HEADERS, sizeof(frame) - HEADERS, "%s", text);
	ethernet_send(ethernet, 0, frame, HEADERS + bytes, now);
}

START_TEST(guest_asks_a_server_of_the_host)
{
	int server = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in at = { .sin_family = AF_INET };
	struct sockaddr_in from;
	socklen_t size = sizeof(at);
	const struct ethernet_frame *frame;
	char text[64];
	uint8_t mac[6];

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(bind(server, (struct sockaddr *)&at, size), 0);
	ck_assert_int_eq(getsockname(server, (struct sockaddr *)&at, &size), 0);
	ask_address(mac);
	send_datagram(mac, ntohs(at.sin_port), "what time is it?");
	/* It leaves when the gateway has got it. */
	now = gateway_due(gateway);
	gateway_step(gateway, now);
	size = sizeof(from);
	ck_assert_int_eq(recvfrom(server, text, sizeof(text), 0, (struct sockaddr *)&from, &size),
			 16);
	ck_assert_int_eq(memcmp(text, "what time is it?", 16), 0);
	ck_assert_int_eq(sendto(server, "late", 4, 0, (struct sockaddr *)&from, size), 4);
	frame = receive();
	ck_assert_ptr_nonnull(frame);
	ck_assert_int_eq(memcmp(frame->data, guest_mac, 6), 0);
	ck_assert_int_eq(memcmp(frame->data + 26, host_ip, 4), 0);
	ck_assert_int_eq(memcmp(frame->data + HEADERS, "late", 4), 0);
	close(server);
}
END_TEST

START_TEST(frames_that_make_no_sense_are_dropped)
{
	static uint8_t frame[2000];

	memset(frame, 0xff, 6);
	for (unsigned i = 0; i < 200; i++) {
		for (unsigned j = 12; j < sizeof(frame); j++) {
			frame[j] = (uint8_t)(i * 37 + j * (i + 1));
		}
		frame[12] = 8;
		frame[13] = i % 2 != 0 ? 6 : 0;
		frame[14] = i % 4 == 0 ? 0x45 : frame[14];
		ethernet_send(ethernet, 0, frame, 14 + i * 9, now);
		now = gateway_due(gateway);
		gateway_step(gateway, now);
	}
	uint8_t mac[6];

	while (ethernet_first(ethernet, 0) != NULL) {
		ethernet_take(ethernet, 0);
	}
	ask_address(mac);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("gateway");
	TCase *tcase = tcase_create("gateway");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, guest_asks_a_server_of_the_host);
	tcase_add_test(tcase, frames_that_make_no_sense_are_dropped);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
