/* SPDX-License-Identifier: MIT */
/* test_frame.c - frames, physical addresses and home nodes (machine/frame.h, docs/machine/map.md).
 */
#include <check.h>
#include <stdlib.h>

#include "machine/frame.h"
#include "machine/misscount.h"
#include "tests/suite.h"

#define FRAMES_PER_NODE 0x2000 /* the paper's 32 MB */
#define NO_ALIAS        ((uint64_t)1 << MAP_NO_ALIAS_BIT)

START_TEST(frame_below_window_is_page)
{
	ck_assert_uint_eq(frame_to_page(0), 0);
	ck_assert_uint_eq(frame_to_paddr(0x1efff), 0x1efff000);
}
END_TEST

START_TEST(frame_behind_window_skips_it)
{
	ck_assert_uint_eq(frame_to_page(0x1f000), 0x20000);
	ck_assert_uint_eq(frame_to_paddr(0x1f000), MAP_IO_END);
}
END_TEST

START_TEST(frame_last_ends_below_rows)
{
	ck_assert_uint_eq(frame_to_paddr(FRAME_COUNT_MAX - 1) + MAP_PAGE_BYTES, MAP_MISS_BASE);
	ck_assert_uint_eq(frame_to_paddr(FRAME_COUNT_MAX), FRAME_NONE);
	ck_assert_uint_eq(frame_to_page(UINT64_MAX), FRAME_NONE);
	/* The rows of all frames have room, below bit 35. */
	ck_assert_uint_le(FRAME_COUNT_MAX * MISSCOUNT_ROW_BYTES, MAP_MISS_BYTES);
	ck_assert_uint_eq((uint64_t)MAP_MISS_BASE + MAP_MISS_BYTES, NO_ALIAS);
	ck_assert_uint_eq(MISSCOUNT_ROW_BYTES, 1 << MISSCOUNT_ROW_SHIFT);
	ck_assert_uint_ge(MISSCOUNT_ROW_BYTES, sizeof(uint32_t) * MAP_CPUS_MAX);
	ck_assert_uint_le(FRAME_COUNT_MAX - 1, MISSCOUNT_ENTRY_FRAME);
	ck_assert_uint_le(MAP_CPUS_MAX - 1, MISSCOUNT_ENTRY_CPU >> MISSCOUNT_ENTRY_CPU_SHIFT);
}
END_TEST

START_TEST(paddr_in_window_is_no_frame)
{
	uint64_t frame;

	ck_assert(!frame_of_paddr(MAP_IO_BASE, FRAME_COUNT_MAX, &frame));
	ck_assert(!frame_of_paddr(MAP_IO_END - 1, FRAME_COUNT_MAX, &frame));
	ck_assert(frame_of_paddr(MAP_IO_BASE - 1, FRAME_COUNT_MAX, &frame));
	ck_assert_uint_eq(frame, FRAME_HOLE_FIRST - 1);
	ck_assert(frame_of_paddr(MAP_IO_END, FRAME_COUNT_MAX, &frame));
	ck_assert_uint_eq(frame, FRAME_HOLE_FIRST);
}
END_TEST

START_TEST(paddr_beyond_ram_is_no_frame)
{
	uint64_t frame;

	ck_assert(frame_of_paddr(0xffff, 16, &frame));
	ck_assert_uint_eq(frame, 15);
	ck_assert(!frame_of_paddr(0x10000, 16, &frame));
	ck_assert(!frame_of_paddr(0, 0, &frame));
	ck_assert(!frame_of_paddr(MAP_MISS_BASE, UINT64_MAX, &frame));
	ck_assert(!frame_of_paddr((uint64_t)1 << MAP_PADDR_BITS, UINT64_MAX, &frame));
	ck_assert(!frame_of_paddr(UINT64_MAX, UINT64_MAX, &frame));
}
END_TEST

START_TEST(paddr_without_alias_is_same_frame)
{
	uint64_t frame;

	ck_assert(frame_of_paddr(NO_ALIAS | 0x20000123, FRAME_COUNT_MAX, &frame));
	ck_assert_uint_eq(frame, 0x1f000);
	ck_assert(!frame_of_paddr(NO_ALIAS | MAP_IO_BASE, FRAME_COUNT_MAX, &frame));
}
END_TEST

