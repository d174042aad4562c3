/* SPDX-License-Identifier: MIT */
/*
 * test_replica.c - copies of pages on other nodes (src/pmap/pmap_replica.c) and nodes' views of a
 * VM's memory: who sees which copy, what gives copies up, whom a shootdown asks.
 */
#include <check.h>
#include <stdlib.h>

#include "isa/cp0.h"
#include "tests/monitor/model.h"
#include "tests/monitor/move_one.h"
#include "tests/monitor/touch.h"
#include "tests/suite.h"

#include "src/mips_tlb/window.h"

#define PAGE 5U
#define ALL  0xeULL /* nodes 1, 2, 3 */

static struct pmap *pmap;
static struct pmap_caller here;

/* Four nodes with a CPU each; VM 0 has a VCPU on each. */
static void start(uint32_t frames_per_node, uint32_t frames)
{
	model_start(4, frames_per_node, 8);
	model_add_vm(0, frames, 4, 64);
	model_add_vm(1, 32, 1, 64);
	model_add_views(0);
	pmap = &model.pmap[0];
	for (uint32_t i = 0; i < 4; i++) {
		model_load(i, &model.vtlb[0][i]);
	}
	here = model_caller();
}

static void setup(void)
{
	start(64, 32);
}

/* What the CPU reads there, and from which node. */
static void expect_on(uint32_t cpu, uint64_t vaddr, uint8_t value, uint32_t node)
{
	uint64_t paddr;

	ck_assert_int_eq(access_on(cpu, vaddr, false, &paddr), VTLB_MAPPED);
	ck_assert_uint_eq(*at(paddr), value);
	ck_assert_uint_eq(page_node(&model.alloc, (uint32_t)(paddr >> 12)), node);
}

static uint64_t replicate(uint64_t nodes)
{
	uint64_t had = pmap->page[PAGE].replicas;

	for (uint32_t node = 0; node < 4; node++) {
		if (nodes >> node & 1) {
			enum status status = pmap_replicate(pmap, PAGE, node, &here);

			ck_assert(status == OK || status == ERR_NOMEM);
		}
	}
	sound();
	return pmap->page[PAGE].replicas & ~had;
}

START_TEST(every_node_reads_its_copy)
{
	store_on(0, window(PAGE), 1);
	map(3, HEAP, PAGE);
	expect_on(1, window(PAGE), 1, 0);
	expect_on(3, HEAP, 1, 0);
	ck_assert_uint_eq(replicate(0xa), 0xa);
	expect_on(0, window(PAGE), 1, 0);
	expect_on(1, window(PAGE), 1, 1);
	expect_on(2, window(PAGE), 1, 0);
	expect_on(3, window(PAGE), 1, 3);
	expect_on(3, HEAP, 1, 3);
	/* One more; nodes that have one, or the page, get none. */
	ck_assert_uint_eq(replicate(0xf), 4);
	expect_on(2, window(PAGE), 1, 2);
	expect_on(1, window(PAGE), 1, 1);
	ck_assert_uint_eq(replicate(0xf), 0);
	sound();
}
END_TEST

START_TEST(first_store_gives_the_copies_up)
{
	uint64_t free_count;

	store_on(0, window(PAGE), 1);
	map(3, HEAP, PAGE);
	free_count = page_alloc_free_count(&model.alloc);
	ck_assert_uint_eq(replicate(ALL), ALL);
	ck_assert_uint_eq(page_alloc_free_count(&model.alloc), free_count - 3);
	for (uint32_t i = 0; i < 4; i++) {
		expect_on(i, window(PAGE), 1, i);
	}
	expect_on(3, HEAP, 1, 3);
	store_on(2, window(PAGE), 2);
	ck_assert_uint_eq(pmap->collapsed, 1);
	ck_assert_uint_eq(page_alloc_free_count(&model.alloc), free_count);
	sound();
	for (uint32_t i = 0; i < 4; i++) {
		expect_on(i, window(PAGE), 2, 0);
	}
	expect_on(3, HEAP, 2, 0);
	sound();
}
END_TEST

static void store_there(void)
{
	store_on(0, window(PAGE), 2);
	model.current = 0;
}

/* Others do this while node 3 copies: it gets no copy, and these nodes have one. */
static void refused_after(void (*others)(void), uint64_t replicas)
{
	model.after_copy = others;
	ck_assert_int_eq(pmap_replicate(pmap, PAGE, 3, &here), ERR_BUSY);
	ck_assert_ptr_null(model.after_copy);
	ck_assert_uint_eq(pmap->page[PAGE].replicas, replicas);
	sound();
}

/* A store while a node copies: of a page without copies, of one that has some. */
START_TEST(copy_of_what_has_changed_is_not_used)
{
	uint64_t free_count;

	store_on(0, window(PAGE), 1);
	free_count = page_alloc_free_count(&model.alloc);
	for (uint64_t before = 0; before <= 2; before += 2) {
		ck_assert_uint_eq(replicate(before), before);
		refused_after(store_there, 0);
		ck_assert_uint_eq(page_alloc_free_count(&model.alloc), free_count);
		for (uint32_t i = 0; i < 4; i++) {
			expect_on(i, window(PAGE), 2, 0);
		}
		store_on(0, window(PAGE), 1);
	}
}
END_TEST

