/* SPDX-License-Identifier: MIT */
/*
 * test_swap.c - two VMs with more memory than the machine (src/pmap/swap.c): what leaves, what
 * stays, what comes back, and what happens when the area is full or fails.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "isa/cp0.h"
#include "tests/monitor/model.h"
#include "tests/suite.h"

#include "src/pmap/swap.h"

#define WINDOW 0xffffffffc0000000
#define NODE   128U /* frames of each of two nodes */
#define PAGES  160U /* of each VM */

static void *slots;

static void setup(uint32_t slot_count)
{
	model_start(2, NODE, 8);
	for (uint32_t vm = 0; vm < 2; vm++) {
		model_add_vm(vm, PAGES, 1, 64);
		model_load(vm, &model.vtlb[vm][0]);
		swap_add(&model.pmap[vm]);
	}
	slots = calloc(1, page_pool_bytes(slot_count));
	model.swap = malloc((size_t)slot_count * MAP_PAGE_BYTES);
	swap_init(&model.memmap, slot_count, slots);
}

static void sound(void)
{
	const char *broken = model_check();

	broken = broken ? broken : swap_check();
	if (broken) {
		ck_abort_msg("%s", broken);
	}
}

static void teardown(void)
{
	uint8_t *area = model.swap;

	sound();
	model_end();
	free(area);
	free(slots);
}

/* VM `vm` runs on the CPU of its number. NULL: there is no memory for the page. */
static uint32_t *reach(uint32_t vm, uint32_t gpn, bool write)
{
	struct pmap_caller caller;
	uint32_t *at = NULL;
	uint64_t paddr;

	model.current = vm;
	caller = model_caller();
	while (at == NULL) {
		enum vtlb_result result =
			model_access(WINDOW + (uint64_t)gpn * MAP_PAGE_BYTES, 1, write, &paddr);

		if (result == VTLB_MAPPED) {
			at = machine_page((uint32_t)(paddr >> MAP_PAGE_SHIFT));
		} else {
			ck_assert_int_eq(result, VTLB_NO_MEMORY);
			if (!swap_make_room(&model.pmap[vm], gpn, &caller)) {
				break;
			}
		}
	}
	model.current = 0;
	return at;
}

static void store(uint32_t vm, uint32_t gpn, uint32_t value)
{
	uint32_t *at = reach(vm, gpn, true);

	ck_assert_ptr_nonnull(at);
	at[0] = value;
	at[MAP_PAGE_BYTES / 4 - 1] = ~value;
}

static uint32_t load(uint32_t vm, uint32_t gpn)
{
	uint32_t *at = reach(vm, gpn, false);

	ck_assert_ptr_nonnull(at);
	ck_assert(at[0] == 0 || at[MAP_PAGE_BYTES / 4 - 1] == ~at[0]);
	return at[0];
}

static uint32_t mpn_of(uint32_t vm, uint32_t gpn)
{
	return (model.pmap[vm].ready[gpn] & ENTRYLO_PFN) >> ENTRYLO_PFN_SHIFT;
}

static bool is_out(uint32_t vm, uint32_t gpn)
{
	return model.pmap[vm].ready[gpn] == PMAP_READY_SWAPPED;
}

/* One thing that a VM or a device may do, against an array. */
static void do_something(uint32_t held[2][PAGES], uint32_t number)
{
	uint32_t vm = model_below(2);
	uint32_t gpn = model_below(PAGES);
	struct pmap_caller caller = model_caller();
	uint32_t mpn;

	switch (model_below(12)) {
	case 0:
		ck_assert_int_eq(pmap_release(&model.pmap[vm], gpn, &caller), OK);
		held[vm][gpn] = 0;
		break;
	case 1: {
		uint32_t from = model_below(PAGES);

		/* As the remap call does it. */
		(void)load(vm, from);
		ck_assert_int_eq(pmap_make_shared(&model.pmap[vm], from, &mpn, &caller), OK);
		if (from != gpn && pmap_release(&model.pmap[vm], gpn, &caller) == OK) {
			ck_assert_int_eq(pmap_map_shared(&model.pmap[vm], gpn, mpn), OK);
			held[vm][gpn] = held[vm][from];
		}
		memmap_unpin(&model.memmap, mpn);
		break;
	}
	case 2:
		/* A device of the VM writes it. */
		(void)load(vm, gpn);
		if (pmap_pin(&model.pmap[vm], gpn, true, &mpn, &caller) == PMAP_TOUCH_OK) {
			((uint32_t *)machine_page(mpn))[0] = number;
			((uint32_t *)machine_page(mpn))[MAP_PAGE_BYTES / 4 - 1] = ~number;
			memmap_unpin(&model.memmap, mpn);
			held[vm][gpn] = number;
		}
		break;
	case 3:
	case 4:
	case 5:
		store(vm, gpn, number);
		held[vm][gpn] = number;
		break;
	default:
		ck_assert_uint_eq(load(vm, gpn), held[vm][gpn]);
		break;
	}
}

START_TEST(everything_comes_back_as_it_was)
{
	static uint32_t held[2][PAGES];

	setup(SWAP_SLOTS_MIN);
	for (uint32_t i = 1; i < 20000; i++) {
		do_something(held, i);
		if (i % 500 == 0) {
			sound();
		}
	}
	for (uint32_t i = 0; i < 2 * PAGES; i++) {
		ck_assert_uint_eq(load(i % 2, i / 2), held[i % 2][i / 2]);
	}
	ck_assert_uint_gt(model.swap_reads, 1000);
	teardown();
}
END_TEST

