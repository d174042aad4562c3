/* SPDX-License-Identifier: MIT */
/*
 * test_shootdown.c - whom a change of a page asks (src/mips_tlb/shootdown.c, src/pmap/backmap.c):
 * queues, batches, backmaps that overflow, become wide or have grown old.
 */
#include <check.h>
#include <stdlib.h>

#include "tests/monitor/model.h"
#include "tests/monitor/touch.h"
#include "tests/suite.h"

static struct pmap *pmap;
static struct pmap_caller here;

/* Two nodes, VM 0 with VCPUs 0 and 1 on CPUs 0 and 1, VM 1 with one on CPU 2. */
static void setup_with(uint32_t entry_count)
{
	model_start(2, 256, 8);
	model_add_vm(0, 64, 2, entry_count);
	model_add_vm(1, 64, 1, 64);
	pmap = &model.pmap[0];
	model_load(0, &model.vtlb[0][0]);
	model_load(1, &model.vtlb[0][1]);
	model_load(2, &model.vtlb[1][0]);
	here = model_caller();
}

static void setup(void)
{
	setup_with(64);
}

/* A CPU that holds nothing of the VM is left in peace; one CPU is interrupted once per batch. */
START_TEST(shootdown_asks_only_who_maps)
{
	setup();
	store_on(0, window(4), 1);
	ck_assert_int_eq(pmap_release(pmap, 4, &here), OK);
	ck_assert_uint_eq(model.cpu[2].interrupts, 0);
	ck_assert_uint_eq(model.cpu[0].interrupts, 0);
	ck_assert_uint_eq(model.cpu[1].interrupts, 1);
	/* A VCPU that runs nowhere is not waited for, and serves before it runs. */
	map(1, HEAP, 6);
	store_on(1, HEAP, 1);
	model_load(1, NULL);
	ck_assert_int_eq(pmap_release(pmap, 6, &here), OK);
	ck_assert_uint_eq(model.cpu[1].interrupts, 1);
	ck_assert(shootdown_pending(&model.vtlb[0][1].target));
	ck_assert_ptr_nonnull(l2tlb_find(&model.vtlb[0][1].l2tlb, HEAP | 1));
	model_load(1, &model.vtlb[0][1]);
	ck_assert_ptr_null(l2tlb_find(&model.vtlb[0][1].l2tlb, HEAP | 1));
	sound();
	model_end();
}
END_TEST

START_TEST(full_shootdown_queue_becomes_a_flush)
{
	struct shootdown_target *target;
	struct shootdown_batch batch;

	setup();
	target = &model.vtlb[0][1].target;
	model_load(1, NULL);
	shootdown_begin(&batch, 0, NULL);
	for (uint32_t i = 0; i < SHOOTDOWN_REQUESTS; i++) {
		shootdown_add(&batch, target, HEAP + i * 0x2000ULL);
		shootdown_add(&batch, target, HEAP + i * 0x2000ULL);
	}
	ck_assert_uint_eq(target->count, SHOOTDOWN_REQUESTS);
	ck_assert(!target->flush);
	shootdown_add(&batch, target, HEAP + 0x100000);
	ck_assert(target->flush);
	ck_assert_ptr_null(shootdown_check(target));
	shootdown_run(&batch);
	ck_assert_uint_eq(batch.requests, 2 * SHOOTDOWN_REQUESTS + 1);
	ck_assert_uint_eq(batch.interrupts, 0);
	model_load(1, &model.vtlb[0][1]);
	ck_assert(!shootdown_pending(target));
	ck_assert_ptr_null(shootdown_check(target));
	model_end();
}
END_TEST

START_TEST(more_targets_than_a_batch_holds)
{
	static struct shootdown_target targets[2 * SHOOTDOWN_BATCH_TARGETS + 1];
	struct shootdown_batch batch;

	setup();
	shootdown_begin(&batch, 0, NULL);
	for (unsigned i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		shootdown_target_init(&targets[i], &model.vtlb[0][0].l2tlb);
		shootdown_add(&batch, &targets[i], HEAP);
		ck_assert(shootdown_pending(&targets[i]));
	}
	shootdown_run(&batch);
	ck_assert_uint_eq(batch.count, 0);
	model_end();
}
END_TEST

