/* SPDX-License-Identifier: MIT */
/* test_subnet.c - frames between VMs (src/net/subnet.c), of good and of bad drivers. */
#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "tests/monitor/driver.h"
#include "tests/suite.h"

#include "src/net/subnet.h"
#include "src/virtio/guest_memory.h"
#include "src/virtio/le.h"

#define VMS     MODEL_VMS
#define FRAMES  64
#define HEADER  VIRTIO_NETWORK_HEADER_BYTES
#define RECEIVE VIRTIO_NETWORK_QUEUE_RECEIVE
#define SEND    VIRTIO_NETWORK_QUEUE_SEND
#define BUFFER  (DRIVER_DATA + 0x4000)

static struct driver driver[VMS];
static struct nic nic[VMS];
static uint8_t storage[VMS][MAP_PAGE_BYTES] __attribute__((aligned(8)));

static void setup(void)
{
	model_start(2, 512, 8);
	driver_logged = 0;
	driver_frames = 0;
	driver_out = 0;
	memset(nic, 0, sizeof(nic));
	for (uint32_t i = 0; i < VMS; i++) {
		const uint8_t mac[] = { 2, 0, 0, 0, 0, (uint8_t)i };

		model_add_vm(i, FRAMES, 1, 64);
		driver_make_vm(&driver[i], i);
		nic_init(&nic[i], &driver[i].vm, 3, mac, NIC_MTU, storage[i]);
	}
	model_load(0, &model.vtlb[0][0]);
	for (uint32_t i = 0; i < VMS; i++) {
		driver_start(&driver[i], &nic[i].virtio, 2);
	}
}

static void teardown(void)
{
	for (uint32_t i = 0; i < VMS; i++) {
		driver_write(&driver[i], VIRTIO_STATUS, 0);
	}
	model_end();
}

/* A buffer for one frame, in two pieces across pages. */
static void offer_buffer(uint32_t vm, uint32_t bytes)
{
	driver_put_desc(&driver[vm], RECEIVE, 0, BUFFER + 0xffa, HEADER,
			VIRTIO_DESC_F_WRITE | VIRTIO_DESC_F_NEXT, 1);
	driver_put_desc(&driver[vm], RECEIVE, 1, BUFFER + 0x1f00, bytes, VIRTIO_DESC_F_WRITE, 0);
	driver_offer(&driver[vm], RECEIVE, 0);
}

/* Sends a frame of `bytes` to 02:00:00:00:00:`to` (0xff: to all), in two pieces. */
static void send_frame(uint32_t from, uint8_t to, uint32_t bytes)
{
	uint8_t frame[HEADER + 4096] = { 0 };

	memset(frame + HEADER, to == 0xff ? 0xff : 0, 6);
	frame[HEADER] = to == 0xff ? 0xff : 2;
	frame[HEADER + 5] = to;
	for (uint32_t i = 6; i < bytes; i++) {
		frame[HEADER + i] = (uint8_t)(i * 7 + from);
	}
	driver_put(&driver[from], DRIVER_DATA, frame, HEADER + bytes);
	driver_put_desc(&driver[from], SEND, 2, DRIVER_DATA, 20, VIRTIO_DESC_F_NEXT, 4);
	driver_put_desc(&driver[from], SEND, 4, DRIVER_DATA + 20, HEADER + bytes - 20, 0, 0);
	driver_offer(&driver[from], SEND, 2);
}

static bool has_sent(uint32_t vm)
{
	uint32_t head;
	uint32_t bytes;

	return driver_used(&driver[vm], SEND, &head, &bytes) && head == 2 && bytes == 0;
}

