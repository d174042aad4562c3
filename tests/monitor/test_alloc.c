/* SPDX-License-Identifier: MIT */
/* test_alloc.c - the page allocator (src/pmap/alloc.h): by cases, and against a set of pages. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/monitor/check_alloc.h"
#include "tests/monitor/model.h"
#include "tests/suite.h"

#include "src/pmap/alloc.h"

#define NODES  4
#define FRAMES 200

static struct page_alloc alloc;
static void *storage[NODES];

static void start(uint32_t nodes, uint32_t frames, enum frame_layout layout)
{
	/* From node 0: itself, 2, 3 and 1 far; 2 and 3 equally near. */
	static const uint32_t distance[NODES * NODES] = { 10, 40, 20, 20, 40, 10, 30, 20,
							  20, 30, 10, 40, 20, 20, 40, 10 };
	uint32_t flat[NODES * NODES];

	model.random = 88172645463325252;
	for (uint32_t i = 0; i < nodes * nodes; i++) {
		flat[i] = distance[i / nodes * NODES + i % nodes];
	}
	ck_assert_int_eq(page_alloc_init(&alloc, nodes, frames, layout, flat), OK);
	for (uint32_t i = 0; i < nodes; i++) {
		storage[i] = aligned_alloc(8, page_pool_bytes(frames));
		ck_assert_int_eq(page_pool_init(&alloc, i, storage[i]), OK);
	}
}

static uint32_t page_at(uint32_t node, uint32_t index)
{
	return (uint32_t)frame_to_page(
		frame_of_node(node, index, alloc.layout, alloc.frames_per_node, alloc.node_count));
}

static void give_all(void)
{
	for (uint32_t node = 0; node < alloc.node_count; node++) {
		for (uint32_t i = 0; i < alloc.frames_per_node; i++) {
			page_free(&alloc, page_at(node, i));
		}
	}
}

static void end(void)
{
	ck_assert_ptr_null(page_alloc_check(&alloc));
	for (uint32_t i = 0; i < alloc.node_count; i++) {
		free(storage[i]);
	}
}

static uint32_t take(uint32_t node)
{
	uint32_t mpn = UINT32_MAX;

	return page_alloc(&alloc, node, &mpn) == OK ? mpn : UINT32_MAX;
}

START_TEST(nodes_are_ordered_by_distance)
{
	start(NODES, FRAMES, FRAME_BLOCK);
	ck_assert_mem_eq(alloc.order[0], ((uint8_t[]){ 0, 2, 3, 1 }), NODES);
	ck_assert_mem_eq(alloc.order[1], ((uint8_t[]){ 1, 3, 2, 0 }), NODES);
	ck_assert_mem_eq(alloc.order[2], ((uint8_t[]){ 2, 0, 1, 3 }), NODES);
	ck_assert_mem_eq(alloc.order[3], ((uint8_t[]){ 3, 0, 1, 2 }), NODES);
	end();
}
END_TEST

START_TEST(pages_come_from_the_node_then_by_distance)
{
	static const uint32_t expected[NODES] = { 0, 2, 3, 1 };

	start(NODES, FRAMES, FRAME_BLOCK);
	give_all();
	for (uint32_t i = 0; i < NODES * FRAMES; i++) {
		ck_assert_uint_eq(page_node(&alloc, take(0)), expected[i / FRAMES]);
	}
	ck_assert_uint_eq(take(0), UINT32_MAX);
	ck_assert_uint_eq(page_alloc_free_count(&alloc), 0);
	end();
}
END_TEST

START_TEST(free_page_comes_again)
{
	uint32_t mpn;

	start(1, FRAMES, FRAME_BLOCK);
	give_all();
	while (page_alloc(&alloc, 0, &mpn) == OK) {
	}
	page_free(&alloc, 77);
	ck_assert(page_is_free(&alloc, 77));
	ck_assert_uint_eq(take(0), 77);
	ck_assert(!page_is_free(&alloc, 77));
	end();
}
END_TEST

