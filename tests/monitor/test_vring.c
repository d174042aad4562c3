/* SPDX-License-Identifier: MIT */
/*
 * test_vring.c - a guest's virtqueues and memory as its devices see them (src/virtio), with drivers
 * that keep the rules and drivers that do not.
 */
#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "tests/monitor/model.h"
#include "tests/suite.h"

#include "src/virtio/guest_memory.h"
#include "src/virtio/le.h"
#include "src/virtio/vring.h"

#define DESC    0x1000
#define AVAIL   0x2ffe /* its index lies on the next page */
#define USED    0x4ffc /* likewise */
#define DATA    0x8000
#define ENTRIES 8
#define FRAMES  64

static struct vring vring;
static struct vring_chain chain;
static struct pmap_caller here;
static uint32_t restored;

/* What src/cpu does for rewritten text: the page is as it was. */
void guest_memory_restore_text(struct pmap *pmap, uint32_t gpn, const struct pmap_caller *caller)
{
	restored++;
	ck_assert_int_eq(pmap_protect(pmap, gpn, 0, caller), OK);
}

static void setup(void)
{
	model_start(2, 256, 8);
	model_add_vm(0, FRAMES, 1, 64);
	model_load(0, &model.vtlb[0][0]);
	here = model_caller();
	restored = 0;
	vring_init(&vring, &model.pmap[0]);
	vring.size = ENTRIES;
	vring.address[VRING_DESC] = DESC;
	vring.address[VRING_AVAIL] = AVAIL;
	vring.address[VRING_USED] = USED;
}

static void teardown(void)
{
	vring_stop(&vring);
	model_end();
}

static void put(uint64_t gpa, const void *bytes, size_t count)
{
	ck_assert(guest_memory_write(&model.pmap[0], gpa, bytes, count, &here));
}

static void put16(uint64_t gpa, uint16_t value)
{
	uint16_t wire;

	le_write16(&wire, value);
	put(gpa, &wire, sizeof(wire));
}

static uint32_t get32(uint64_t gpa)
{
	uint32_t wire;

	ck_assert(guest_memory_read(&model.pmap[0], &wire, gpa, sizeof(wire), &here));
	return LE32(wire);
}

static void put_desc(uint64_t table, uint32_t index, uint64_t gpa, uint32_t bytes, uint32_t flags,
		     uint32_t next)
{
	uint8_t desc[VIRTIO_DESC_BYTES] __attribute__((aligned(8)));

	le_write64(desc, gpa);
	le_write32(desc + VIRTIO_DESC_LEN, bytes);
	le_write16(desc + VIRTIO_DESC_FLAGS, (uint16_t)flags);
	le_write16(desc + VIRTIO_DESC_NEXT, (uint16_t)next);
	put(table + (uint64_t)index * VIRTIO_DESC_BYTES, desc, sizeof(desc));
}

/* The driver offers the chain at `head` as number `number` of all. */
static void offer(uint32_t number, uint32_t head)
{
	put16(AVAIL + VIRTIO_RING_ENTRIES + number % ENTRIES * VIRTIO_AVAIL_BYTES, (uint16_t)head);
	put16(AVAIL + VIRTIO_RING_INDEX, (uint16_t)(number + 1));
}

static enum vring_result take(void)
{
	return vring_take(&vring, &chain, &here);
}

START_TEST(chain_is_taken_once_and_given_back)
{
	ck_assert(vring_start(&vring, &here));
	ck_assert_int_eq(take(), VRING_EMPTY);
	for (uint32_t n = 0; n < 3 * ENTRIES; n++) {
		put_desc(DESC, 3, DATA + n, 16, VIRTIO_DESC_F_NEXT, 5);
		put_desc(DESC, 5, DATA + 0x1000, 512, VIRTIO_DESC_F_WRITE, 0);
		offer(n, 3);
		ck_assert_int_eq(take(), VRING_TAKEN);
		ck_assert_uint_eq(chain.head, 3);
		ck_assert_uint_eq(chain.count, 2);
		ck_assert_uint_eq(chain.segment[0].gpa, DATA + n);
		ck_assert_uint_eq(chain.segment[0].bytes, 16);
		ck_assert(!chain.segment[0].write && chain.segment[1].write);
		ck_assert_int_eq(take(), VRING_EMPTY);
		ck_assert(vring_give(&vring, 3, 100 + n));
		ck_assert_uint_eq(get32(USED + VIRTIO_RING_ENTRIES + n % ENTRIES * 8), 3);
		ck_assert_uint_eq(get32(USED + VIRTIO_RING_ENTRIES + n % ENTRIES * 8 + 4), 100 + n);
		ck_assert_uint_eq(get32(USED) >> 16, n + 1);
	}
	put16(AVAIL, VIRTIO_AVAIL_F_NO_IRQ);
	ck_assert(!vring_give(&vring, 3, 0));
}
END_TEST

