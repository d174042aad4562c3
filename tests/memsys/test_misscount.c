/* SPDX-License-Identifier: MIT */
/*
 * test_misscount.c - each rule of docs/machine/misscount.md: what counts, saturation, sampling,
 * halving, trigger once, queue and overflow, interrupt, rows as coherent lines, clearing by one
 * store.
 */
#include <check.h>
#include <stdlib.h>

#include "machine/misscount.h"
#include "sim/memsys/misscount.h"
#include "tests/memsys/single.h"
#include "tests/suite.h"

#define NODES  4
#define FRAMES 1024
#define PAGE   4096
#define FRAME  (2 * FRAMES + 5) /* its home is node 2 */
#define HOME   2
#define ADDR   ((uint64_t)FRAME * PAGE)
#define ROW    (MAP_MISS_BASE + (uint64_t)FRAME * MISSCOUNT_ROW_BYTES)

static struct single *s;

static void setup_with(enum frame_layout layout, bool is_quick)
{
	struct memsys_config config;

	memsys_config_default(&config, NODES, FRAMES);
	config.layout = layout;
	if (is_quick) {
		/* Few boundaries for a miss. */
		config.topology = MEMSYS_BUS;
		config.local_ns = config.reply_ns;
		config.request_ns = 0;
		config.home_ns = 0;
		config.probe_ns = 0;
		config.bus_mb_per_s = 1000000;
	}
	config.l1i = (struct memsys_geometry){ 1024, 2, 32 };
	config.l1d = (struct memsys_geometry){ 1024, 2, 32 };
	config.l2 = (struct memsys_geometry){ 4096, 2, 128 };
	config.check = true;
	s = single_create(&config);
}

static void setup(void)
{
	setup_with(FRAME_BLOCK, false);
}

static void teardown(void)
{
	single_destroy(s);
}

static void put(uint32_t offset, uint32_t value)
{
	memsys_misscount_write(s->memsys, HOME, offset, value, s->now);
}

static uint32_t get(uint32_t offset)
{
	return memsys_misscount_read(s->memsys, HOME, offset);
}

static unsigned reads(unsigned cpu)
{
	return (unsigned)memsys_row_read(s->memsys, ROW + 4 * cpu + MISSCOUNT_READS, 2, true);
}

static unsigned writes(unsigned cpu)
{
	return (unsigned)memsys_row_read(s->memsys, ROW + 4 * cpu + MISSCOUNT_WRITES, 2, true);
}

/* A read miss of CPU `cpu` on the frame: each time another line, replaced by later ones. */
static void miss(unsigned cpu, unsigned number)
{
	single_load(s, cpu, ADDR + number % 32 * 128);
	/* Out of its set of two ways: two lines of another node's frame, 2048 bytes apart. */
	single_load(s, cpu, number % 16 * 128 + 0 * 2048);
	single_load(s, cpu, number % 16 * 128 + 1 * 2048);
}

START_TEST(registers_after_power_on)
{
	ck_assert_uint_eq(get(MISSCOUNT_CONTROL), 0);
	ck_assert_uint_eq(get(MISSCOUNT_THRESHOLD), 0);
	ck_assert_uint_eq(get(MISSCOUNT_SAMPLE), 1);
	ck_assert_uint_eq(get(MISSCOUNT_DECAY), 0);
	ck_assert_uint_eq(get(MISSCOUNT_ROUTE), HOME);
	ck_assert_uint_eq(get(MISSCOUNT_STATUS), 0);
	ck_assert_uint_eq(get(MISSCOUNT_QUEUE_HI), 0);
	ck_assert_uint_eq(get(MISSCOUNT_QUEUE_LO), 0);
	ck_assert_uint_eq(memsys_misscount_pop(s->memsys, HOME), 0);
	put(MISSCOUNT_CONTROL, UINT32_MAX);
	ck_assert_uint_eq(get(MISSCOUNT_CONTROL), MISSCOUNT_CONTROL_COUNT | MISSCOUNT_CONTROL_IRQ);
}
END_TEST