START_TEST(hint_is_taken_if_free_and_on_the_node)
{
	uint32_t mpn;

	start(2, FRAMES, FRAME_BLOCK);
	give_all();
	ck_assert_int_eq(page_alloc_hint(&alloc, 0, 55, &mpn), OK);
	ck_assert_uint_eq(mpn, 55);
	ck_assert_int_eq(page_alloc_hint(&alloc, 0, 55, &mpn), OK);
	ck_assert_uint_ne(mpn, 55);
	ck_assert_int_eq(page_alloc_hint(&alloc, 0, FRAMES + 3, &mpn), OK);
	ck_assert_uint_eq(page_node(&alloc, mpn), 0);
	ck_assert_int_eq(page_alloc_hint(&alloc, 0, 0xfffffff0, &mpn), OK);
	ck_assert_uint_eq(page_node(&alloc, mpn), 0);
	end();
}
END_TEST

START_TEST(runs_are_aligned_and_whole)
{
	uint32_t mpn;

	start(2, FRAMES, FRAME_BLOCK);
	give_all();
	for (unsigned order = 0; order < 8; order++) {
		ck_assert_int_eq(page_alloc_run(&alloc, 1, order, true, &mpn),
				 order < 7 ? OK : ERR_NOMEM);
		if (order < 7) {
			ck_assert_uint_eq(mpn % (1U << order), 0);
			for (uint32_t i = 0; i < 1U << order; i++) {
				ck_assert(!page_is_free(&alloc, mpn + i));
				ck_assert_uint_eq(page_node(&alloc, mpn + i), 1);
			}
		}
	}
	ck_assert_int_eq(page_alloc_run(&alloc, 1, 6, true, &mpn), ERR_NOMEM);
	ck_assert_int_eq(page_alloc_run(&alloc, 1, 6, false, &mpn), OK);
	ck_assert_uint_eq(page_node(&alloc, mpn), 0);
	end();
}
END_TEST

/* A machine's RAM goes round the I/O window; a run does not. */
START_TEST(runs_do_not_cross_the_hole)
{
	uint32_t mpn;
	uint32_t hole = (uint32_t)FRAME_HOLE_FIRST;

	start(1, hole + 64, FRAME_BLOCK);
	for (uint32_t i = 0; i < 48; i++) {
		page_free(&alloc, page_at(0, hole - 24 + i));
	}
	ck_assert_uint_eq(page_at(0, hole), hole + FRAME_HOLE_COUNT);
	ck_assert_int_eq(page_alloc_run(&alloc, 0, 5, true, &mpn), ERR_NOMEM);
	ck_assert_int_eq(page_alloc_run(&alloc, 0, 4, true, &mpn), OK);
	ck_assert_uint_eq(mpn, hole - 16);
	ck_assert_int_eq(page_alloc_run(&alloc, 0, 4, true, &mpn), OK);
	ck_assert_uint_eq(mpn, hole + FRAME_HOLE_COUNT);
	ck_assert_int_eq(page_alloc_run(&alloc, 0, 4, true, &mpn), ERR_NOMEM);
	end();
}
END_TEST

/* Up to 2^12 pages alignment alone sees to it; a run of 2^13 would reach across. */
START_TEST(largest_runs_do_not_cross_the_hole)
{
	uint32_t mpn;
	uint32_t hole = (uint32_t)FRAME_HOLE_FIRST;

	start(1, hole + 0x1000, FRAME_BLOCK);
	for (uint32_t i = 0; i < 0x2000; i++) {
		page_free(&alloc, page_at(0, hole - 0x1000 + i));
	}
	ck_assert_uint_eq((hole - 0x1000) % 0x2000, 0);
	ck_assert_int_eq(page_alloc_run(&alloc, 0, 13, true, &mpn), ERR_NOMEM);
	ck_assert_int_eq(page_alloc_run(&alloc, 0, 12, true, &mpn), OK);
	ck_assert_uint_eq(mpn, hole - 0x1000);
	end();
}
END_TEST