START_TEST(overflowing_backmaps_flush_instead)
{
	uint64_t paddr;

	setup();
	/* Both VCPUs map page 10 at more places than there are backmaps. */
	for (uint32_t i = 0; i < 2 * (BACKMAP_COUNT + 1); i++) {
		map(i % 2, HEAP + i * 0x10000ULL, 10);
		store_on(i % 2, HEAP + i * 0x10000ULL, (uint8_t)i);
	}
	ck_assert(pmap->page[10].state & PMAP_S_UNKNOWN);
	ck_assert_uint_ge(pmap->backmap_overflows, 1);
	sound();
	ck_assert_int_eq(pmap_release(pmap, 10, &here), OK);
	ck_assert(!(pmap->page[10].state & PMAP_S_UNKNOWN));
	ck_assert_uint_eq(model.vtlb[0][0].l2tlb.count, 0);
	ck_assert_uint_eq(model.vtlb[0][1].l2tlb.count, 0);
	sound();
	ck_assert_int_eq(access_on(1, HEAP + 0x10000, false, &paddr), VTLB_MAPPED);
	ck_assert_uint_eq(*at(paddr), 0);
	model_end();
}
END_TEST

START_TEST(stale_backmaps_make_room)
{
	setup();
	/* One after the other, the older ones gone from the second level. */
	for (uint32_t i = 0; i < 20; i++) {
		map(0, HEAP + i * 0x10000ULL, 10);
		store_on(0, HEAP + i * 0x10000ULL, 1);
		l2tlb_flush(&model.vtlb[0][0].l2tlb, NULL, NULL);
	}
	ck_assert_uint_eq(pmap->backmap_overflows, 0);
	sound();
	model_end();
}
END_TEST

/* Writes the pair, and enters it, under this ASID. */
static void map_under(uint32_t vcpu, uint64_t vaddr, uint8_t asid, uint32_t gpn)
{
	struct vtlb_registers r = {
		.entryhi = vaddr | asid,
		.entrylo0 = gpn << 6 | RW,
		.entrylo1 = (gpn + 1) << 6 | RW,
	};
	uint64_t paddr;

	model.current = vcpu;
	vtlb_write_random(&model.vtlb[0][vcpu], &r);
	ck_assert_int_eq(model_access(vaddr, asid, true, &paddr), VTLB_MAPPED);
	model.current = 0;
}

/* Threads and processes have a page at one address under many ASIDs: that is one wide backmap. */
START_TEST(one_address_under_many_asids_fits)
{
	struct l2tlb *second[2];
	uint64_t flushes[2];

	/* So many that the ASID chooses the set. */
	setup_with(1024);
	for (uint32_t i = 0; i < 2; i++) {
		second[i] = &model.vtlb[0][i].l2tlb;
		map_under(i, HEAP + 0x40000, 3, 20);
		for (uint8_t asid = 1; asid < 12; asid++) {
			map_under(i, HEAP, asid, 10);
		}
		ck_assert_ptr_nonnull(l2tlb_find(second[i], HEAP | 11));
		flushes[i] = second[i]->flushes;
	}
	ck_assert_uint_eq(pmap->backmap_overflows, 0);
	sound();
	ck_assert_int_eq(pmap_release(pmap, 10, &here), OK);
	sound();
	for (uint32_t i = 0; i < 2; i++) {
		for (uint8_t asid = 1; asid < 12; asid++) {
			ck_assert_ptr_null(l2tlb_find(second[i], (uint64_t)HEAP | asid));
		}
		ck_assert_ptr_nonnull(l2tlb_find(second[i], (HEAP + 0x40000) | 3));
		ck_assert_uint_eq(second[i]->flushes, flushes[i]);
	}
	model_end();
}
END_TEST

/* Whoever does not have the page at the wide address is not asked. */
START_TEST(wide_backmap_asks_its_vcpus)
{
	setup_with(1024);
	for (uint8_t asid = 1; asid < 12; asid++) {
		map_under(0, HEAP, asid, 10);
	}
	ck_assert_uint_eq(pmap->backmap_overflows, 0);
	model_load(1, NULL);
	ck_assert_int_eq(pmap_release(pmap, 10, &here), OK);
	/* But for the window's pair. */
	ck_assert_uint_eq(model.vtlb[0][1].target.count, 1);
	ck_assert_ptr_null(l2tlb_find(&model.vtlb[0][0].l2tlb, HEAP | 1));
	model_load(1, &model.vtlb[0][1]);
	sound();
	model_end();
}
END_TEST