START_TEST(registers_have_their_width)
{
	uint64_t value = 99;

	ck_assert(memsys_misscount_store(s->memsys, HOME, MISSCOUNT_THRESHOLD, 4, 7, 0));
	ck_assert(memsys_misscount_load(s->memsys, HOME, MISSCOUNT_THRESHOLD, 4, &value));
	ck_assert_uint_eq(value, 7);
	ck_assert(!memsys_misscount_load(s->memsys, HOME, MISSCOUNT_THRESHOLD, 2, &value));
	ck_assert(!memsys_misscount_load(s->memsys, HOME, MISSCOUNT_THRESHOLD, 1, &value));
	ck_assert(!memsys_misscount_load(s->memsys, HOME, MISSCOUNT_CONTROL, 8, &value));
	ck_assert(!memsys_misscount_load(s->memsys, HOME, MISSCOUNT_THRESHOLD + 2, 4, &value));
	ck_assert(!memsys_misscount_store(s->memsys, HOME, MISSCOUNT_THRESHOLD, 8, 0, 0));
	ck_assert(!memsys_misscount_load(s->memsys, HOME, MISSCOUNT_BYTES, 4, &value));
	ck_assert(memsys_misscount_load(s->memsys, HOME, MISSCOUNT_CLEAR + 4, 4, &value));
	ck_assert_uint_eq(value, 0); /* unused */
	ck_assert(memsys_misscount_store(s->memsys, HOME, MISSCOUNT_QUEUE, 8, 1, 0));
	put(MISSCOUNT_CONTROL, MISSCOUNT_CONTROL_COUNT);
	put(MISSCOUNT_THRESHOLD, 1);
	single_load(s, 0, ADDR);
	ck_assert(memsys_misscount_load(s->memsys, HOME, MISSCOUNT_QUEUE, 8, &value));
	ck_assert_uint_eq(value >> 32, MISSCOUNT_ENTRY_VALID | FRAME);
	ck_assert(memsys_misscount_load(s->memsys, HOME, MISSCOUNT_QUEUE, 8, &value));
	ck_assert_uint_eq(value, 0);
}
END_TEST

START_TEST(counts_nothing_until_told)
{
	single_load(s, 0, ADDR);
	single_store(s, 1, ADDR, 4);
	ck_assert_uint_eq(reads(0) + writes(0) + reads(1) + writes(1), 0);
}
END_TEST

START_TEST(counts_load_fetch_store_upgrade)
{
	put(MISSCOUNT_CONTROL, MISSCOUNT_CONTROL_COUNT);
	single_load(s, 0, ADDR); /* clean: two hops */
	single_fetch(s, 0, ADDR + 128);
	ck_assert_uint_eq(reads(0), 2);
	ck_assert_uint_eq(writes(0), 0);
	single_store(s, 1, ADDR + 256, 4);
	ck_assert_uint_eq(writes(1), 1);
	ck_assert_uint_eq(reads(1), 0);
	single_load(s, 3, ADDR + 256); /* three hops */
	ck_assert_uint_eq(reads(3), 1);
	single_store(s, 3, ADDR + 256, 4); /* upgrade */
	ck_assert_uint_eq(writes(3), 1);
	single_load(s, 2, ADDR + 384); /* the home's own CPU */
	ck_assert_uint_eq(reads(2), 1);
	ck_assert_uint_eq(memsys_stats_node(s->memsys, HOME)->events_counted, 6);
}
END_TEST

START_TEST(counts_no_hits_and_no_silent_upgrade)
{
	put(MISSCOUNT_CONTROL, MISSCOUNT_CONTROL_COUNT);
	single_load(s, 0, ADDR);
	single_load(s, 0, ADDR + 8);
	single_load(s, 0, ADDR + 64);
	single_store(s, 0, ADDR, 4); /* exclusive: no message */
	ck_assert_uint_eq(reads(0), 1);
	ck_assert_uint_eq(writes(0), 0);
}
END_TEST