START_TEST(indirect_table_is_followed)
{
	ck_assert(vring_start(&vring, &here));
	/* It lies across a page and is no multiple of anything. */
	put_desc(0x9ff4, 0, DATA, 16, VIRTIO_DESC_F_NEXT, 2);
	put_desc(0x9ff4, 2, DATA + 16, 1, VIRTIO_DESC_F_WRITE, 0);
	put_desc(DESC, 0, 0x9ff4, 3 * VIRTIO_DESC_BYTES, VIRTIO_DESC_F_INDIRECT, 0);
	offer(0, 0);
	ck_assert_int_eq(take(), VRING_TAKEN);
	ck_assert_uint_eq(chain.count, 2);
	ck_assert_uint_eq(chain.segment[1].gpa, DATA + 16);
}
END_TEST

/* What the one descriptor in the ring, or the first in an indirect table, breaks. */
struct breach {
	uint32_t flags, next, bytes;
	uint32_t inner_flags, inner_next;
};

static const struct breach broken[] = {
	{ VIRTIO_DESC_F_NEXT, ENTRIES, 16, 0, 0 },
	{ VIRTIO_DESC_F_NEXT, 0xffff, 16, 0, 0 },
	{ VIRTIO_DESC_F_NEXT, 0, 16, 0, 0 },                       /* a circle */
	{ VIRTIO_DESC_F_NEXT | VIRTIO_DESC_F_WRITE, 1, 16, 0, 0 }, /* reads behind writes */
	{ VIRTIO_DESC_F_INDIRECT | VIRTIO_DESC_F_NEXT, 1, 32, 0, 0 },
	{ VIRTIO_DESC_F_INDIRECT, 0, 0, 0, 0 },
	{ VIRTIO_DESC_F_INDIRECT, 0, 17, 0, 0 },
	{ VIRTIO_DESC_F_INDIRECT, 0, 32, VIRTIO_DESC_F_INDIRECT, 0 },
	{ VIRTIO_DESC_F_INDIRECT, 0, 32, VIRTIO_DESC_F_NEXT, 0 },
	{ VIRTIO_DESC_F_INDIRECT, 0, 32, VIRTIO_DESC_F_NEXT, 2 },
};

START_TEST(broken_chain_is_refused)
{
	ck_assert(vring_start(&vring, &here));
	put_desc(DESC, 0, 0x9000, broken[_i].bytes, broken[_i].flags, broken[_i].next);
	put_desc(DESC, 1, DATA, 16, 0, 0);
	put_desc(0x9000, 0, DATA, 16, broken[_i].inner_flags, broken[_i].inner_next);
	put_desc(0x9000, 1, DATA, 16, 0, 0);
	offer(0, 0);
	ck_assert_int_eq(take(), VRING_BROKEN);
}
END_TEST

START_TEST(index_beyond_the_ring_is_refused)
{
	ck_assert(vring_start(&vring, &here));
	put16(AVAIL + VIRTIO_RING_INDEX, ENTRIES + 1);
	ck_assert_int_eq(take(), VRING_BROKEN);
	vring_stop(&vring);
	ck_assert(vring_start(&vring, &here));
	put16(AVAIL + VIRTIO_RING_INDEX, 1);
	put16(AVAIL + VIRTIO_RING_ENTRIES, ENTRIES);
	ck_assert_int_eq(take(), VRING_BROKEN);
}
END_TEST

struct shape {
	uint32_t size;
	uint64_t address[VRING_PARTS];
};

