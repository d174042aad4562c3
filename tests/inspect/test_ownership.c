/* SPDX-License-Identifier: MIT */
/*
 * test_ownership.c - the checker of owners (sim/check/ownership.h): each thing that it must let
 * pass, and each that it must not, told by hand to a machine of two CPUs.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "isa/cp0.h"
#include "machine/annotation.h"
#include "sim/check/ownership.h"
#include "sim/core/exception.h"
#include "sim/core/tlb.h"
#include "sim/machine_state.h"

#define PAGE   0x40U /* of VM 1 */
#define OTHER  0x50U
#define VM     1U
#define RIVAL  2U
#define USER   0x00400000ULL
#define WINDOW 0xffffffffc0000000ULL
#define KSEG3  0xffffffffe0000000ULL
#define READ   ENTRYLO_V
#define WRITE  (ENTRYLO_V | ENTRYLO_D)

static struct machine *machine;
static struct ownership *ownership;

static void setup(void)
{
	struct machine_config config = machine_config_default();
	struct core_hooks hooks = { 0 };
	struct error err;

	config.cpus = 2;
	config.memory_bytes = 1U << 20;
	machine = machine_create(&config, &err);
	ck_assert_ptr_nonnull(machine);
	machine_set_entry(machine, 0xffffffff80000000, true);
	ownership = ownership_begin(machine);
	ck_assert_ptr_nonnull(ownership);
	ownership_add_hooks(ownership, &hooks);
	machine_set_hooks(machine, &hooks);
	ownership_run(ownership, machine->core[0], VM);
	ownership_run(ownership, machine->core[1], 3U << 16 | RIVAL);
}

static void teardown(void)
{
	ownership_end(ownership);
	machine_destroy(machine);
}

/* As the annotation port hears it from CPU 0. */
static void note(uint32_t op, uint32_t vm, uint32_t page)
{
	ownership_note(ownership, machine->core[0],
		       (uint64_t)vm << ANNOTATION_OWN_VM_SHIFT | op | page);
}

/* A CPU writes a TLB entry; both halves with `flags`, the odd one on the next page or invalid. */
static void enter(unsigned cpu, unsigned index, uint64_t vaddr, uint32_t page, uint32_t flags)
{
	struct core *core = machine->core[cpu];
	const struct core_tlb_entry entry = {
		.vpn2 = vaddr & (ENTRYHI_R | ENTRYHI_VPN2),
		.lo = { page << ENTRYLO_PFN_SHIFT | flags, 0 },
	};

	tlb_write(&core->tlb, index, &entry);
	core->hooks.guard_tlb_write(core->hooks.guard, core, index);
}

static void set_mode(unsigned cpu, uint32_t status)
{
	machine->core[cpu]->cp0.status = status;
	machine->core[cpu]->running = true;
	core_update_mode(machine->core[cpu]);
}

/* The run is to end with this in its message; NULL: it goes on. */
static void expect(const char *text)
{
	if (text == NULL) {
		ck_assert_msg(machine->stop.reason == STOP_NONE, "%s", machine->error.text);
		return;
	}
	ck_assert_uint_eq(machine->stop.reason, STOP_OWNERSHIP);
	ck_assert_int_eq(machine->error.code, EXIT_MONITOR);
	ck_assert_msg(strstr(machine->error.text, text) != NULL, "%s", machine->error.text);
}

START_TEST(what_is_given_may_be_mapped)
{
	note(ANNOTATION_OWN_ZEROED, VM, PAGE);
	note(ANNOTATION_OWN_READ, VM, OTHER);
	note(ANNOTATION_OWN_READ, RIVAL, OTHER);
	enter(0, 1, USER, PAGE, WRITE);
	enter(0, 2, WINDOW, OTHER, READ);
	enter(1, 2, WINDOW, OTHER, READ);
	/* The clock page is everybody's, KSEG3 the monitor's, and the no-alias bit no other page.
	 */
	enter(0, 3, WINDOW + 0x10000, MAP_CLOCK_BASE >> MAP_PAGE_SHIFT, READ);
	enter(0, 4, KSEG3, 1, WRITE);
	enter(0, 5, USER + 0x10000, PAGE | 1U << 23, WRITE);
	set_mode(0, STATUS_KSU_USER);
	set_mode(1, STATUS_KSU_SUPERVISOR);
	expect(NULL);
	ck_assert_uint_eq(ownership_counts(ownership).changes, 3);
	ck_assert_uint_gt(ownership_counts(ownership).entries, 5);
}
END_TEST