START_TEST(counts_no_write_backs_dma_uncached_rows)
{
	put(MISSCOUNT_CONTROL, MISSCOUNT_CONTROL_COUNT);
	single_store(s, 0, ADDR, 4);
	single_load(s, 0, 0); /* node 0's frames: two more in the set, so ADDR is written back */
	single_load(s, 0, 2048);
	ck_assert_uint_eq(memsys_stats_cpu(s->memsys, 0)->write_backs, 1);
	single_dma(s, 1, ADDR, 300, true);
	single_dma(s, 1, ADDR, 300, false);
	single_uncached(s, 3, ADDR, false);
	single_uncached(s, 3, ADDR, true);
	single_load(s, 0, ROW);
	single_load(s, 0, MAP_BOOT_BASE);
	ck_assert_uint_eq(writes(0), 1);
	ck_assert_uint_eq(memsys_stats_node(s->memsys, HOME)->events_counted, 1);
	for (unsigned cpu = 0; cpu < NODES; cpu++) {
		ck_assert_uint_eq(reads(cpu), 0);
	}
}
END_TEST

START_TEST(counts_where_the_frame_is_at_home)
{
	/* Counting is on at node 2 only. */
	put(MISSCOUNT_CONTROL, MISSCOUNT_CONTROL_COUNT);
	single_load(s, 0, 5 * PAGE);
	ck_assert_uint_eq(
		memsys_row_read(s->memsys, MAP_MISS_BASE + 5 * MISSCOUNT_ROW_BYTES, 4, true), 0);
}
END_TEST

START_TEST(counter_stays_at_its_maximum)
{
	teardown();
	setup_with(FRAME_BLOCK, true);
	put(MISSCOUNT_CONTROL, MISSCOUNT_CONTROL_COUNT);
	for (unsigned i = 0; i < 0x10010; i++) {
		/* Two CPUs write in turn: each time a three-hop write miss. */
		single_store(s, i % 2, ADDR, 4);
		single_store(s, i % 2, ADDR + 128, 4);
		if (i == 0xfffd) {
			ck_assert_uint_eq(writes(0), 0xfffe);
		}
	}
	ck_assert_uint_eq(writes(0), MISSCOUNT_MAX);
	ck_assert_uint_eq(writes(1), MISSCOUNT_MAX);
	ck_assert_uint_eq(reads(0), 0);
}
END_TEST

START_TEST(sample_counts_every_nth)
{
	put(MISSCOUNT_CONTROL, MISSCOUNT_CONTROL_COUNT);
	put(MISSCOUNT_SAMPLE, 4);
	for (unsigned i = 0; i < 3; i++) {
		miss(0, i);
	}
	ck_assert_uint_eq(reads(0), 0);
	single_store(s, 1, ADDR + PAGE, 4); /* the fourth of the node, on another frame */
	ck_assert_uint_eq(memsys_row_read(s->memsys,
					  ROW + MISSCOUNT_ROW_BYTES + 4 + MISSCOUNT_WRITES, 2,
					  true),
			  1);
	for (unsigned i = 0; i < 8; i++) {
		miss(0, 3 + i);
	}
	ck_assert_uint_eq(reads(0), 2);
	miss(0, 12);
	put(MISSCOUNT_SAMPLE, 2); /* numbers from here */
	miss(0, 13);
	ck_assert_uint_eq(reads(0), 2);
	miss(0, 14);
	ck_assert_uint_eq(reads(0), 3);
	put(MISSCOUNT_SAMPLE, 0); /* as 1 */
	miss(0, 15);
	ck_assert_uint_eq(reads(0), 4);
}
END_TEST