/* The frame that `vm` has received from `from`; 0: none. */
static uint32_t received(uint32_t vm, uint32_t from)
{
	uint8_t header[HEADER];
	uint8_t frame[4096];
	uint32_t bytes;
	uint32_t head;

	if (!driver_used(&driver[vm], RECEIVE, &head, &bytes)) {
		return 0;
	}
	ck_assert_uint_gt(bytes, HEADER);
	driver_get(&driver[vm], header, BUFFER + 0xffa, HEADER);
	ck_assert_uint_eq(header[VIRTIO_NETWORK_HEADER_BUFFERS], 1);
	driver_get(&driver[vm], frame, BUFFER + 0x1f00, bytes - HEADER);
	for (uint32_t i = 6; i < bytes - HEADER; i++) {
		ck_assert_uint_eq(frame[i], (uint8_t)(i * 7 + from));
	}
	ck_assert_uint_eq(driver_interrupts(&driver[vm]), VIRTIO_INTERRUPT_USED);
	return bytes - HEADER;
}

START_TEST(frame_reaches_its_address_alone)
{
	for (uint32_t round = 0; round < 20; round++) {
		for (uint32_t i = 0; i < VMS; i++) {
			if (round == 0 || i == 1) {
				offer_buffer(i, 1600);
			}
		}
		send_frame(0, 1, 60 + round);
		ck_assert(has_sent(0));
		ck_assert_uint_eq(received(1, 0), 60 + round);
		ck_assert_uint_eq(received(2, 0), 0);
		ck_assert_uint_eq(received(0, 0), 0);
	}
}
END_TEST

START_TEST(group_frame_reaches_all_others)
{
	for (uint32_t i = 0; i < VMS; i++) {
		offer_buffer(i, 1600);
	}
	send_frame(1, 0xff, 64);
	ck_assert_uint_eq(received(0, 1), 64);
	ck_assert_uint_eq(received(1, 1), 0);
	ck_assert_uint_eq(received(2, 1), 64);
}
END_TEST

START_TEST(frame_without_buffer_is_lost)
{
	send_frame(0, 1, 64);
	ck_assert(has_sent(0));
	ck_assert_uint_eq(nic[1].counts.lost, 1);
	offer_buffer(1, 1600);
	ck_assert_uint_eq(received(1, 0), 0);
	send_frame(0, 1, 70);
	ck_assert_uint_eq(received(1, 0), 70);
}
END_TEST

START_TEST(frame_of_a_bad_size_is_lost)
{
	offer_buffer(1, 1600);
	send_frame(0, 1, NIC_FRAME_MIN - 1);
	ck_assert(has_sent(0));
	/* More pieces than a frame may have. */
	for (uint32_t i = 0; i < 6; i++) {
		driver_put_desc(&driver[0], SEND, i, DRIVER_DATA, 48 * MAP_PAGE_BYTES,
				i < 5 ? VIRTIO_DESC_F_NEXT : 0, i + 1);
	}
	driver_offer(&driver[0], SEND, 0);
	ck_assert(!has_sent(0));
	ck_assert_uint_eq(nic[0].counts.lost, 2);
	ck_assert_uint_eq(received(1, 0), 0);
	send_frame(0, 1, 1600);
	ck_assert_uint_eq(received(1, 0), 1600);
}
END_TEST

START_TEST(frame_too_long_for_the_buffer_is_lost_alone)
{
	offer_buffer(1, 100);
	send_frame(0, 1, 101);
	ck_assert(has_sent(0));
	ck_assert_uint_eq(nic[1].counts.lost, 1);
	ck_assert_uint_eq(received(1, 0), 0);
	/* The buffer is there for the next one. */
	send_frame(0, 1, 100);
	ck_assert_uint_eq(received(1, 0), 100);
	ck_assert_uint_eq(driver_logged, 0);
}
END_TEST

