/* SPDX-License-Identifier: MIT */
/*
 * test_btree.c - trees of blocks (src/disks/btree.c): against a plain array, step by step, with
 * nodes of few entries so that small trees are deep.
 */
#include <check.h>
#include <stdlib.h>

#include "tests/monitor/model.h"
#include "tests/suite.h"

#include "src/disks/btree.h"

#define FRAMES 2048
#define BLOCKS 1200

static struct btree tree;
/* The plain array: the value of each block, 0 = none. */
static uint32_t plain[BLOCKS];
static uint32_t plain_count;

static void setup(void)
{
	model_start(1, FRAMES, 8);
	btree_init(&tree, &model.memmap, 0);
	for (uint32_t i = 0; i < BLOCKS; i++) {
		plain[i] = 0;
	}
	plain_count = 0;
}

static void empty(void)
{
	uint32_t block = 0;
	uint32_t value;

	while (btree_next(&tree, &block, &value)) {
		btree_remove(&tree, block);
	}
}

static void teardown(void)
{
	empty();
	ck_assert_uint_eq(tree.nodes, 0);
	ck_assert_uint_eq(tree.height, 0);
	model_end();
}

static void insert(uint32_t block, uint32_t value)
{
	ck_assert_int_eq(btree_insert(&tree, block, value), OK);
	plain[block] = value;
	plain_count++;
}

static void take(uint32_t block)
{
	btree_remove(&tree, block);
	plain[block] = 0;
	plain_count--;
}

static void compare(void)
{
	uint32_t next = 0;
	uint32_t value;

	ck_assert_pstr_eq(btree_check(&tree), NULL);
	ck_assert_uint_eq(tree.count, plain_count);
	for (uint32_t i = 0; i < BLOCKS; i++) {
		const uint32_t *found = btree_find(&tree, i);

		ck_assert_uint_eq(found != NULL ? *found : 0, plain[i]);
		if (plain[i] != 0) {
			ck_assert(btree_next(&tree, &next, &value));
			ck_assert_uint_eq(next, i);
			ck_assert_uint_eq(value, plain[i]);
			next++;
		}
	}
	ck_assert(!btree_next(&tree, &next, &value));
}

START_TEST(empty_tree_has_nothing)
{
	uint32_t block = 0;
	uint32_t value;

	ck_assert_ptr_null(btree_find(&tree, 0));
	ck_assert(!btree_next(&tree, &block, &value));
	compare();
}
END_TEST

static uint32_t in_order(uint32_t i)
{
	return i;
}

static uint32_t backwards(uint32_t i)
{
	return BLOCKS - 1 - i;
}

static uint32_t scattered(uint32_t i)
{
	return i * 1009 % BLOCKS;
}

static uint32_t (*const orders[])(uint32_t) = { in_order, backwards, scattered };

START_TEST(every_order_in_and_out)
{
	uint32_t (*in)(uint32_t) = orders[_i / 3];
	uint32_t (*out)(uint32_t) = orders[_i % 3];

	tree.limit = 6;
	for (uint32_t i = 0; i < BLOCKS; i++) {
		insert(in(i), i + 1);
	}
	compare();
	ck_assert_uint_ge(tree.height, 5);
	for (uint32_t i = 0; i < BLOCKS; i++) {
		take(out(i));
		if (i % 300 == 0) {
			compare();
		}
	}
	ck_assert_uint_eq(tree.nodes, 0);
}
END_TEST

/* Grows to `full`, then lives around it: what the machine does. */
static void live(uint32_t full, uint32_t steps)
{
	for (uint32_t i = 0; i < steps; i++) {
		uint32_t block = model_below(BLOCKS);

		if (plain[block] != 0) {
			uint32_t *value = btree_find(&tree, block);

			ck_assert_ptr_nonnull(value);
			if (model_below(full) < plain_count) {
				take(block);
			} else {
				*value ^= 0x80000000;
				plain[block] ^= 0x80000000;
			}
		} else if (model_below(2 * full) >= plain_count) {
			insert(block, 1 + model_below(BTREE_MPN));
		}
		if (i % 256 == 0) {
			compare();
		}
	}
	compare();
}

START_TEST(random_tree_is_as_the_array)
{
	static const uint32_t limits[] = { 4, 5, 7, 16, BTREE_ENTRIES };

	tree.limit = limits[_i];
	for (unsigned round = 0; round < 2; round++) {
		live(600, 3000);
		/* Never worse than a quarter full on the average, inner nodes included. */
		ck_assert_uint_le(tree.nodes * tree.limit, 4 * tree.count + 8 * tree.limit);
		live(40, 3000);
		ck_assert_uint_le(tree.nodes * tree.limit, 6 * tree.count + 8 * tree.limit);
	}
}
END_TEST

START_TEST(highest_block_and_zero)
{
	uint32_t block = UINT32_MAX;
	uint32_t value;

	ck_assert_int_eq(btree_insert(&tree, UINT32_MAX, 7), OK);
	ck_assert_int_eq(btree_insert(&tree, 0, 8), OK);
	ck_assert(btree_next(&tree, &block, &value));
	ck_assert_uint_eq(value, 7);
	ck_assert_uint_eq(*btree_find(&tree, 0), 8);
	ck_assert_pstr_eq(btree_check(&tree), NULL);
}
END_TEST

/* Wherever memory ends, the tree holds what it held. */
START_TEST(without_memory_nothing_is_lost)
{
	struct page_pool *pool = model.alloc.pool[0];

	tree.limit = 4;
	for (uint32_t i = 0; i < BLOCKS; i++) {
		uint32_t block = i * 1009 % BLOCKS;

		if (i % 7 == 0) {
			pool->fail_after = i % 3;
		}
		if (btree_insert(&tree, block, i + 1) == OK) {
			plain[block] = i + 1;
			plain_count++;
		}
		if (i % 100 == 0) {
			compare();
		}
		pool->fail_after = UINT64_MAX;
	}
	ck_assert_uint_lt(plain_count, BLOCKS);
	compare();
}
END_TEST

static void remove_what_is_not_there(void)
{
	btree_remove(&tree, 5);
}

START_TEST(removing_what_is_not_there_is_our_error)
{
	insert(4, 1);
	ck_assert(model_panics(remove_what_is_not_there));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("btree");
	TCase *tcase = tcase_create("btree");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, empty_tree_has_nothing);
	tcase_add_loop_test(tcase, every_order_in_and_out, 0, 9);
	tcase_add_loop_test(tcase, random_tree_is_as_the_array, 0, 5);
	tcase_add_test(tcase, highest_block_and_zero);
	tcase_add_test(tcase, without_memory_nothing_is_lost);
	tcase_add_test(tcase, removing_what_is_not_there_is_our_error);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