START_TEST(decay_halves_at_multiples)
{
	put(MISSCOUNT_CONTROL, MISSCOUNT_CONTROL_COUNT);
	for (unsigned i = 0; i < 13; i++) {
		miss(0, i);
	}
	put(MISSCOUNT_DECAY, 20);
	ck_assert_uint_lt(s->now, 1 << 20);
	ck_assert_uint_eq(reads(0), 13);
	single_wait_until(s, 1 << 20);
	ck_assert_uint_eq(reads(0), 6);
	single_wait_until(s, 2 << 20);
	ck_assert_uint_eq(reads(0), 3);
	put(MISSCOUNT_DECAY, 0);
	single_wait_until(s, 4 << 20);
	ck_assert_uint_eq(reads(0), 3);
	put(MISSCOUNT_DECAY, MISSCOUNT_DECAY_MAX + 1); /* as 0 */
	miss(0, 14);
	ck_assert_uint_eq(reads(0), 4);
	put(MISSCOUNT_DECAY, 1); /* every other cycle */
	single_settle(s);
	ck_assert_uint_eq(reads(0), 0);
}
END_TEST

START_TEST(decay_leaves_the_trigger)
{
	put(MISSCOUNT_CONTROL, MISSCOUNT_CONTROL_COUNT);
	put(MISSCOUNT_THRESHOLD, 2);
	miss(0, 0);
	miss(0, 1);
	ck_assert_uint_eq(get(MISSCOUNT_STATUS), 1);
	put(MISSCOUNT_DECAY, 1);
	single_settle(s);
	put(MISSCOUNT_DECAY, 0);
	ck_assert_uint_eq(reads(0), 0);
	miss(0, 2);
	miss(0, 3);
	ck_assert_uint_eq(get(MISSCOUNT_STATUS), 1);
}
END_TEST

START_TEST(trigger_is_one_cpus_sum_and_once)
{
	uint64_t entry;
	uint64_t before;

	put(MISSCOUNT_CONTROL, MISSCOUNT_CONTROL_COUNT);
	put(MISSCOUNT_THRESHOLD, 4);
	for (unsigned i = 0; i < 3; i++) {
		miss(0, i);
		miss(1, i + 3);
	}
	ck_assert_uint_eq(get(MISSCOUNT_STATUS), 0); /* 6 together, 3 each */
	before = s->now;
	single_store(s, 1, ADDR + 31 * 128, 4);
	ck_assert_uint_eq(get(MISSCOUNT_STATUS), 1);
	for (unsigned i = 0; i < 9; i++) {
		miss(i % 2, i);
	}
	ck_assert_uint_eq(get(MISSCOUNT_STATUS), 1);
	entry = memsys_misscount_pop(s->memsys, HOME);
	ck_assert_uint_eq(entry >> 32, MISSCOUNT_ENTRY_VALID | MISSCOUNT_ENTRY_WRITE |
					       1U << MISSCOUNT_ENTRY_CPU_SHIFT | FRAME);
	ck_assert_uint_ge(((entry & UINT32_MAX) + 1) << MISSCOUNT_ENTRY_TIME_SHIFT, before);
	ck_assert_uint_le((entry & UINT32_MAX) << MISSCOUNT_ENTRY_TIME_SHIFT, before + 400);
	ck_assert_uint_eq(memsys_misscount_pop(s->memsys, HOME), 0);
	/* Still triggered. */
	miss(0, 20);
	ck_assert_uint_eq(get(MISSCOUNT_STATUS), 0);
}
END_TEST

START_TEST(threshold_zero_and_too_large_never_trigger)
{
	put(MISSCOUNT_CONTROL, MISSCOUNT_CONTROL_COUNT);
	for (unsigned i = 0; i < 5; i++) {
		miss(0, i);
	}
	put(MISSCOUNT_THRESHOLD, MISSCOUNT_THRESHOLD_MAX + 1);
	miss(0, 6);
	put(MISSCOUNT_THRESHOLD, UINT32_MAX);
	miss(0, 7);
	ck_assert_uint_eq(get(MISSCOUNT_STATUS), 0);
	put(MISSCOUNT_THRESHOLD, 3); /* looks at no counter */
	ck_assert_uint_eq(get(MISSCOUNT_STATUS), 0);
	miss(0, 8);
	ck_assert_uint_eq(get(MISSCOUNT_STATUS), 1);
}
END_TEST