START_TEST(buffer_that_cannot_be_written_breaks_the_receiver_alone)
{
	driver_put_desc(&driver[1], RECEIVE, 0, _i == 0 ? BUFFER : 0xfffffffffffff000, 2000,
			_i == 0 ? 0 : VIRTIO_DESC_F_WRITE, 0);
	driver_offer(&driver[1], RECEIVE, 0);
	send_frame(0, 1, 64);
	ck_assert(has_sent(0));
	ck_assert(driver_read(&driver[1], VIRTIO_STATUS) & VIRTIO_STATUS_NEEDS_RESET);
	ck_assert_uint_eq(driver_interrupts(&driver[1]), VIRTIO_INTERRUPT_CONFIG);
	ck_assert_uint_eq(driver_logged, 1);
	ck_assert(!(driver_read(&driver[0], VIRTIO_STATUS) & VIRTIO_STATUS_NEEDS_RESET));
	/* Until it is reset nothing reaches it. */
	offer_buffer(1, 1600);
	send_frame(0, 1, 64);
	ck_assert_uint_eq(received(1, 0), 0);
	driver_start(&driver[1], &nic[1].virtio, 2);
	offer_buffer(1, 1600);
	send_frame(0, 1, 64);
	ck_assert_uint_eq(received(1, 0), 64);
}
END_TEST

#define BEFORE     52U /* bytes of a frame before its first whole page */
#define PAGE       MAP_PAGE_BYTES
#define PAGES      18U
#define FRAME_LONG (BEFORE + PAGES * PAGE)

/* A buffer of header and beginning, then pages at BUFFER, `skew` bytes off. */
static void offer_pages(uint32_t vm, uint32_t skew)
{
	driver_put_desc(&driver[vm], RECEIVE, 0, DRIVER_DATA, HEADER + BEFORE,
			VIRTIO_DESC_F_WRITE | VIRTIO_DESC_F_NEXT, 1);
	driver_put_desc(&driver[vm], RECEIVE, 1, BUFFER + skew, PAGES * PAGE, VIRTIO_DESC_F_WRITE,
			0);
	driver_offer(&driver[vm], RECEIVE, 0);
}

static void send_pages(uint32_t from, uint32_t to, uint8_t seed)
{
	uint8_t first[HEADER + BEFORE] = { 0 };
	uint8_t page[PAGE];

	memset(first + HEADER, 0xff, 6);
	if (to < VMS) {
		memcpy(first + HEADER, nic[to].mac, 6);
	}
	driver_put(&driver[from], DRIVER_DATA, first, sizeof(first));
	for (uint32_t i = 0; i < PAGES; i++) {
		memset(page, (int)(seed + i), sizeof(page));
		driver_put(&driver[from], BUFFER + i * (uint64_t)PAGE, page, sizeof(page));
	}
	driver_put_desc(&driver[from], SEND, 2, DRIVER_DATA, sizeof(first), VIRTIO_DESC_F_NEXT, 4);
	driver_put_desc(&driver[from], SEND, 4, BUFFER, PAGES * PAGE, 0, 0);
	driver_offer(&driver[from], SEND, 2);
	ck_assert(has_sent(from));
}

static void check_pages(uint32_t vm, uint32_t skew, uint8_t seed)
{
	uint8_t expected[PAGE];
	uint8_t page[PAGE];

	for (uint32_t i = 0; i < PAGES; i++) {
		driver_get(&driver[vm], page, BUFFER + skew + i * (uint64_t)PAGE, sizeof(page));
		memset(expected, (int)(seed + i), sizeof(expected));
		ck_assert_int_eq(memcmp(page, expected, sizeof(page)), 0);
	}
}

static uint32_t mpn_of(uint32_t vm, uint32_t page)
{
	return pmap_ready(&model.pmap[vm], (uint32_t)(BUFFER / PAGE) + page) >> 6;
}