START_TEST(page_in_run_leaves_the_rest)
{
	uint32_t mpn;

	start(1, FRAMES, FRAME_BLOCK);
	for (uint32_t i = 3; i < 100; i++) {
		page_free(&alloc, i);
	}
	ck_assert_int_eq(page_alloc_in_run(&alloc, 0, 5, 7, &mpn), OK);
	ck_assert_uint_eq(mpn, 32 + 7);
	ck_assert(page_is_free(&alloc, 32 + 8));
	ck_assert_int_eq(page_alloc_in_run(&alloc, 0, 5, 31, &mpn), OK);
	ck_assert_uint_eq(mpn, 64 + 31);
	ck_assert_int_eq(page_alloc_in_run(&alloc, 0, 5, 0, &mpn), ERR_NOMEM);
	/* It is looked for again once something has been freed. */
	page_free(&alloc, 64 + 31);
	ck_assert_int_eq(page_alloc_in_run(&alloc, 0, 5, 0, &mpn), OK);
	ck_assert_uint_eq(mpn, 64);
	ck_assert_int_eq(page_alloc_in_run(&alloc, 0, 5, 32, &mpn), ERR_RANGE);
	end();
}
END_TEST

START_TEST(round_robin_deals_and_has_no_runs)
{
	uint32_t mpn;

	start(3, 50, FRAME_ROUND_ROBIN);
	give_all();
	for (uint32_t i = 0; i < 20; i++) {
		ck_assert_uint_eq(take(1) % 3, 1);
	}
	ck_assert_int_eq(page_alloc_run(&alloc, 1, 1, false, &mpn), ERR_NOMEM);
	ck_assert_int_eq(page_alloc_run(&alloc, 1, 0, true, &mpn), OK);
	end();
}
END_TEST

START_TEST(bad_arguments_are_refused)
{
	uint32_t mpn;
	uint32_t distance[4] = { 0 };

	start(2, FRAMES, FRAME_BLOCK);
	give_all();
	ck_assert_int_eq(page_alloc(&alloc, 2, &mpn), ERR_RANGE);
	ck_assert_int_eq(page_alloc_run(&alloc, 2, 0, true, &mpn), ERR_RANGE);
	ck_assert_int_eq(page_alloc_run(&alloc, 0, 32, true, &mpn), ERR_RANGE);
	ck_assert_int_eq(page_pool_init(&alloc, 2, storage[0]), ERR_RANGE);
	ck_assert_uint_eq(page_node(&alloc, 2 * FRAMES), 2);
	ck_assert(!page_is_free(&alloc, 2 * FRAMES));
	end();
	ck_assert_int_eq(page_alloc_init(&alloc, 0, 10, FRAME_BLOCK, distance), ERR_RANGE);
	ck_assert_int_eq(page_alloc_init(&alloc, 1, 0, FRAME_BLOCK, distance), ERR_RANGE);
	ck_assert_int_eq(page_alloc_init(&alloc, MAP_NODES_MAX + 1, 1, FRAME_BLOCK, distance),
			 ERR_RANGE);
	ck_assert_int_eq(page_alloc_init(&alloc, 2, UINT32_MAX, FRAME_BLOCK, distance), ERR_RANGE);
}
END_TEST

static void free_twice(void)
{
	page_free(&alloc, 5);
	page_free(&alloc, 5);
}

static void free_no_ram(void)
{
	page_free(&alloc, MAP_IO_BASE >> MAP_PAGE_SHIFT);
}

START_TEST(wrong_frees_are_our_bugs)
{
	start(1, FRAMES, FRAME_BLOCK);
	ck_assert(model_panics(free_twice));
	ck_assert(model_panics(free_no_ram));
}
END_TEST