START_TEST(clear_is_one_store)
{
	put(MISSCOUNT_CONTROL, MISSCOUNT_CONTROL_COUNT);
	put(MISSCOUNT_THRESHOLD, 2);
	miss(0, 0);
	miss(0, 1);
	single_store(s, 1, ADDR + 31 * 128, 4);
	ck_assert_uint_eq(get(MISSCOUNT_STATUS), 1);
	/* Frames of other homes are ignored, and those that do not exist. */
	memsys_misscount_write(s->memsys, 1, MISSCOUNT_CLEAR, FRAME, s->now);
	put(MISSCOUNT_CLEAR, 5);
	put(MISSCOUNT_CLEAR, NODES * FRAMES);
	put(MISSCOUNT_CLEAR, UINT32_MAX);
	ck_assert_uint_eq(reads(0), 2);
	put(MISSCOUNT_CLEAR, FRAME);
	ck_assert_uint_eq(reads(0) + writes(1), 0);
	ck_assert_uint_eq(get(MISSCOUNT_STATUS), 1); /* the queue keeps its entry */
	miss(0, 2);
	ck_assert_uint_eq(get(MISSCOUNT_STATUS), 1);
	miss(0, 3);
	ck_assert_uint_eq(get(MISSCOUNT_STATUS), 2);
}
END_TEST

/* Makes frame number `i` of the home hot by one miss; threshold 1. */
static void heat(unsigned i)
{
	single_load(s, 0, ((uint64_t)HOME * FRAMES + i) * PAGE);
}

START_TEST(queue_overflows_and_nothing_is_lost_for_good)
{
	put(MISSCOUNT_CONTROL, MISSCOUNT_CONTROL_COUNT);
	put(MISSCOUNT_THRESHOLD, 1);
	for (unsigned i = 0; i < MISSCOUNT_QUEUE_ENTRIES; i++) {
		heat(i);
	}
	ck_assert_uint_eq(get(MISSCOUNT_STATUS), MISSCOUNT_QUEUE_ENTRIES);
	heat(300);
	ck_assert_uint_eq(get(MISSCOUNT_STATUS),
			  MISSCOUNT_QUEUE_ENTRIES | MISSCOUNT_STATUS_OVERFLOW);
	/* In order. The low word removes an entry, the high word does not. */
	ck_assert_uint_eq(get(MISSCOUNT_QUEUE_HI) & MISSCOUNT_ENTRY_FRAME, HOME * FRAMES);
	ck_assert_uint_eq(get(MISSCOUNT_QUEUE_HI) & MISSCOUNT_ENTRY_FRAME, HOME * FRAMES);
	get(MISSCOUNT_QUEUE_LO);
	ck_assert_uint_eq(get(MISSCOUNT_QUEUE_HI) & MISSCOUNT_ENTRY_FRAME, HOME * FRAMES + 1);
	put(MISSCOUNT_STATUS, 0); /* sticky */
	ck_assert_uint_eq(get(MISSCOUNT_STATUS),
			  (MISSCOUNT_QUEUE_ENTRIES - 1) | MISSCOUNT_STATUS_OVERFLOW);
	put(MISSCOUNT_STATUS, MISSCOUNT_STATUS_OVERFLOW);
	ck_assert_uint_eq(get(MISSCOUNT_STATUS), MISSCOUNT_QUEUE_ENTRIES - 1);
	/* Frame 300 was not triggered: its next event makes the entry. */
	single_load(s, 1, ((uint64_t)HOME * FRAMES + 300) * PAGE);
	ck_assert_uint_eq(get(MISSCOUNT_STATUS), MISSCOUNT_QUEUE_ENTRIES);
	for (unsigned i = 0; i + 1 < MISSCOUNT_QUEUE_ENTRIES; i++) {
		memsys_misscount_pop(s->memsys, HOME);
	}
	ck_assert_uint_eq(memsys_misscount_pop(s->memsys, HOME) >> 32 & MISSCOUNT_ENTRY_FRAME,
			  HOME * FRAMES + 300);
}
END_TEST