/* Far above every MTU that a driver can be told. */
START_TEST(whole_pages_are_mapped)
{
	uint32_t bytes;
	uint32_t head;

	offer_pages(1, 0);
	send_pages(0, 1, 3);
	ck_assert(driver_used(&driver[1], RECEIVE, &head, &bytes));
	ck_assert_uint_eq(bytes, HEADER + FRAME_LONG);
	check_pages(1, 0, 3);
	ck_assert_uint_eq(nic[1].counts.mapped, PAGES);
	for (uint32_t i = 0; i < PAGES; i++) {
		ck_assert_uint_eq(mpn_of(0, i), mpn_of(1, i));
	}
	/* What the sender stores the receiver does not see, nor the other way round. */
	driver_put(&driver[0], BUFFER, "sender", 6);
	check_pages(1, 0, 3);
	driver_put(&driver[1], BUFFER + PAGE, "receiver", 8);
	ck_assert_uint_ne(mpn_of(0, 1), mpn_of(1, 1));
	/* Again into the same pages, and from where the other's page was. */
	offer_pages(1, 0);
	send_pages(0, 1, 4);
	check_pages(1, 0, 4);
	offer_pages(0, 0);
	send_pages(1, 0, 5);
	check_pages(0, 0, 5);
	ck_assert_uint_eq(driver_out, 0);
	ck_assert_pstr_eq(model_check(), NULL);
}
END_TEST

START_TEST(all_get_the_same_page_or_a_copy)
{
	offer_pages(1, 0);
	offer_pages(2, 16);
	send_pages(0, VMS, 7);
	check_pages(1, 0, 7);
	check_pages(2, 16, 7);
	ck_assert_uint_eq(nic[1].counts.mapped, PAGES);
	ck_assert_uint_eq(nic[2].counts.mapped, 0);
	ck_assert_uint_eq(driver_frames, 1);
	ck_assert_uint_eq(driver_out, 1);
	ck_assert_pstr_eq(model_check(), NULL);
}
END_TEST

#define HEAD  100
#define SPLIT (DRIVER_DATA + 0x1000)

/* A buffer that is virtio's header, `room` bytes for the frame's, and pages. */
static void offer_split(uint32_t vm, uint32_t room)
{
	driver_put_desc(&driver[vm], RECEIVE, 0, SPLIT, HEADER,
			VIRTIO_DESC_F_WRITE | VIRTIO_DESC_F_NEXT, 1);
	driver_put_desc(&driver[vm], RECEIVE, 1, SPLIT + 16, room,
			VIRTIO_DESC_F_WRITE | VIRTIO_DESC_F_NEXT, 2);
	driver_put_desc(&driver[vm], RECEIVE, 2, BUFFER, (PAGES + 1) * PAGE, VIRTIO_DESC_F_WRITE,
			0);
	driver_offer(&driver[vm], RECEIVE, 0);
}

/* HEAD bytes, the first of them the addresses', and pages; with `flags` in virtio's header. */
static void send_split(uint32_t from, uint8_t to, uint8_t flags)
{
	uint8_t first[HEADER + HEAD] = {
		flags, 0, 9, 9, 0, 0, 34, 0, 16, 0, 0, 0, 2, 0, 0, 0, 0, to
	};
	uint8_t page[PAGE];

	driver_put(&driver[from], DRIVER_DATA, first, sizeof(first));
	for (uint32_t i = 0; i < PAGES; i++) {
		memset(page, (int)i + 1, sizeof(page));
		driver_put(&driver[from], BUFFER + i * (uint64_t)PAGE, page, sizeof(page));
	}
	driver_put_desc(&driver[from], SEND, 2, DRIVER_DATA, sizeof(first), VIRTIO_DESC_F_NEXT, 4);
	driver_put_desc(&driver[from], SEND, 4, BUFFER, PAGES * PAGE, 0, 0);
	driver_offer(&driver[from], SEND, 2);
	ck_assert(has_sent(from));
}