static const struct shape impossible[] = {
	{ 0, { DESC, AVAIL, USED } },
	{ 3, { DESC, AVAIL, USED } },
	{ 512, { DESC, AVAIL, USED } },
	{ ENTRIES, { DESC + 8, AVAIL, USED } },
	{ ENTRIES, { DESC, AVAIL + 1, USED } },
	{ ENTRIES, { DESC, AVAIL, USED + 2 } },
	{ ENTRIES, { FRAMES * 4096ULL, AVAIL, USED } },
	{ ENTRIES, { DESC, AVAIL, FRAMES * 4096ULL - 4 } },
	{ ENTRIES, { DESC, 0xfffffffffffffffeULL, USED } },
	{ ENTRIES, { DESC, AVAIL, 0x100000000000ULL } },
};

START_TEST(impossible_queue_does_not_start)
{
	vring.size = (uint16_t)impossible[_i].size;
	memcpy(vring.address, impossible[_i].address, sizeof(vring.address));
	ck_assert(!vring_start(&vring, &here));
	ck_assert(!vring.is_ready && !vring_has_more(&vring));
	/* Nothing stays pinned: teardown's check of the memmap, and this. */
	for (uint32_t gpn = 0; gpn < FRAMES; gpn++) {
		ck_assert_int_eq(pmap_release(&model.pmap[0], gpn, &here), OK);
	}
}
END_TEST

START_TEST(ring_stays_in_place_while_it_is_ready)
{
	ck_assert(vring_start(&vring, &here));
	ck_assert_int_eq(pmap_release(&model.pmap[0], DESC >> 12, &here), ERR_BUSY);
	ck_assert_int_eq(pmap_release(&model.pmap[0], (AVAIL >> 12) + 1, &here), ERR_BUSY);
	vring_stop(&vring);
	ck_assert_int_eq(pmap_release(&model.pmap[0], DESC >> 12, &here), OK);
	ck_assert_int_eq(pmap_release(&model.pmap[0], (AVAIL >> 12) + 1, &here), OK);
}
END_TEST

START_TEST(text_is_restored_before_it_is_written)
{
	uint32_t mpn;

	put(DATA, "text", 4);
	ck_assert_int_eq(pmap_protect(&model.pmap[0], DATA >> 12, PMAP_S_TEXT, &here), OK);
	ck_assert(guest_memory_pin(&model.pmap[0], DATA, false, &mpn, &here));
	memmap_unpin(&model.memmap, mpn);
	ck_assert_uint_eq(restored, 0);
	put(DATA, "data", 4);
	ck_assert_uint_eq(restored, 1);
}
END_TEST

START_TEST(memory_outside_is_refused)
{
	uint8_t bytes[8192] = { 0 };
	uint64_t end = FRAMES * 4096ULL;

	ck_assert(guest_memory_write(&model.pmap[0], end - 8192, bytes, 8192, &here));
	ck_assert(!guest_memory_write(&model.pmap[0], end - 8191, bytes, 8192, &here));
	ck_assert(!guest_memory_read(&model.pmap[0], bytes, end, 1, &here));
	ck_assert(!guest_memory_read(&model.pmap[0], bytes, UINT64_MAX, 2, &here));
	ck_assert(!guest_memory_read(&model.pmap[0], bytes, (uint64_t)UINT32_MAX << 12, 1, &here));
}
END_TEST

/* Anything at all in the queue: no crash, no page pinned for ever, nothing outside is named twice.
 */
START_TEST(random_queues_do_no_harm)
{
	for (uint32_t round = 0; round < 400; round++) {
		vring.size = (uint16_t)(1U << model_below(4));
		ck_assert(vring_start(&vring, &here));
		for (uint32_t i = 0; i < 64; i++) {
			put_desc(DESC, model_below(ENTRIES), model_below(FRAMES * 4096),
				 model_below(200), model_below(8), model_below(ENTRIES + 1));
			offer(model_below(ENTRIES), model_below(ENTRIES + 1));
			(void)take();
			ck_assert_uint_le(chain.count, VRING_SEGMENTS);
			(void)vring_give(&vring, (uint16_t)model_below(ENTRIES), i);
		}
		vring_stop(&vring);
	}
}
END_TEST

START_TEST(ready_queue_stays_as_it_is)
{
	ck_assert(vring_start(&vring, &here));
	ck_assert(vring_start(&vring, &here));
	vring_stop(&vring);
	ck_assert_int_eq(pmap_release(&model.pmap[0], DESC >> 12, &here), OK);
}
END_TEST