static void store_and_replicate_there(void)
{
	store_there();
	ck_assert_int_eq(pmap_replicate(pmap, PAGE, 2, &here), OK);
}

START_TEST(copy_from_before_is_not_used_beside_new_ones)
{
	store_on(0, window(PAGE), 1);
	refused_after(store_and_replicate_there, 4);
	expect_on(3, window(PAGE), 2, 0);
	expect_on(2, window(PAGE), 2, 2);
}
END_TEST

/* Another node that begins and finds no memory counts the change before it takes the mark away. */
static void give_up_there(void)
{
	pmap->page[PAGE].state &= (uint16_t)~PMAP_S_REPLICATED;
	pmap->ready[PAGE] |= ENTRYLO_D;
}

START_TEST(copy_of_a_page_given_up_is_not_used)
{
	store_on(0, window(PAGE), 1);
	refused_after(give_up_there, 0);
	store_on(3, window(PAGE), 9);
	store_on(0, window(PAGE), 7);
	expect_on(3, window(PAGE), 7, 0);
}
END_TEST

static void replicate_there(void)
{
	ck_assert_int_eq(pmap_replicate(pmap, PAGE, 2, &here), OK);
}

/* Two nodes copy a page at the same time, without waiting for each other. */
START_TEST(nodes_copy_at_the_same_time)
{
	store_on(0, window(PAGE), 1);
	model.after_copy = replicate_there;
	ck_assert_int_eq(pmap_replicate(pmap, PAGE, 3, &here), OK);
	ck_assert_uint_eq(pmap->page[PAGE].replicas, 0xc);
	sound();
	for (uint32_t i = 0; i < 4; i++) {
		expect_on(i, window(PAGE), 1, i > 1 ? i : 0);
	}
}
END_TEST

/* What changes a page changes the page alone. */
START_TEST(changes_give_the_copies_up)
{
	uint32_t mpn;

	store_on(0, window(PAGE), 1);
	(void)replicate(ALL);
	ck_assert_int_eq(pmap_move(pmap, PAGE, 2, &here), OK);
	sound();
	expect_on(1, window(PAGE), 1, 2);
	(void)replicate(0xb);
	ck_assert_int_eq(pmap_protect(pmap, PAGE, PMAP_S_TEXT, &here), OK);
	sound();
	ck_assert_uint_eq(pmap->collapsed, 2);
	/* Text that nobody may write is replicated like other pages. */
	(void)replicate(0xb);
	expect_on(0, window(PAGE), 1, 0);
	ck_assert_int_eq(pmap_protect(pmap, PAGE, 0, &here), OK);
	(void)replicate(0xb);
	ck_assert_int_eq(pmap_make_shared(pmap, PAGE, &mpn, &here), OK);
	sound();
	ck_assert_int_eq(pmap_map_shared(&model.pmap[1], 7, mpn), OK);
	memmap_unpin(&model.memmap, mpn);
	/* A shared page: copies for this VM; its store leaves the other's page alone. */
	(void)replicate(0xb);
	expect_on(3, window(PAGE), 1, 3);
	store_on(3, window(PAGE), 9);
	sound();
	expect_on(0, window(PAGE), 9, 3);
	ck_assert_uint_eq(*(uint8_t *)machine_page(mpn), 1);
	(void)replicate(1);
	ck_assert_int_eq(pmap_release(pmap, PAGE, &here), OK);
	sound();
	expect_on(1, window(PAGE), 0, 1);
	ck_assert_int_eq(pmap_collapse(pmap, PAGE, &here), OK);
	ck_assert_int_eq(pmap_release(&model.pmap[1], 7, &here), OK);
}
END_TEST

START_TEST(pinned_pages_get_no_copies_and_devices_write_the_page)
{
	uint32_t mpn;

	store_on(0, window(PAGE), 1);
	ck_assert_int_eq(pmap_pin(pmap, PAGE, true, &mpn, &here), PMAP_TOUCH_OK);
	ck_assert_int_eq(pmap_replicate(pmap, PAGE, 1, &here), ERR_BUSY);
	memmap_unpin(&model.memmap, mpn);
	(void)replicate(ALL);
	expect_on(2, window(PAGE), 1, 2);
	ck_assert_int_eq(pmap_pin(pmap, PAGE, true, &mpn, &here), PMAP_TOUCH_OK);
	*(uint8_t *)machine_page(mpn) = 7;
	memmap_unpin(&model.memmap, mpn);
	expect_on(2, window(PAGE), 7, 0);
}
END_TEST