START_TEST(backmaps_of_one_address_become_one)
{
	struct backmap full = { { 0 } };
	struct backmap before;
	uint64_t wide;

	/* Of VCPUs 5, 54 and 2 at one address, of two at two others. */
	ck_assert(backmap_add(&full, backmap_make(5, HEAP | 7)));
	ck_assert(backmap_add(&full, backmap_make(1, 0x20000000 | 7)));
	ck_assert(backmap_add(&full, backmap_make(54, HEAP | 8)));
	ck_assert(backmap_add(&full, backmap_make(1, 0x30000000 | 7)));
	ck_assert(backmap_add(&full, backmap_make(2, HEAP | 7)));
	ck_assert(!backmap_add(&full, backmap_make(0, 0x40000000)));
	ck_assert(backmap_add_wide(&full, backmap_make(0, 0x40000000)));
	wide = full.word[0];
	ck_assert_uint_eq(backmap_tag(wide), HEAP | SHOOTDOWN_ANY_ASID);
	/* Sixteen numbers are told apart. */
	ck_assert_uint_eq(backmap_vcpus(wide), 0x0064006400640064);
	ck_assert_uint_eq(full.word[1], backmap_make(1, 0x20000000 | 7));
	ck_assert_uint_eq(full.word[3], backmap_make(0, 0x40000000));
	ck_assert_uint_eq(full.word[4], 0);
	/* It tells of each of them under every ASID, of nobody else and nowhere else. */
	ck_assert(backmap_has(&full, backmap_make(54, HEAP | 99)));
	ck_assert(backmap_has(&full, backmap_make(2, HEAP)));
	ck_assert(!backmap_has(&full, backmap_make(3, HEAP | 7)));
	ck_assert(!backmap_has(&full, backmap_make(2, (HEAP + 0x2000) | 7)));
	/* One more of its address only widens it; five addresses are too many. */
	ck_assert(backmap_add(&full, backmap_make(4, 0x50000000)));
	ck_assert(!backmap_add(&full, backmap_make(3, HEAP | 7)));
	ck_assert(backmap_add_wide(&full, backmap_make(3, HEAP | 7)));
	ck_assert_uint_eq(backmap_vcpus(full.word[0]), 0x006c006c006c006c);
	before = full;
	ck_assert(!backmap_add_wide(&full, backmap_make(3, 0x60000000)));
	ck_assert_mem_eq(&before, &full, sizeof(full));
}
END_TEST

START_TEST(backmap_word_holds_any_tag)
{
	static const uint64_t tags[] = { 0, 0xc00000ffddffe0ff, 0x4000001234566012,
					 0x000000ffffffe000 };
	struct backmap backmap = { { 0 } };

	for (unsigned i = 0; i < 4; i++) {
		uint64_t word = backmap_make(VM_VCPUS_MAX - 1 - i, tags[i]);

		ck_assert_uint_eq(backmap_tag(word), tags[i]);
		ck_assert_uint_eq(backmap_vcpus(word), (uint64_t)1 << (VM_VCPUS_MAX - 1 - i));
		ck_assert(backmap_add(&backmap, word) == (i < BACKMAP_COUNT));
		ck_assert(backmap_has(&backmap, word) == (i < BACKMAP_COUNT));
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("shootdown");
	TCase *tcase = tcase_create("shootdown");

	suite_add_tcase(suite, tcase);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, shootdown_asks_only_who_maps);
	tcase_add_test(tcase, full_shootdown_queue_becomes_a_flush);
	tcase_add_test(tcase, more_targets_than_a_batch_holds);
	tcase_add_test(tcase, overflowing_backmaps_flush_instead);
	tcase_add_test(tcase, stale_backmaps_make_room);
	tcase_add_test(tcase, one_address_under_many_asids_fits);
	tcase_add_test(tcase, wide_backmap_asks_its_vcpus);
	tcase_add_test(tcase, backmaps_of_one_address_become_one);
	tcase_add_test(tcase, backmap_word_holds_any_tag);
	return suite_run(suite);
}