START_TEST(interrupt_follows_queue_control_and_route)
{
	put(MISSCOUNT_CONTROL, MISSCOUNT_CONTROL_COUNT);
	put(MISSCOUNT_THRESHOLD, 1);
	heat(1);
	ck_assert(!s->line_up[HOME]); /* off */
	put(MISSCOUNT_CONTROL, MISSCOUNT_CONTROL_COUNT | MISSCOUNT_CONTROL_IRQ);
	ck_assert(s->line_up[HOME]);
	put(MISSCOUNT_ROUTE, 1);
	ck_assert(!s->line_up[HOME]);
	ck_assert(s->line_up[1]);
	put(MISSCOUNT_ROUTE, NODES); /* no such CPU */
	ck_assert(!s->line_up[1]);
	put(MISSCOUNT_ROUTE, 0);
	ck_assert(s->line_up[0]);
	/* Another node drives the same line: it stays up until both are down. */
	memsys_misscount_write(s->memsys, 1, MISSCOUNT_CONTROL,
			       MISSCOUNT_CONTROL_COUNT | MISSCOUNT_CONTROL_IRQ, s->now);
	memsys_misscount_write(s->memsys, 1, MISSCOUNT_THRESHOLD, 1, s->now);
	memsys_misscount_write(s->memsys, 1, MISSCOUNT_ROUTE, 0, s->now);
	single_load(s, 0, (uint64_t)FRAMES * PAGE);
	memsys_misscount_pop(s->memsys, HOME);
	ck_assert(s->line_up[0]);
	memsys_misscount_pop(s->memsys, 1);
	ck_assert(!s->line_up[0]);
	ck_assert_uint_eq(s->line_changes, 6);
}
END_TEST

START_TEST(row_bytes_have_the_cpus_order)
{
	put(MISSCOUNT_CONTROL, MISSCOUNT_CONTROL_COUNT);
	single_load(s, 1, ADDR);
	single_load(s, 1, ADDR + 128);
	single_store(s, 1, ADDR + 256, 4);
	ck_assert_uint_eq(memsys_row_read(s->memsys, ROW + 4, 4, true), 0x00020001);
	ck_assert_uint_eq(memsys_row_read(s->memsys, ROW + 4, 4, false), 0x00010002);
	ck_assert_uint_eq(memsys_row_read(s->memsys, ROW, 8, true), 0x00020001);
	ck_assert_uint_eq(memsys_row_read(s->memsys, ROW, 8, false), 0x0001000200000000);
	ck_assert_uint_eq(memsys_row_read(s->memsys, ROW + 5, 1, true), 2);
	ck_assert_uint_eq(memsys_row_read(s->memsys, ROW + 4, 1, false), 2);
	/* CPUs that do not exist have 0. */
	ck_assert_uint_eq(memsys_row_read(s->memsys, ROW + 4 * NODES, 8, true), 0);
	ck_assert(memsys_is_row(s->memsys, ROW));
	ck_assert(!memsys_is_row(s->memsys, ADDR));
	ck_assert(memsys_is_row(s->memsys, MAP_MISS_BASE + NODES * FRAMES * 256 - 1));
	ck_assert(!memsys_is_row(s->memsys, MAP_MISS_BASE + NODES * FRAMES * 256));
}
END_TEST