START_TEST(anothers_page_may_not_be_mapped)
{
	note(ANNOTATION_OWN_ZEROED, VM, PAGE);
	enter(1, 7, USER, PAGE, READ);
	expect("ownership cpu=1 vm=2 vcpu=3 ");
	expect("TLB entry 7 maps address 0x400000 (ASID 0) to page 0x40; page 0x40 is of VM 1 "
	       "writable");
}
END_TEST

START_TEST(monitors_page_may_not_be_mapped)
{
	enter(0, 1, WINDOW, PAGE, READ);
	expect("maps address 0xffffffffc0000000 (ASID 0) to page 0x40; page 0x40 is the monitor's");
}
END_TEST

START_TEST(nobodys_cpu_maps_nothing)
{
	note(ANNOTATION_OWN_ZEROED, VM, PAGE);
	ownership_run(ownership, machine->core[0], ANNOTATION_OWN_NOBODY);
	enter(0, 1, WINDOW, PAGE, READ);
	expect("cpu=0 the monitor ");
}
END_TEST

START_TEST(device_page_may_not_be_mapped)
{
	enter(0, 1, WINDOW, MAP_ANNOTATION_BASE >> MAP_PAGE_SHIFT, READ);
	expect("is no RAM");
}
END_TEST

START_TEST(clock_page_may_not_be_written)
{
	enter(0, 1, WINDOW, MAP_CLOCK_BASE >> MAP_PAGE_SHIFT, WRITE);
	expect("is no RAM");
}
END_TEST

START_TEST(shared_page_may_not_be_written)
{
	note(ANNOTATION_OWN_READ, VM, PAGE);
	enter(0, 1, USER, PAGE, WRITE);
	expect("writable; page 0x40 is");
}
END_TEST

START_TEST(every_page_of_a_large_entry_counts)
{
	struct core *core = machine->core[0];
	const struct core_tlb_entry entry = {
		.vpn2 = WINDOW & (ENTRYHI_R | ENTRYHI_VPN2),
		.mask = 0x6000,
		.lo = { PAGE << ENTRYLO_PFN_SHIFT | READ, 0 },
	};

	for (uint32_t i = 0; i < 3; i++) {
		note(ANNOTATION_OWN_ZEROED, VM, PAGE + i);
	}
	tlb_write(&core->tlb, 1, &entry);
	core->hooks.guard_tlb_write(core->hooks.guard, core, 1);
	expect("to page 0x43; page 0x43 is the monitor's");
}
END_TEST

/* Two entries for one address, one of them global; with other ASIDs they may be. */
START_TEST(entries_match_once)
{
	struct core *core = machine->core[0];
	struct core_tlb_entry entry = { .vpn2 = USER, .asid = 1 };

	tlb_write(&core->tlb, 1, &entry);
	core->hooks.guard_tlb_write(core->hooks.guard, core, 1);
	entry.asid = 2;
	tlb_write(&core->tlb, 2, &entry);
	core->hooks.guard_tlb_write(core->hooks.guard, core, 2);
	expect(NULL);
	entry.global = true;
	entry.mask = 0x6000;
	tlb_write(&core->tlb, 3, &entry);
	core->hooks.guard_tlb_write(core->hooks.guard, core, 3);
	expect("TLB entries 3 and 1 match address 0x400000");
}
END_TEST

START_TEST(shootdown_comes_before_release)
{
	note(ANNOTATION_OWN_ZEROED, RIVAL, PAGE);
	enter(1, 1, USER, PAGE, WRITE);
	set_mode(1, STATUS_KSU_USER);
	expect(NULL);
	/* CPU 0 takes the page away while CPU 1 runs a guest. */
	note(ANNOTATION_OWN_RELEASE, RIVAL, PAGE);
	expect("ownership cpu=1 vm=2 vcpu=3");
}
END_TEST

START_TEST(stale_entry_is_found_on_the_way_to_the_guest)
{
	note(ANNOTATION_OWN_ZEROED, RIVAL, PAGE);
	enter(1, 1, USER, PAGE, WRITE);
	note(ANNOTATION_OWN_RELEASE, RIVAL, PAGE);
	expect(NULL);
	set_mode(1, STATUS_KSU_USER);
	expect("TLB entry 1 maps address 0x400000");
}
END_TEST