START_TEST(without_memory_there_are_fewer_copies)
{
	store_on(0, window(PAGE), 1);
	model.alloc.pool[2]->fail_after = 0;
	ck_assert_uint_eq(replicate(ALL), 0xa);
	ck_assert_int_eq(pmap_replicate(pmap, PAGE, 2, &here), ERR_NOMEM);
	sound();
	expect_on(2, window(PAGE), 1, 0);
	ck_assert_int_eq(pmap_collapse(pmap, PAGE, &here), OK);
	ck_assert_int_eq(pmap_replicate(pmap, PAGE, 2, &here), ERR_NOMEM);
	/* It is writable again. */
	store_on(1, window(PAGE), 3);
	ck_assert_uint_eq(pmap->collapsed, 1);
	ck_assert_int_eq(pmap_replicate(pmap, 9, 1, &here), ERR_RANGE);
	ck_assert_int_eq(pmap_replicate(pmap, 32, 1, &here), ERR_RANGE);
	sound();
}
END_TEST

START_TEST(shootdowns_ask_the_nodes_that_look)
{
	store_on(0, window(PAGE), 1);
	expect_on(2, window(PAGE), 1, 0);
	/* CPU 1 has the page by the TLB of its guest, CPU 3 not at all. */
	map(1, HEAP, PAGE);
	expect_on(1, HEAP, 1, 0);
	for (uint32_t i = 0; i < 4; i++) {
		model.cpu[i].interrupts = 0;
	}
	ck_assert_int_eq(pmap_move(pmap, PAGE, 3, &here), OK);
	ck_assert_uint_eq(model.cpu[1].interrupts, 1);
	ck_assert_uint_eq(model.cpu[2].interrupts, 1);
	ck_assert_uint_eq(model.cpu[3].interrupts, 0);
	sound();
	expect_on(2, window(PAGE), 1, 3);
	/* A VCPU that runs nowhere finds its queue when it comes back. */
	model_load(2, NULL);
	ck_assert_int_eq(pmap_move(pmap, PAGE, 1, &here), OK);
	ck_assert_uint_eq(model.cpu[2].interrupts, 1);
	model_load(2, &model.vtlb[0][2]);
	sound();
	expect_on(2, window(PAGE), 1, 1);
}
END_TEST

/* A large entry has pages that the view of its node has not. */
/* Whose large entry covers a page has noted only the group of views that its access was in. */
START_TEST(large_entries_of_many_groups_are_shot_down)
{
	uint64_t paddr;

	model_end();
	start(512, 4 * PMAP_GROUP_FRAMES);
	pmap->large = true;
	for (uint32_t gpn = 0; gpn < 4 * PMAP_GROUP_FRAMES; gpn++) {
		store_on(0, window(gpn), (uint8_t)gpn);
	}
	expect_on(1, window(0), 0, 0);
	access_on(1, window(PMAP_GROUP_FRAMES + 1), false, &paddr);
	ck_assert_int_eq(pmap_move(pmap, PMAP_GROUP_FRAMES + 1, 2, &here), OK);
	expect_on(1, window(PMAP_GROUP_FRAMES + 1), PMAP_GROUP_FRAMES + 1, 2);
	expect_on(1, window(0), 0, 0);
	sound();
}
END_TEST

START_TEST(large_entries_are_shot_down_on_every_node)
{
	pmap->large = true;
	for (uint32_t gpn = 0; gpn < 8; gpn++) {
		store_on(0, window(gpn), (uint8_t)gpn);
	}
	expect_on(1, window(0), 0, 0);
	expect_on(1, window(PAGE), PAGE, 0);
	(void)replicate(ALL);
	expect_on(1, window(PAGE), PAGE, 1);
	expect_on(1, window(PAGE + 1), PAGE + 1, 0);
	store_on(2, window(PAGE), 77);
	expect_on(1, window(PAGE), 77, 0);
	sound();
}
END_TEST

/* The counters of moves tell broken copies from sound ones: the checks see planted errors. */
START_TEST(checks_see_broken_copies)
{
	store_on(0, window(PAGE), 1);
	(void)replicate(2);
	pmap->view[1][PAGE] |= ENTRYLO_D;
	ck_assert_ptr_nonnull(model_check());
	pmap->view[1][PAGE] &= ~(uint32_t)ENTRYLO_D;
	pmap->page[PAGE].replicas = 0;
	ck_assert_ptr_nonnull(model_check());
	pmap->page[PAGE].replicas = 2;
	pmap->view[2][PAGE] = pmap->ready[PAGE];
	ck_assert_ptr_nonnull(model_check());
	pmap->view[2][PAGE] = PMAP_READY_NONE;
	sound();
}
END_TEST

static void end(void)
{
	model_end();
}

int main(void)
{
	const TTest *const tests[] = {
		every_node_reads_its_copy,
		first_store_gives_the_copies_up,
		copy_of_what_has_changed_is_not_used,
		copy_from_before_is_not_used_beside_new_ones,
		copy_of_a_page_given_up_is_not_used,
		nodes_copy_at_the_same_time,
		changes_give_the_copies_up,
		pinned_pages_get_no_copies_and_devices_write_the_page,
		without_memory_there_are_fewer_copies,
		shootdowns_ask_the_nodes_that_look,
		large_entries_are_shot_down_on_every_node,
		large_entries_of_many_groups_are_shot_down,
		checks_see_broken_copies,
	};
	Suite *suite = suite_create("replica");
	TCase *tcase = tcase_create("replica");

	tcase_add_checked_fixture(tcase, setup, end);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		tcase_add_test(tcase, tests[i]);
	}
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