START_TEST(row_copies_are_invalidated_by_counting_clearing_halving)
{
	const uint64_t hit = 0;
	const uint64_t local = 120;
	const uint64_t remote = 360;

	put(MISSCOUNT_CONTROL, MISSCOUNT_CONTROL_COUNT);
	single_load(s, 1, ADDR);
	ck_assert_uint_eq(single_load(s, 0, ROW), remote); /* home: the frame's */
	ck_assert_uint_eq(single_load(s, 0, ROW + 4), hit);
	ck_assert_uint_eq(single_load(s, 2, ROW + 4 * 31), 388); /* from node 0's cache */
	ck_assert_uint_eq(single_load(s, 0, ROW + 4), hit);
	single_load(s, 1, ADDR + 128); /* counts */
	ck_assert_uint_eq(single_load(s, 2, ROW), local);
	single_load(s, 0, ROW);
	ck_assert_uint_eq(single_load(s, 0, ROW), hit);
	put(MISSCOUNT_CLEAR, FRAME);
	single_settle(s);
	ck_assert_uint_eq(single_load(s, 0, ROW), remote);
	single_load(s, 1, ADDR + 256);
	single_load(s, 0, ROW);
	put(MISSCOUNT_DECAY, 20);
	ck_assert_uint_eq(single_load(s, 0, ROW), hit);
	single_wait_until(s, 1 << 20);
	single_settle(s);
	ck_assert_uint_eq(single_load(s, 0, ROW), remote);
}
END_TEST

START_TEST(round_robin_counts_at_the_frames_home)
{
	teardown();
	setup_with(FRAME_ROUND_ROBIN, false);
	put(MISSCOUNT_CONTROL, MISSCOUNT_CONTROL_COUNT);
	single_load(s, 0, 6 * PAGE); /* frame 6 mod 4 = node 2 */
	single_load(s, 0, 7 * PAGE);
	ck_assert_uint_eq(memsys_stats_node(s->memsys, HOME)->events_counted, 1);
	ck_assert_uint_eq(
		memsys_row_read(s->memsys, MAP_MISS_BASE + 6 * MISSCOUNT_ROW_BYTES, 4, true),
		0x10000);
	put(MISSCOUNT_CLEAR, 6);
	ck_assert_uint_eq(
		memsys_row_read(s->memsys, MAP_MISS_BASE + 6 * MISSCOUNT_ROW_BYTES, 4, true), 0);
}
END_TEST

START_TEST(memory_grows_with_what_is_touched)
{
	uint64_t before = memsys_host_bytes(s->memsys);

	ck_assert_uint_eq(before, 0);
	put(MISSCOUNT_CONTROL, MISSCOUNT_CONTROL_COUNT);
	single_load(s, 0, ADDR);
	before = memsys_host_bytes(s->memsys);
	ck_assert_uint_gt(before, 0);
	single_load(s, 0, ADDR + 128);
	ck_assert_uint_eq(memsys_host_bytes(s->memsys), before);
	single_load(s, 0, ADDR + PAGE);
	ck_assert_uint_le(memsys_host_bytes(s->memsys), 2 * before);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("misscount");
	TCase *tests = tcase_create("all");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, registers_after_power_on);
	tcase_add_test(tests, registers_have_their_width);
	tcase_add_test(tests, counts_nothing_until_told);
	tcase_add_test(tests, counts_load_fetch_store_upgrade);
	tcase_add_test(tests, counts_no_hits_and_no_silent_upgrade);
	tcase_add_test(tests, counts_no_write_backs_dma_uncached_rows);
	tcase_add_test(tests, counts_where_the_frame_is_at_home);
	tcase_add_test(tests, counter_stays_at_its_maximum);
	tcase_add_test(tests, sample_counts_every_nth);
	tcase_add_test(tests, decay_halves_at_multiples);
	tcase_add_test(tests, decay_leaves_the_trigger);
	tcase_add_test(tests, trigger_is_one_cpus_sum_and_once);
	tcase_add_test(tests, threshold_zero_and_too_large_never_trigger);
	tcase_add_test(tests, clear_is_one_store);
	tcase_add_test(tests, queue_overflows_and_nothing_is_lost_for_good);
	tcase_add_test(tests, interrupt_follows_queue_control_and_route);
	tcase_add_test(tests, row_bytes_have_the_cpus_order);
	tcase_add_test(tests, row_copies_are_invalidated_by_counting_clearing_halving);
	tcase_add_test(tests, round_robin_counts_at_the_frames_home);
	tcase_add_test(tests, memory_grows_with_what_is_touched);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