START_TEST(headers_come_apart_from_pages)
{
	uint8_t header[HEADER];
	uint32_t bytes;
	uint32_t head;

	/* Room for more than the headers: pages nevertheless meet pages. */
	offer_split(1, HEAD + 200);
	send_split(0, 1, 0);
	ck_assert(driver_used(&driver[1], RECEIVE, &head, &bytes));
	ck_assert_uint_eq(bytes, HEADER + HEAD + PAGES * PAGE);
	driver_get(&driver[1], header, SPLIT, HEADER);
	ck_assert_uint_eq(header[VIRTIO_NETWORK_HEADER_SPLIT], HEAD);
	ck_assert_uint_eq(nic[1].counts.mapped, PAGES);
	check_pages(1, 0, 1);
	/* Too little room for the headers, or a driver that does not know of it: in one piece. */
	offer_split(1, HEAD - 1);
	send_split(0, 1, 0);
	ck_assert(driver_used(&driver[1], RECEIVE, &head, &bytes));
	driver_get(&driver[1], header, SPLIT, HEADER);
	ck_assert_uint_eq(header[VIRTIO_NETWORK_HEADER_SPLIT], 0);
	check_pages(1, 1, 1);
	nic[1].virtio.accepted &= ~VIRTIO_FEATURE(VIRTIO_NETWORK_F_HEADER_SPLIT);
	offer_split(1, HEAD + 200);
	send_split(0, 1, 0);
	ck_assert(driver_used(&driver[1], RECEIVE, &head, &bytes));
	driver_get(&driver[1], header, SPLIT, HEADER);
	ck_assert_uint_eq(header[VIRTIO_NETWORK_HEADER_SPLIT], 0);
	ck_assert_uint_eq(nic[1].counts.mapped, PAGES);
	ck_assert_pstr_eq(model_check(), NULL);
}
END_TEST

START_TEST(checksums_to_be_made_go_to_those_who_make_them)
{
	uint8_t header[HEADER];
	uint32_t bytes;
	uint32_t head;

	offer_split(1, HEAD);
	send_split(0, 1, VIRTIO_NETWORK_NEEDS_CSUM | 0x80);
	ck_assert(driver_used(&driver[1], RECEIVE, &head, &bytes));
	driver_get(&driver[1], header, SPLIT, HEADER);
	ck_assert_uint_eq(header[VIRTIO_NETWORK_HEADER_FLAGS], VIRTIO_NETWORK_NEEDS_CSUM);
	ck_assert_uint_eq(header[VIRTIO_NETWORK_HEADER_CSUM], 34);
	ck_assert_uint_eq(header[VIRTIO_NETWORK_HEADER_CSUM + 2], 16);
	/* A sender that has not been told that it may means nothing by it. */
	nic[0].virtio.accepted &= ~VIRTIO_FEATURE(VIRTIO_NETWORK_F_CSUM);
	offer_split(1, HEAD);
	send_split(0, 1, VIRTIO_NETWORK_NEEDS_CSUM);
	ck_assert(driver_used(&driver[1], RECEIVE, &head, &bytes));
	driver_get(&driver[1], header, SPLIT, HEADER);
	ck_assert_uint_eq(header[VIRTIO_NETWORK_HEADER_FLAGS], 0);
	nic[0].virtio.accepted |= VIRTIO_FEATURE(VIRTIO_NETWORK_F_CSUM);
	nic[1].virtio.accepted &= ~VIRTIO_FEATURE(VIRTIO_NETWORK_F_GUEST_CSUM);
	offer_split(1, HEAD);
	send_split(0, 1, VIRTIO_NETWORK_NEEDS_CSUM);
	ck_assert(!driver_used(&driver[1], RECEIVE, &head, &bytes));
	ck_assert_uint_eq(nic[1].counts.lost, 1);
}
END_TEST

START_TEST(bad_chain_breaks_the_sender)
{
	driver_put_desc(&driver[0], SEND, 2, DRIVER_DATA, 20, VIRTIO_DESC_F_NEXT, 2);
	driver_offer(&driver[0], SEND, 2);
	ck_assert(driver_read(&driver[0], VIRTIO_STATUS) & VIRTIO_STATUS_NEEDS_RESET);
	driver_start(&driver[0], &nic[0].virtio, 2);
	/* A buffer that nobody has is no frame, and no reason to stop. */
	driver_put_desc(&driver[0], SEND, 2, 0xfffffffffffff000, 64, 0, 0);
	driver_offer(&driver[0], SEND, 2);
	ck_assert(has_sent(0));
	ck_assert_uint_eq(nic[0].counts.lost, 1);
}
END_TEST