/* One assertion at the end: a passing ck_assert costs a system call. */
START_TEST(paddr_of_every_frame_comes_back)
{
	uint64_t wrong = 0;

	for (uint64_t i = 0; i < FRAME_COUNT_MAX; i++) {
		uint64_t frame = FRAME_NONE;

		wrong += !frame_of_paddr(frame_to_paddr(i) + 0xfff, FRAME_COUNT_MAX, &frame) ||
			 frame != i;
	}
	ck_assert_uint_eq(wrong, 0);
}
END_TEST

START_TEST(home_block_is_consecutive)
{
	ck_assert_uint_eq(frame_home_node(0, FRAME_BLOCK, FRAMES_PER_NODE, 8), 0);
	ck_assert_uint_eq(frame_home_node(0x1fff, FRAME_BLOCK, FRAMES_PER_NODE, 8), 0);
	ck_assert_uint_eq(frame_home_node(0x2000, FRAME_BLOCK, FRAMES_PER_NODE, 8), 1);
	ck_assert_uint_eq(frame_home_node(0xffff, FRAME_BLOCK, FRAMES_PER_NODE, 8), 7);
}
END_TEST

START_TEST(home_round_robin_deals)
{
	for (unsigned i = 0; i < 20; i++) {
		ck_assert_uint_eq(frame_home_node(i, FRAME_ROUND_ROBIN, FRAMES_PER_NODE, 3), i % 3);
	}
}
END_TEST

START_TEST(home_of_nothing_is_node_0)
{
	ck_assert_uint_eq(frame_home_node(5, FRAME_BLOCK, 0, 8), 0);
	ck_assert_uint_eq(frame_home_node(5, FRAME_ROUND_ROBIN, 16, 0), 0);
}
END_TEST

/* Every frame is exactly one node's, in both layouts. */
START_TEST(node_frames_partition_ram)
{
	const unsigned nodes = 5;
	const uint64_t each = 7;

	for (int layout = FRAME_BLOCK; layout <= FRAME_ROUND_ROBIN; layout++) {
		unsigned seen[35] = { 0 };

		for (unsigned node = 0; node < nodes; node++) {
			for (uint64_t i = 0; i < each; i++) {
				uint64_t frame = frame_of_node(node, i, (enum frame_layout)layout,
							       each, nodes);

				ck_assert_uint_lt(frame, nodes * each);
				ck_assert_uint_eq(frame_home_node(frame, (enum frame_layout)layout,
								  each, nodes),
						  node);
				seen[frame]++;
			}
		}
		for (unsigned i = 0; i < nodes * each; i++) {
			ck_assert_uint_eq(seen[i], 1);
		}
	}
}
END_TEST

START_TEST(node_without_such_frame_gives_none)
{
	ck_assert_uint_eq(frame_of_node(8, 0, FRAME_BLOCK, 16, 8), FRAME_NONE);
	ck_assert_uint_eq(frame_of_node(0, 16, FRAME_BLOCK, 16, 8), FRAME_NONE);
	ck_assert_uint_eq(frame_of_node(0, 0, FRAME_BLOCK, 0, 8), FRAME_NONE);
	ck_assert_uint_eq(frame_of_node(7, UINT64_MAX - 1, FRAME_ROUND_ROBIN, UINT64_MAX, 8),
			  FRAME_NONE);
	ck_assert_uint_eq(frame_of_node(63, 0, FRAME_BLOCK, UINT64_MAX / 2, 64), FRAME_NONE);
	ck_assert_uint_eq(frame_of_node(64, 0, FRAME_BLOCK, 16, UINT32_MAX), FRAME_NONE);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("frame");
	TCase *tcase = tcase_create("frame");

	suite_add_tcase(suite, tcase);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, frame_below_window_is_page);
	tcase_add_test(tcase, frame_behind_window_skips_it);
	tcase_add_test(tcase, frame_last_ends_below_rows);
	tcase_add_test(tcase, paddr_in_window_is_no_frame);
	tcase_add_test(tcase, paddr_beyond_ram_is_no_frame);
	tcase_add_test(tcase, paddr_without_alias_is_same_frame);
	tcase_add_test(tcase, paddr_of_every_frame_comes_back);
	tcase_add_test(tcase, home_block_is_consecutive);
	tcase_add_test(tcase, home_round_robin_deals);
	tcase_add_test(tcase, home_of_nothing_is_node_0);
	tcase_add_test(tcase, node_frames_partition_ram);
	tcase_add_test(tcase, node_without_such_frame_gives_none);
	return suite_run(suite);
}