START_TEST(table_outside_is_refused)
{
	ck_assert(vring_start(&vring, &here));
	put_desc(DESC, 0, FRAMES * 4096ULL, 64, VIRTIO_DESC_F_INDIRECT, 0);
	offer(0, 0);
	ck_assert_int_eq(take(), VRING_BROKEN);
}
END_TEST

static void page_is_done(int signal)
{
	uint32_t frame;

	(void)signal;
	// NOLINTNEXTLINE(bugprone-signal-handler): it interrupts nothing but the wait for the page
	ck_assert(pmap_frame(&model.pmap[0], DATA >> 12, &frame));
	model.pmap[0].page[frame].state &= (uint16_t)~PMAP_S_BUSY;
}

/* Another CPU changes the page, and is done a moment later. */
START_TEST(busy_page_is_waited_for)
{
	const struct itimerval moment = { .it_value = { .tv_usec = 2000 } };
	uint32_t frame;
	uint32_t mpn;

	put(DATA, "data", 4);
	ck_assert(pmap_frame(&model.pmap[0], DATA >> 12, &frame));
	model.pmap[0].page[frame].state |= PMAP_S_BUSY;
	ck_assert(signal(SIGALRM, page_is_done) != SIG_ERR);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &moment, NULL), 0);
	ck_assert(guest_memory_pin(&model.pmap[0], DATA, true, &mpn, &here));
	memmap_unpin(&model.memmap, mpn);
}
END_TEST

/* No page is left, and nothing can leave: the guest's are as they were. */
START_TEST(no_memory_is_refused)
{
	uint32_t taken[2 * 256];
	uint32_t count = 0;
	uint32_t mpn;

	put(DATA, "data", 4);
	while (memmap_take(&model.memmap, 0, PAGE_ALLOC_NO_HINT, INSPECT_FRAME_MONITOR,
			   &taken[count]) == OK) {
		count++;
	}
	ck_assert(!guest_memory_pin(&model.pmap[0], DATA + 0x1000, false, &mpn, &here));
	ck_assert(!guest_memory_share(&model.pmap[0], DATA + 0x1000, &mpn, &here));
	ck_assert(!vring_start(&vring, &here));
	ck_assert(guest_memory_share(&model.pmap[0], DATA, &mpn, &here));
	/* Elsewhere in the guest's memory, and outside. */
	ck_assert(guest_memory_map(&model.pmap[0], DATA + 0x2000, mpn, &here));
	ck_assert(!guest_memory_map(&model.pmap[0], FRAMES * 4096ULL, mpn, &here));
	ck_assert(!guest_memory_map(&model.pmap[0], UINT64_MAX, mpn, &here));
	memmap_unpin(&model.memmap, mpn);
}
END_TEST

/* Part of a large block: to share it would break that up. */
START_TEST(page_of_a_large_block_is_not_shared)
{
	uint32_t mpn;

	model.pmap[0].large = true;
	ck_assert_int_eq(pmap_populate(&model.pmap[0], 16, 4, &here), OK);
	ck_assert(pmap_is_large(&model.pmap[0], 16));
	ck_assert(!guest_memory_share(&model.pmap[0], 16 * 4096ULL, &mpn, &here));
	ck_assert(pmap_is_large(&model.pmap[0], 16));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("vring");
	TCase *tcase = tcase_create("vring");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, chain_is_taken_once_and_given_back);
	tcase_add_test(tcase, indirect_table_is_followed);
	tcase_add_loop_test(tcase, broken_chain_is_refused, 0,
			    (int)(sizeof(broken) / sizeof(broken[0])));
	tcase_add_test(tcase, index_beyond_the_ring_is_refused);
	tcase_add_loop_test(tcase, impossible_queue_does_not_start, 0,
			    (int)(sizeof(impossible) / sizeof(impossible[0])));
	tcase_add_test(tcase, ring_stays_in_place_while_it_is_ready);
	tcase_add_test(tcase, text_is_restored_before_it_is_written);
	tcase_add_test(tcase, memory_outside_is_refused);
	tcase_add_test(tcase, random_queues_do_no_harm);
	tcase_add_test(tcase, ready_queue_stays_as_it_is);
	tcase_add_test(tcase, table_outside_is_refused);
	tcase_add_test(tcase, busy_page_is_waited_for);
	tcase_add_test(tcase, no_memory_is_refused);
	tcase_add_test(tcase, page_of_a_large_block_is_not_shared);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