START_TEST(configuration_tells_address_and_mtu)
{
	uint32_t low = driver_read(&driver[2], VIRTIO_CONFIG);
	uint32_t high = driver_read(&driver[2], VIRTIO_CONFIG + 4);

	ck_assert_uint_eq(low, 0x00000002);
	ck_assert_uint_eq(high, 0x00010200);
	ck_assert_uint_eq(driver_read(&driver[2], VIRTIO_CONFIG + 8) >> 16, NIC_MTU);
	ck_assert_uint_eq(driver_read(&driver[2], VIRTIO_DEVICE_ID), VIRTIO_ID_NETWORK);
	driver_write(&driver[2], VIRTIO_CONFIG, 0);
	ck_assert_uint_eq(driver_read(&driver[2], VIRTIO_CONFIG), low);
}
END_TEST

/* Pages that stay where they are get the bytes in place of the page; where there are none, nobody
 * does. */
START_TEST(pages_that_cannot_be_mapped_are_copied)
{
	struct pmap_caller here = model_caller();
	uint32_t bytes;
	uint32_t head;
	uint32_t mpn;

	/* A device writes two of the receiver's pages, in the first batch and in the last. */
	ck_assert(guest_memory_pin(&model.pmap[1], BUFFER, true, &mpn, &here));
	offer_pages(1, 0);
	send_pages(0, 1, 3);
	ck_assert(driver_used(&driver[1], RECEIVE, &head, &bytes));
	check_pages(1, 0, 3);
	ck_assert_uint_eq(mpn_of(1, 0), mpn);
	ck_assert_uint_eq(nic[1].counts.mapped, PAGES - 1);
	memmap_unpin(&model.memmap, mpn);
	/* One of the sender's is written by a device: it is not shared. */
	ck_assert(guest_memory_pin(&model.pmap[0], BUFFER, true, &mpn, &here));
	offer_pages(1, 0);
	send_pages(0, 1, 4);
	ck_assert(driver_used(&driver[1], RECEIVE, &head, &bytes));
	check_pages(1, 0, 4);
	ck_assert_uint_eq(nic[1].counts.mapped, 2 * PAGES - 2);
	memmap_unpin(&model.memmap, mpn);
	ck_assert_pstr_eq(model_check(), NULL);
}
END_TEST

/* The receiver's buffer ends outside its memory: in the first batch of pages, in the last, far
 * away. */
START_TEST(pages_outside_break_the_receiver)
{
	static const uint64_t outside[] = { (FRAMES - 2) * (uint64_t)PAGE,
					    (FRAMES - PAGES + 1) * (uint64_t)PAGE,
					    (uint64_t)UINT32_MAX * PAGE };

	driver_put_desc(&driver[1], RECEIVE, 0, DRIVER_DATA, HEADER + BEFORE,
			VIRTIO_DESC_F_WRITE | VIRTIO_DESC_F_NEXT, 1);
	driver_put_desc(&driver[1], RECEIVE, 1, outside[_i], PAGES * PAGE, VIRTIO_DESC_F_WRITE, 0);
	driver_offer(&driver[1], RECEIVE, 0);
	send_pages(0, 1, 3);
	ck_assert(driver_read(&driver[1], VIRTIO_STATUS) & VIRTIO_STATUS_NEEDS_RESET);
	ck_assert_uint_eq(nic[1].counts.lost, 1);
	ck_assert_pstr_eq(model_check(), NULL);
}
END_TEST

