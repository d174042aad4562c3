/* SPDX-License-Identifier: MIT */
/*
 * test_areas.c - what an address of a guest is about (src/mips_tlb/window.c; docs/machine/vm.md,
 * "Addresses"): where the guest's TLB has a say, and where it has none.
 */
#include <check.h>
#include <stdlib.h>

#include "tests/monitor/guest_tlb.h"
#include "tests/monitor/model.h"
#include "tests/suite.h"

#include "src/mips_tlb/window.h"

#define FRAMES 512

static struct vtlb *vtlb;

static void setup(void)
{
	model_start(1, 1024, 16);
	model_add_vm(0, FRAMES, 1, 1024);
	vtlb = &model.vtlb[0][0];
	model_load(0, vtlb);
}

/* The guest's entries have no effect in the monitor's areas (vm.md). */
START_TEST(guest_maps_nothing_in_monitor_areas)
{
	static const uint64_t addresses[] = { 0xffffffffc0000000, 0xffffffffcffff000,
					      0xffffffffde000000, 0xffffffffdf004000,
					      0xffffffff80000000, 0xffffffffe0000000,
					      0x8000000000000000, 0xc000000000000000 };

	setup();
	for (unsigned i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		struct vtlb_registers r = registers(addresses[i], 1, 8, RW | GLO);

		vtlb_write_random(vtlb, &r);
		ck_assert_uint_eq(vtlb->l2tlb.count, 0);
		r.pagemask = 0x1ffe000;
		vtlb_write_random(vtlb, &r);
		ck_assert_uint_eq(vtlb->l2tlb.count, 0);
		ck_assert_uint_lt(vtlb_probe(vtlb, l2tlb_tag(addresses[i])), VM_TLB_ENTRIES);
	}
	/* xkuseg above 2 GB and xsseg are the guest's. */
	refill(0x0000001234560000, 1, 8, RW);
	refill(0x4000001234560000, 1, 30, RW);
	ck_assert_uint_eq(gpn_at(0x0000001234560000, 1), 8);
	ck_assert_uint_eq(gpn_at(0x4000001234560000, 1), 30);
	model_end();
}
END_TEST

START_TEST(low_shared_pair_is_the_monitors)
{
	setup();
	vtlb->low_page = true;
	refill(0x6000, 1, 8, RW);
	refill_large(0, 1, 0, RW, 0x6000);
	ck_assert_int_eq(load_from(0x7000, 1), VTLB_INVALID);
	ck_assert_int_eq(load_from(0x6000, 1), VTLB_INVALID);
	ck_assert_int_eq(load_from(0x5000, 1), VTLB_MAPPED);
	ck_assert_int_eq(model_tlb_find(0x7000, 1), -1);
	vtlb->low_page = false;
	ck_assert_int_eq(load_from(0x7000, 1), VTLB_MAPPED);
	model_end();
}
END_TEST

START_TEST(pages_the_vm_lacks_are_outside)
{
	setup();
	refill(HEAP, 1, FRAMES, RW);
	ck_assert_int_eq(load_from(HEAP, 1), VTLB_OUTSIDE);
	refill(TEXT, 1, 0xfffffe, RW);
	ck_assert_int_eq(load_from(TEXT, 1), VTLB_OUTSIDE);
	refill(OTHER, 1, MAP_IO_BASE >> 12, RW);
	ck_assert_int_eq(store_to(OTHER, 1), VTLB_OUTSIDE);
	model_end();
}
END_TEST

/* vm.md: an access to a device traps, but for the clock's; it is read-only. */
START_TEST(clock_page_is_read_without_trap)
{
	uint64_t paddr;

	setup();
	model.pmap[0].clock_ready = (MAP_CLOCK_BASE >> 12) << 6 | 2 << 3 | ENTRYLO_V | ENTRYLO_G;
	refill(HEAP, 1, MAP_CLOCK_BASE >> 12, RW);
	ck_assert_int_eq(model_access(HEAP + 8, 1, false, &paddr), VTLB_MAPPED);
	ck_assert_uint_eq(paddr, MAP_CLOCK_BASE + 8);
	ck_assert_int_eq(store_to(HEAP + 8, 1), VTLB_OUTSIDE);
	ck_assert_int_eq(load_from(HEAP + 0x1000, 1), VTLB_OUTSIDE);
	ck_assert_int_eq(model_access(0xffffffffdf004008, 1, false, &paddr), VTLB_MAPPED);
	ck_assert_uint_eq(paddr, MAP_CLOCK_BASE + 8);
	ck_assert_int_eq(load_from(0xffffffffdf005000, 1), VTLB_OUTSIDE);
	ck_assert_int_eq(store_to(0xffffffffdf004000, 1), VTLB_OUTSIDE);
	model_end();
}
END_TEST

START_TEST(areas_have_sharp_edges)
{
	ck_assert_int_eq(window_area_of(0xffffffffbfffffff), WINDOW_AREA_NEVER);
	ck_assert_int_eq(window_area_of(0xffffffffc0000000), WINDOW_AREA_WINDOW);
	ck_assert_int_eq(window_area_of(0xffffffffcfffffff), WINDOW_AREA_WINDOW);
	ck_assert_int_eq(window_area_of(0xffffffffd0000000), WINDOW_AREA_GUEST);
	ck_assert_int_eq(window_area_of(0xffffffffddffffff), WINDOW_AREA_GUEST);
	ck_assert_int_eq(window_area_of(0xffffffffde000000), WINDOW_AREA_MONITOR);
	ck_assert_int_eq(window_area_of(0xffffffffdeffffff), WINDOW_AREA_MONITOR);
	ck_assert_int_eq(window_area_of(0xffffffffdf000000), WINDOW_AREA_DEVICES);
	ck_assert_int_eq(window_area_of(0xffffffffdfffffff), WINDOW_AREA_DEVICES);
	ck_assert_int_eq(window_area_of(0xffffffffe0000000), WINDOW_AREA_NEVER);
	ck_assert_int_eq(window_area_of(0xffffffffffffffff), WINDOW_AREA_NEVER);
	ck_assert_int_eq(window_area_of(0x00000000c0000000), WINDOW_AREA_GUEST);
	/* As EntryHi shows an address: bits 61..40 are 0. */
	ck_assert_int_eq(window_area_of(0xc00000ffd0000000), WINDOW_AREA_GUEST);
	ck_assert_int_eq(window_area_of(0xc00000fed0000000), WINDOW_AREA_NEVER);
	ck_assert_uint_eq(window_entryhi(3), 0xc00000ffc0002000);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("areas");
	TCase *tcase = tcase_create("areas");

	suite_add_tcase(suite, tcase);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, guest_maps_nothing_in_monitor_areas);
	tcase_add_test(tcase, low_shared_pair_is_the_monitors);
	tcase_add_test(tcase, pages_the_vm_lacks_are_outside);
	tcase_add_test(tcase, clock_page_is_read_without_trap);
	tcase_add_test(tcase, areas_have_sharp_edges);
	return suite_run(suite);
}