START_TEST(failing_allocations_fail_on_demand)
{
	uint32_t mpn;

	start(2, FRAMES, FRAME_BLOCK);
	give_all();
	alloc.pool[0]->fail_after = 3;
	alloc.pool[1]->fail_after = 0;
	ck_assert_int_eq(page_alloc_run(&alloc, 0, 2, false, &mpn), ERR_NOMEM);
	for (unsigned i = 0; i < 3; i++) {
		ck_assert_int_eq(page_alloc(&alloc, 1, &mpn), OK);
		ck_assert_uint_eq(page_node(&alloc, mpn), 0);
	}
	ck_assert_int_eq(page_alloc(&alloc, 1, &mpn), ERR_NOMEM);
	end();
}
END_TEST

static bool owned[NODES * FRAMES];

static void own(uint32_t mpn, uint32_t count, unsigned step)
{
	for (uint32_t i = 0; i < count; i++) {
		if (mpn + i >= NODES * FRAMES || owned[mpn + i]) {
			ck_abort_msg("step %u: page %u given twice", step, mpn + i);
		}
		owned[mpn + i] = true;
	}
}

/* What is given is free and nobody's; what is not given is free for all. */
START_TEST(random_use_agrees_with_a_set)
{
	uint64_t count = (uint64_t)NODES * FRAMES;

	start(NODES, FRAMES, FRAME_BLOCK);
	give_all();
	memset(owned, 0, sizeof(owned));
	for (unsigned step = 0; step < 60000; step++) {
		uint32_t mpn = model_below(NODES * FRAMES);
		uint32_t node = model_below(NODES);
		unsigned order = model_below(6);
		uint32_t pages = 0;

		if (owned[mpn] && model_below(8) != 0) {
			page_free(&alloc, mpn);
			owned[mpn] = false;
			count++;
			continue;
		}
		switch (model_below(4)) {
		case 0:
			pages = page_alloc_run(&alloc, node, order, false, &mpn) == OK;
			ck_assert(pages == 0 || mpn % (1U << order) == 0);
			pages <<= order;
			break;
		case 1:
			pages = page_alloc_in_run(&alloc, node, order, 0, &mpn) == OK;
			break;
		default:
			pages = page_alloc_hint(&alloc, node, mpn, &mpn) == OK;
			ck_assert(pages == 1 || count == 0);
			break;
		}
		own(mpn, pages, step);
		count -= pages;
		if (page_alloc_free_count(&alloc) != count || page_alloc_check(&alloc)) {
			ck_abort_msg("step %u: %s", step, page_alloc_check(&alloc));
		}
	}
	for (uint32_t i = 0; i < NODES * FRAMES; i++) {
		ck_assert(page_is_free(&alloc, i) != owned[i]);
	}
	end();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("alloc");
	TCase *tcase = tcase_create("alloc");

	suite_add_tcase(suite, tcase);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, nodes_are_ordered_by_distance);
	tcase_add_test(tcase, pages_come_from_the_node_then_by_distance);
	tcase_add_test(tcase, free_page_comes_again);
	tcase_add_test(tcase, hint_is_taken_if_free_and_on_the_node);
	tcase_add_test(tcase, runs_are_aligned_and_whole);
	tcase_add_test(tcase, runs_do_not_cross_the_hole);
	tcase_add_test(tcase, largest_runs_do_not_cross_the_hole);
	tcase_add_test(tcase, page_in_run_leaves_the_rest);
	tcase_add_test(tcase, round_robin_deals_and_has_no_runs);
	tcase_add_test(tcase, bad_arguments_are_refused);
	tcase_add_test(tcase, wrong_frees_are_our_bugs);
	tcase_add_test(tcase, failing_allocations_fail_on_demand);
	tcase_add_test(tcase, random_use_agrees_with_a_set);
	return suite_run(suite);
}