/* Buffers in which headers and pages would not come apart: everything comes in one piece. */
START_TEST(buffer_that_cannot_be_split_is_filled)
{
	static const struct {
		uint32_t first;
		uint32_t second;
		uint32_t rest;
	} sizes[] = {
		{ HEADER + 4, HEAD, (PAGES + 1) * PAGE },
		{ HEADER, HEAD + 200, PAGES * PAGE - 100 },
	};
	uint8_t header[HEADER];
	uint32_t bytes;
	uint32_t head;

	driver_put_desc(&driver[1], RECEIVE, 0, SPLIT, sizes[_i].first,
			VIRTIO_DESC_F_WRITE | VIRTIO_DESC_F_NEXT, 1);
	driver_put_desc(&driver[1], RECEIVE, 1, SPLIT + 16, sizes[_i].second,
			VIRTIO_DESC_F_WRITE | VIRTIO_DESC_F_NEXT, 2);
	driver_put_desc(&driver[1], RECEIVE, 2, BUFFER, sizes[_i].rest, VIRTIO_DESC_F_WRITE, 0);
	driver_offer(&driver[1], RECEIVE, 0);
	send_split(0, 1, 0);
	ck_assert(driver_used(&driver[1], RECEIVE, &head, &bytes));
	ck_assert_uint_eq(bytes, HEADER + HEAD + PAGES * PAGE);
	driver_get(&driver[1], header, SPLIT, HEADER);
	ck_assert_uint_eq(header[VIRTIO_NETWORK_HEADER_SPLIT], 0);
}
END_TEST

/* Frames that cannot be sent: one of a page that nobody has, one that the device is to write. */
START_TEST(frame_that_cannot_be_read_is_lost)
{
	uint32_t bytes;
	uint32_t head;

	driver_put_desc(&driver[0], SEND, 2, DRIVER_DATA, HEADER + 20, VIRTIO_DESC_F_NEXT, 4);
	driver_put_desc(&driver[0], SEND, 4, 0xfffffffffffff000, PAGE, 0, 0);
	driver_offer(&driver[0], SEND, 2);
	ck_assert(has_sent(0));
	driver_put_desc(&driver[0], SEND, 2, DRIVER_DATA, 100, VIRTIO_DESC_F_WRITE, 0);
	driver_offer(&driver[0], SEND, 2);
	ck_assert(driver_used(&driver[0], SEND, &head, &bytes));
	ck_assert_uint_eq(nic[0].counts.lost, 2);
	ck_assert_uint_eq(nic[0].counts.sent, 0);
}
END_TEST

/* An address that lies in three pieces. */
START_TEST(address_may_be_cut)
{
	uint8_t first[HEADER + 64] = { 0 };

	memcpy(first + HEADER, nic[1].mac, 6);
	for (uint32_t i = 6; i < 64; i++) {
		first[HEADER + i] = (uint8_t)(i * 7);
	}
	driver_put(&driver[0], DRIVER_DATA, first, sizeof(first));
	offer_buffer(1, 1600);
	driver_put_desc(&driver[0], SEND, 2, DRIVER_DATA, HEADER + 2, VIRTIO_DESC_F_NEXT, 3);
	driver_put_desc(&driver[0], SEND, 3, DRIVER_DATA + HEADER + 2, 1, VIRTIO_DESC_F_NEXT, 4);
	driver_put_desc(&driver[0], SEND, 4, DRIVER_DATA + HEADER + 3, 61, 0, 0);
	driver_offer(&driver[0], SEND, 2);
	ck_assert_uint_eq(received(1, 0), 64);
	ck_assert_uint_eq(received(2, 0), 0);
}
END_TEST

static void reset_sender(const struct vm *vm)
{
	if (vm == &driver[1].vm) {
		driver_meanwhile = NULL;
		driver_write(&driver[0], VIRTIO_STATUS, 0);
	}
}

/* Another VCPU of the sender resets the device while its frame is on the way: nothing is given
 * back. */
START_TEST(sender_may_be_reset_meanwhile)
{
	offer_buffer(1, 1600);
	driver_meanwhile = reset_sender;
	send_frame(0, 1, 64);
	ck_assert(driver_meanwhile == NULL);
	ck_assert_uint_eq(received(1, 0), 64);
	ck_assert(!has_sent(0));
	driver_start(&driver[0], &nic[0].virtio, 2);
	send_frame(0, 2, 64);
	ck_assert(has_sent(0));
}
END_TEST