START_TEST(what_is_used_stays)
{
	setup(SWAP_SLOTS_MIN);
	/* Ten pages all the time; all others of both VMs one after the other. */
	for (uint32_t i = 0; i < 20 * PAGES; i++) {
		uint32_t reads = model.swap_reads;

		store(0, i % 10, i + 1);
		ck_assert_uint_eq(model.swap_reads, reads);
		store(i & 1, 10 + i / 2 % (PAGES - 10), i + 1);
	}
	ck_assert_uint_gt(model.swap_reads, PAGES);
	teardown();
}
END_TEST

START_TEST(shared_pinned_protected_and_watched_pages_stay)
{
	struct pmap_caller caller;
	uint32_t mpn[2];

	setup(SWAP_SLOTS_MIN);
	caller = model_caller();
	for (uint32_t i = 0; i < 4; i++) {
		store(0, i, i + 1);
	}
	ck_assert_int_eq(pmap_make_shared(&model.pmap[0], 0, &mpn[0], &caller), OK);
	memmap_unpin(&model.memmap, mpn[0]);
	ck_assert_int_eq(pmap_pin(&model.pmap[0], 1, true, &mpn[1], &caller), PMAP_TOUCH_OK);
	ck_assert_int_eq(pmap_protect(&model.pmap[0], 2, PMAP_S_TEXT, &caller), OK);
	ck_assert_int_eq(pmap_protect(&model.pmap[0], 3, PMAP_S_NO_ACCESS, &caller), OK);
	for (uint32_t i = 0; i < 4 * PAGES; i++) {
		store(i & 1, 4 + i / 2 % (PAGES - 4), i + 1);
	}
	for (uint32_t i = 0; i < 4; i++) {
		ck_assert_uint_ne(mpn_of(0, i), 0);
		ck_assert_uint_eq(*(uint32_t *)machine_page(mpn_of(0, i)), i + 1);
	}
	memmap_unpin(&model.memmap, mpn[1]);
	teardown();
}
END_TEST

START_TEST(full_area_is_left_to_who_comes_back)
{
	uint32_t pages = 0;

	setup(128);
	/* Both VMs take what there is. */
	for (uint32_t i = 0; i < 2 * PAGES && reach(i & 1, i / 2, true) != NULL; i++) {
		store(i & 1, i / 2, i + 1);
		pages++;
	}
	ck_assert_uint_lt(pages, 2 * PAGES);
	ck_assert_uint_gt(pages, 2 * NODE);
	for (uint32_t i = 0; i < pages; i++) {
		ck_assert_uint_eq(load(i & 1, i / 2), i + 1);
	}
	ck_assert_ptr_null(reach(0, PAGES - 1, true));
	/* The other one ends: there is room again. */
	for (uint32_t i = 0; i < PAGES; i++) {
		struct pmap_caller caller = model_caller();

		ck_assert_int_eq(pmap_release(&model.pmap[1], i, &caller), OK);
	}
	sound();
	store(0, PAGES - 1, 1);
	teardown();
}
END_TEST

START_TEST(page_that_cannot_be_written_stays)
{
	setup(SWAP_SLOTS_MIN);
	for (uint32_t i = 0; i < 2 * NODE - 8; i++) {
		store(i & 1, i / 2, i + 1);
	}
	model.swap_fails = true;
	ck_assert_ptr_null(reach(0, PAGES - 1, true));
	model.swap_fails = false;
	for (uint32_t i = 0; i < 2 * NODE - 8; i++) {
		ck_assert_uint_eq(load(i & 1, i / 2), i + 1);
	}
	ck_assert_ptr_nonnull(reach(0, PAGES - 1, true));
	teardown();
}
END_TEST

START_TEST(page_that_cannot_be_read_ends_its_vm_alone)
{
	uint32_t out = 0;

	setup(SWAP_SLOTS_MIN);
	for (uint32_t i = 0; i < 2 * NODE + 16; i++) {
		store(i & 1, i / 2, i + 1);
	}
	while (!is_out(0, out)) {
		out++;
	}
	/* So that there is a page to read it to. */
	for (uint32_t i = 0; i < 4; i++) {
		struct pmap_caller caller = model_caller();

		ck_assert_int_eq(pmap_release(&model.pmap[0], NODE + i, &caller), OK);
	}
	model.swap_fails = true;
	ck_assert_ptr_null(reach(0, out, false));
	model.swap_fails = false;
	ck_assert(model.pmap[0].is_lost);
	ck_assert_ptr_null(reach(0, out, false));
	for (uint32_t i = 0; i < NODE; i++) {
		ck_assert_uint_eq(load(1, i), 2 * i + 2);
	}
	teardown();
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		everything_comes_back_as_it_was,
		what_is_used_stays,
		shared_pinned_protected_and_watched_pages_stay,
		full_area_is_left_to_who_comes_back,
		page_that_cannot_be_written_stays,
		page_that_cannot_be_read_ends_its_vm_alone,
	};
	Suite *suite = suite_create("swap");
	TCase *tcase = tcase_create("swap");

	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		tcase_add_test(tcase, tests[i]);
	}
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