START_TEST(downgrade_is_held_against_entries)
{
	note(ANNOTATION_OWN_ZEROED, VM, PAGE);
	enter(0, 1, USER, PAGE, WRITE);
	set_mode(0, STATUS_KSU_USER);
	note(ANNOTATION_OWN_READ, VM, PAGE);
	expect("writable; page 0x40 is of VM 1 read-only");
}
END_TEST

/* Entries under another ASID cannot match: they may be whose they like. */
START_TEST(other_asids_wait)
{
	struct core *core = machine->core[0];
	const struct core_tlb_entry entry = { .vpn2 = USER,
					      .asid = 9,
					      .lo = { PAGE << ENTRYLO_PFN_SHIFT | READ, 0 } };

	note(ANNOTATION_OWN_ZEROED, VM, PAGE);
	tlb_write(&core->tlb, 1, &entry);
	core->hooks.guard_tlb_write(core->hooks.guard, core, 1);
	note(ANNOTATION_OWN_RELEASE, VM, PAGE);
	set_mode(0, STATUS_KSU_USER);
	expect(NULL);
	set_mode(0, STATUS_KSU_KERNEL);
	core->cp0.entry_hi = 9;
	set_mode(0, STATUS_KSU_USER);
	expect("(ASID 9)");
}
END_TEST

START_TEST(page_at_two_places_is_given_up_twice)
{
	note(ANNOTATION_OWN_READ, VM, PAGE);
	note(ANNOTATION_OWN_READ, VM, PAGE);
	note(ANNOTATION_OWN_RELEASE, VM, PAGE);
	enter(0, 1, USER, PAGE, READ);
	set_mode(0, STATUS_KSU_USER);
	expect(NULL);
	note(ANNOTATION_OWN_RELEASE, VM, PAGE);
	expect("TLB entry 1");
}
END_TEST

/* What a monitor must not say: two operations, the second is refused. */
struct refusal {
	uint32_t first[3]; /* operation, VM, page */
	uint32_t second[3];
	const char *text;
};

static const struct refusal refusals[] = {
	{ { ANNOTATION_OWN_ZEROED, VM, PAGE },
	  { ANNOTATION_OWN_WRITE, RIVAL, PAGE },
	  "VM 2 is given a page, writable, that is mapped elsewhere" },
	{ { ANNOTATION_OWN_ZEROED, VM, PAGE },
	  { ANNOTATION_OWN_READ, RIVAL, PAGE },
	  "VM 2 is given a page that another may write" },
	{ { ANNOTATION_OWN_READ, VM, PAGE },
	  { ANNOTATION_OWN_WRITE, RIVAL, PAGE },
	  "mapped elsewhere" },
	{ { ANNOTATION_OWN_READ, VM, PAGE },
	  { ANNOTATION_OWN_RELEASE, RIVAL, PAGE },
	  "VM 2 gives up a page that it has not got" },
	{ { ANNOTATION_OWN_READ, VM, PAGE }, { ANNOTATION_OWN_FREE, 0, PAGE }, "page in use" },
	{ { ANNOTATION_OWN_PIN, 0, PAGE }, { ANNOTATION_OWN_TAKE, 0, PAGE }, "page in use" },
	{ { ANNOTATION_OWN_TAKE, 0, PAGE }, { ANNOTATION_OWN_UNPIN, 0, PAGE }, "not there" },
	{ { ANNOTATION_OWN_ZEROED, VM, PAGE },
	  { ANNOTATION_OWN_DEVICE_READ, VM, PAGE },
	  "a device is to read a page for VM 1" },
	{ { ANNOTATION_OWN_PIN, 0, PAGE },
	  { ANNOTATION_OWN_DEVICE_WRITE, VM, PAGE },
	  "a device is to write a page for VM 1" },
	{ { ANNOTATION_OWN_TAKE, 0, PAGE }, { ANNOTATION_OWN_READ, 300, PAGE }, "number 300" },
	{ { ANNOTATION_OWN_TAKE, 0, PAGE }, { ANNOTATION_OWN_READ, VM, 0x100000 }, "no RAM" },
	{ { ANNOTATION_OWN_ZEROED, VM, PAGE },
	  { ANNOTATION_OWN_READ, VM, 0x1f001 },
	  "a page is given or taken that is no RAM" },
};

static void refuse(const struct refusal *refusal)
{
	note(refusal->first[0], refusal->first[1], refusal->first[2]);
	expect(NULL);
	note(refusal->second[0], refusal->second[1], refusal->second[2]);
	expect(refusal->text);
}