static void send_again(const struct vm *vm)
{
	if (vm == &driver[0].vm) {
		driver[0].offered[SEND]++;
		driver_put(&driver[0], DRIVER_AVAIL(SEND) + VIRTIO_RING_INDEX,
			   &(uint16_t){ LE16(driver[0].offered[SEND]) }, 2);
	}
}

/* Who offers more at each answer keeps the CPU for as many frames as a queue may have. */
START_TEST(sender_that_never_ends_is_left)
{
	/* The ring names one descriptor in every entry. */
	for (uint32_t i = 0; i < DRIVER_ENTRIES; i++) {
		driver_put(&driver[0], DRIVER_AVAIL(SEND) + VIRTIO_RING_ENTRIES + i * 2ULL,
			   &(uint16_t){ LE16(2) }, 2);
	}
	driver_meanwhile = send_again;
	send_frame(0, 2, 64);
	driver_meanwhile = NULL;
	ck_assert_uint_eq(nic[0].counts.sent, VIRTIO_QUEUE_ENTRIES_MAX);
	ck_assert(!(driver_read(&driver[0], VIRTIO_STATUS) & VIRTIO_STATUS_NEEDS_RESET));
}
END_TEST

static void others_are_done(int signal)
{
	(void)signal;
	nic[0].is_sending = false;
	nic[0].virtio.holder = 0;
}

/* Another VCPU has the device, or sends: it is waited for. */
START_TEST(others_are_waited_for)
{
	const struct itimerval moment = { .it_value = { .tv_usec = 2000 } };

	ck_assert(signal(SIGALRM, others_are_done) != SIG_ERR);
	offer_buffer(1, 1600);
	nic[0].is_sending = true;
	ck_assert_int_eq(setitimer(ITIMER_REAL, &moment, NULL), 0);
	send_frame(0, 1, 64);
	ck_assert_uint_eq(received(1, 0), 64);
	nic[0].virtio.holder = 1;
	ck_assert_int_eq(setitimer(ITIMER_REAL, &moment, NULL), 0);
	ck_assert_uint_ne(driver_read(&driver[0], VIRTIO_STATUS), 0);
}
END_TEST

/* What arrives for a device that its driver reads alone stays where it is. */
START_TEST(receive_queue_is_not_sent)
{
	driver_write(&driver[0], VIRTIO_QUEUE_NOTIFY, RECEIVE);
	ck_assert_uint_eq(nic[0].counts.sent + nic[0].counts.lost, 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("subnet");
	TCase *tcase = tcase_create("subnet");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, frame_reaches_its_address_alone);
	tcase_add_test(tcase, group_frame_reaches_all_others);
	tcase_add_test(tcase, frame_without_buffer_is_lost);
	tcase_add_test(tcase, frame_of_a_bad_size_is_lost);
	tcase_add_test(tcase, frame_too_long_for_the_buffer_is_lost_alone);
	tcase_add_loop_test(tcase, buffer_that_cannot_be_written_breaks_the_receiver_alone, 0, 2);
	tcase_add_test(tcase, whole_pages_are_mapped);
	tcase_add_test(tcase, all_get_the_same_page_or_a_copy);
	tcase_add_test(tcase, headers_come_apart_from_pages);
	tcase_add_test(tcase, checksums_to_be_made_go_to_those_who_make_them);
	tcase_add_test(tcase, bad_chain_breaks_the_sender);
	tcase_add_test(tcase, configuration_tells_address_and_mtu);
	tcase_add_test(tcase, pages_that_cannot_be_mapped_are_copied);
	tcase_add_loop_test(tcase, pages_outside_break_the_receiver, 0, 3);
	tcase_add_loop_test(tcase, buffer_that_cannot_be_split_is_filled, 0, 2);
	tcase_add_test(tcase, frame_that_cannot_be_read_is_lost);
	tcase_add_test(tcase, address_may_be_cut);
	tcase_add_test(tcase, sender_may_be_reset_meanwhile);
	tcase_add_test(tcase, sender_that_never_ends_is_left);
	tcase_add_test(tcase, others_are_waited_for);
	tcase_add_test(tcase, receive_queue_is_not_sent);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