START_TEST(list_is_consistent)
{
	refuse(&refusals[_i]);
}
END_TEST

START_TEST(page_is_zero_when_it_is_said_to_be)
{
	ck_assert(machine_write_physical(machine, PAGE << MAP_PAGE_SHIFT | 0xff8, "secret", 7));
	note(ANNOTATION_OWN_WRITE, VM, PAGE);
	expect(NULL);
	note(ANNOTATION_OWN_RELEASE, VM, PAGE);
	note(ANNOTATION_OWN_ZEROED, RIVAL, PAGE);
	expect("VM 2 is given a page that has not been cleared");
}
END_TEST

START_TEST(devices_reach_what_is_pinned)
{
	uint64_t paddr = PAGE << MAP_PAGE_SHIFT | 0x10;

	/* The monitor's own pages need no pin. */
	ownership_dma(ownership, paddr, true);
	note(ANNOTATION_OWN_ZEROED, VM, PAGE);
	note(ANNOTATION_OWN_PIN, 0, PAGE);
	note(ANNOTATION_OWN_DEVICE_WRITE, VM, PAGE);
	ownership_dma(ownership, paddr, true);
	ownership_dma(ownership, paddr, false);
	expect(NULL);
	ck_assert_uint_eq(ownership_counts(ownership).parts, 3);
	note(ANNOTATION_OWN_UNPIN, 0, PAGE);
	ownership_dma(ownership, paddr, false);
	expect("a device reads a page that no VM has given it");
}
END_TEST

START_TEST(page_pinned_to_be_read_is_not_written)
{
	note(ANNOTATION_OWN_READ, VM, PAGE);
	note(ANNOTATION_OWN_PIN, 0, PAGE);
	note(ANNOTATION_OWN_DEVICE_READ, VM, PAGE);
	ownership_dma(ownership, PAGE << MAP_PAGE_SHIFT, false);
	expect(NULL);
	ownership_dma(ownership, PAGE << MAP_PAGE_SHIFT, true);
	expect("a device writes a page that no VM has given it");
}
END_TEST

START_TEST(free_page_is_not_reached)
{
	note(ANNOTATION_OWN_ZEROED, VM, PAGE);
	note(ANNOTATION_OWN_RELEASE, VM, PAGE);
	note(ANNOTATION_OWN_FREE, 0, PAGE);
	ownership_dma(ownership, PAGE << MAP_PAGE_SHIFT, true);
	expect("a device writes a free page; page 0x40 is nobody's");
}
END_TEST

START_TEST(page_that_a_device_writes_stays_writable)
{
	note(ANNOTATION_OWN_ZEROED, VM, PAGE);
	note(ANNOTATION_OWN_PIN, 0, PAGE);
	note(ANNOTATION_OWN_DEVICE_WRITE, VM, PAGE);
	note(ANNOTATION_OWN_READ, VM, PAGE);
	expect("a page that a device may write becomes read-only");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("ownership");
	TCase *tcase = tcase_create("ownership");
	SRunner *runner = srunner_create(suite);

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, what_is_given_may_be_mapped);
	tcase_add_test(tcase, anothers_page_may_not_be_mapped);
	tcase_add_test(tcase, monitors_page_may_not_be_mapped);
	tcase_add_test(tcase, nobodys_cpu_maps_nothing);
	tcase_add_test(tcase, device_page_may_not_be_mapped);
	tcase_add_test(tcase, clock_page_may_not_be_written);
	tcase_add_test(tcase, shared_page_may_not_be_written);
	tcase_add_test(tcase, every_page_of_a_large_entry_counts);
	tcase_add_test(tcase, entries_match_once);
	tcase_add_test(tcase, shootdown_comes_before_release);
	tcase_add_test(tcase, stale_entry_is_found_on_the_way_to_the_guest);
	tcase_add_test(tcase, downgrade_is_held_against_entries);
	tcase_add_test(tcase, other_asids_wait);
	tcase_add_test(tcase, page_at_two_places_is_given_up_twice);
	tcase_add_loop_test(tcase, list_is_consistent, 0, sizeof(refusals) / sizeof(refusals[0]));
	tcase_add_test(tcase, page_is_zero_when_it_is_said_to_be);
	tcase_add_test(tcase, devices_reach_what_is_pinned);
	tcase_add_test(tcase, page_pinned_to_be_read_is_not_written);
	tcase_add_test(tcase, free_page_is_not_reached);
	tcase_add_test(tcase, page_that_a_device_writes_stays_writable);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
