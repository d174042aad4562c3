/* SPDX-License-Identifier: MIT */
/*
 * test_vtlb.c - the virtual TLB and the rules of its second level (vtlb.h R1-R6;
 * docs/machine/vm.md, "TLB"): each with the entry still in a slot, and after it has left the slots.
 */
#include <check.h>
#include <stdlib.h>

#include "isa/cp0.h"
#include "tests/monitor/guest_tlb.h"
#include "tests/monitor/model.h"
#include "tests/suite.h"

#include "src/mips_tlb/window.h"

#define ENTRIES 1024
#define FRAMES  512

/* Linux's UNIQUE_ENTRYHI(i): in KSEG0, where no translation can ever match. */
#define UNIQUE(i) (0xffffffff80000000 + ((uint64_t)(i) << 13))

static struct vtlb *vtlb;

static void setup_entries(uint32_t entry_count)
{
	model_start(2, 1024, 16);
	model_add_vm(0, FRAMES, 1, entry_count);
	vtlb = &model.vtlb[0][0];
	model_load(0, vtlb);
}

static void setup(void)
{
	setup_entries(ENTRIES);
}

/* Enough other pairs through the slots that nothing older is left in them. */
static void push_out(uint8_t asid)
{
	for (uint32_t i = 0; i < VM_TLB_ENTRIES; i++) {
		refill(OTHER + ((uint64_t)i << 13), asid, 100 + 2 * i, RW);
	}
}

static bool in_slots(uint64_t vaddr, uint8_t asid)
{
	for (uint32_t i = 0; i < VM_TLB_ENTRIES; i++) {
		struct vtlb_registers r = vtlb_read(vtlb, i);

		if (((r.entryhi ^ vaddr) & 0xffffffe000) == 0 &&
		    (r.entrylo0 & GLO || (r.entryhi & 0xff) == asid)) {
			return true;
		}
	}
	return false;
}

/* Linux 6.1, arch/mips/mm/tlb-r4k.c. */
static void linux_flush_all(void)
{
	for (uint32_t i = vtlb->wired; i < VM_TLB_ENTRIES; i++) {
		struct vtlb_registers r = { .entryhi = UNIQUE(i) };

		vtlb_write_indexed(vtlb, i, &r);
	}
}

static void linux_flush_page(uint64_t vaddr, uint8_t asid)
{
	uint32_t index = vtlb_probe(vtlb, (vaddr & ~(uint64_t)0x1fff) | asid);

	if (!(index & INDEX_P)) {
		struct vtlb_registers r = { .entryhi = UNIQUE(index) };

		vtlb_write_indexed(vtlb, index, &r);
	}
}

static void linux_update_mmu_cache(uint64_t vaddr, uint8_t asid, uint32_t gpn, uint32_t bits)
{
	struct vtlb_registers r = registers(vaddr, asid, gpn, bits);
	uint32_t index = vtlb_probe(vtlb, r.entryhi);

	if (index & INDEX_P) {
		vtlb_write_random(vtlb, &r);
	} else {
		vtlb_write_indexed(vtlb, index, &r);
	}
}

START_TEST(empty_tlb_matches_nothing)
{
	setup();
	ck_assert_int_eq(load_from(TEXT, 1), VTLB_REFILL);
	ck_assert_int_eq(load_from(0, 0), VTLB_REFILL);
	ck_assert_uint_eq(vtlb_probe(vtlb, TEXT | 1), INDEX_P);
	ck_assert_uint_eq(vtlb_random(vtlb), VM_TLB_ENTRIES - 1);
	model_end();
}
END_TEST

START_TEST(written_pair_is_reached)
{
	setup();
	refill(TEXT, 1, 8, RW);
	ck_assert_uint_eq(gpn_at(TEXT + 4, 1), 8);
	ck_assert_uint_eq(gpn_at(TEXT + 0x1ffc, 1), 9);
	ck_assert_int_eq(load_from(TEXT + 0x2000, 1), VTLB_REFILL);
	ck_assert_int_eq(load_from(TEXT, 2), VTLB_REFILL);
	model_end();
}
END_TEST

START_TEST(invalid_half_is_invalid)
{
	struct vtlb_registers r = registers(TEXT, 1, 8, RW);

	setup();
	r.entrylo1 &= ~(uint32_t)ENTRYLO_V;
	vtlb_write_random(vtlb, &r);
	ck_assert_int_eq(load_from(TEXT, 1), VTLB_MAPPED);
	ck_assert_int_eq(load_from(TEXT + 0x1000, 1), VTLB_INVALID);
	ck_assert_int_eq(store_to(TEXT + 0x1000, 1), VTLB_INVALID);
	model_end();
}
END_TEST

START_TEST(clean_page_is_modified_by_store)
{
	setup();
	refill(TEXT, 1, 8, RO);
	ck_assert_int_eq(load_from(TEXT, 1), VTLB_MAPPED);
	ck_assert_int_eq(store_to(TEXT, 1), VTLB_MODIFIED);
	model_end();
}
END_TEST

/* R4000 UM 4.3: an entry is global only if both words say so. */
START_TEST(global_is_and_of_the_pair)
{
	struct vtlb_registers r = registers(HEAP, 3, 8, RW | GLO);

	setup();
	vtlb_write_indexed(vtlb, 5, &r);
	ck_assert_int_eq(load_from(HEAP, 9), VTLB_MAPPED);
	ck_assert_uint_eq(vtlb_read(vtlb, 5).entrylo0 & GLO, GLO);
	for (unsigned half = 0; half < 2; half++) {
		r = registers(HEAP + 0x4000, 3, 10, RW);
		if (half) {
			r.entrylo1 |= GLO;
		} else {
			r.entrylo0 |= GLO;
		}
		vtlb_write_indexed(vtlb, 6, &r);
		ck_assert_int_eq(load_from(HEAP + 0x4000, 3), VTLB_MAPPED);
		ck_assert_int_eq(load_from(HEAP + 0x4000, 9), VTLB_REFILL);
		ck_assert_uint_eq(vtlb_read(vtlb, 6).entrylo0 & GLO, 0);
		ck_assert_uint_eq(vtlb_read(vtlb, 6).entrylo1 & GLO, 0);
	}
	model_end();
}
END_TEST

/* All seven page sizes (R4000 UM table 4-8), every 4 KB page of the pair up to 1 MB. */
START_TEST(page_sizes_lead_to_every_page)
{
	uint32_t wrong = 0;

	model_start(2, 1024, 16);
	model_add_vm(0, 1024, 1, ENTRIES);
	vtlb = &model.vtlb[0][0];
	model_load(0, vtlb);
	for (unsigned order = 0; order <= 12; order += 2) {
		uint32_t size = 1U << order;

		refill_large(0x2000000, 1, 0, RW, (size - 1) << 13);
		for (uint32_t i = 0; i < size && i < 256; i++) {
			struct vtlb_fault fault;

			wrong += vtlb_translate(vtlb, 0x2000000 + i * 0x1000ULL, 1, true, &fault) !=
					 VTLB_MAPPED ||
				 fault.gpa != i * 0x1000ULL;
			wrong += vtlb_translate(vtlb, 0x2000000 + ((uint64_t)size + i) * 0x1000 + 5,
						1, false, &fault) != VTLB_MAPPED ||
				 fault.gpa != ((uint64_t)size + i) * 0x1000 + 5;
			wrong += store_to(0x2000000 + i * 0x1000ULL, 1) != VTLB_MAPPED;
		}
		wrong += load_from(0x2000000 + 2ULL * size * 0x1000, 1) != VTLB_REFILL;
		linux_flush_all();
	}
	ck_assert_uint_eq(wrong, 0);
	model_end();
}
END_TEST

START_TEST(illegal_mask_counts_as_smaller)
{
	setup();
	refill_large(0x2000000, 1, 0, RW, 0x2000);
	ck_assert_uint_eq(vtlb_read(vtlb, 47).pagemask, 0);
	refill_large(0x2000000, 1, 0, RW, 0x1ff6000);
	ck_assert_uint_eq(vtlb_read(vtlb, 46).pagemask, 0x6000);
	refill_large(0x2000000, 1, 0, RW, 0xffffffff);
	ck_assert_uint_eq(vtlb_read(vtlb, 45).pagemask, 0x1ffe000);
	model_end();
}
END_TEST

START_TEST(read_gives_what_was_written)
{
	struct vtlb_registers r = registers(HEAP, 7, 20, RO);
	struct vtlb_registers back;

	setup();
	r.entryhi |= 0xff00ULL << 40 | 0x1f00; /* bits that EntryHi does not have */
	vtlb_write_indexed(vtlb, 3, &r);
	back = vtlb_read(vtlb, 3);
	ck_assert_uint_eq(back.entryhi, l2tlb_tag(r.entryhi));
	ck_assert_uint_eq(back.entrylo0, r.entrylo0);
	ck_assert_uint_eq(back.entrylo1, r.entrylo1);
	ck_assert_uint_eq(back.pagemask, 0);
	model_end();
}
END_TEST

START_TEST(index_beyond_the_tlb_does_nothing)
{
	struct vtlb_registers r = registers(HEAP, 7, 20, RO);

	setup();
	vtlb_write_indexed(vtlb, VM_TLB_ENTRIES, &r);
	vtlb_write_indexed(vtlb, INDEX_P | 3, &r);
	ck_assert_int_eq(load_from(HEAP, 7), VTLB_REFILL);
	ck_assert_int_eq(window_area_of(vtlb_read(vtlb, 63).entryhi), WINDOW_AREA_NEVER);
	model_end();
}
END_TEST

START_TEST(wired_slots_are_not_replaced)
{
	struct vtlb_registers r = registers(HEAP, 7, 20, RW);

	setup();
	vtlb_write_indexed(vtlb, 0, &r);
	vtlb_set_wired(vtlb, 1);
	ck_assert_uint_eq(vtlb_random(vtlb), VM_TLB_ENTRIES - 1);
	for (unsigned i = 0; i < 200; i++) {
		ck_assert_uint_ge(vtlb_random(vtlb), 1);
		refill(OTHER + (uint64_t)i * 0x2000, 1, 40, RW);
	}
	ck_assert_uint_eq(vtlb_probe(vtlb, HEAP | 7), 0);
	vtlb_set_wired(vtlb, 63);
	refill(OTHER, 2, 40, RW);
	ck_assert_uint_eq(vtlb_probe(vtlb, OTHER | 2), VM_TLB_ENTRIES - 1);
	model_end();
}
END_TEST

/* R1 */
START_TEST(probe_promotes_from_second_level)
{
	uint32_t index;

	setup();
	refill(TEXT, 1, 8, RW);
	push_out(1);
	ck_assert(!in_slots(TEXT, 1));
	index = vtlb_probe(vtlb, TEXT | 1);
	ck_assert_uint_lt(index, VM_TLB_ENTRIES);
	ck_assert_uint_eq(vtlb_read(vtlb, index).entryhi, TEXT | 1);
	ck_assert_uint_eq(vtlb_read(vtlb, index).entrylo0, registers(TEXT, 1, 8, RW).entrylo0);
	ck_assert_uint_eq(vtlb_read(vtlb, index).entrylo1, registers(TEXT, 1, 8, RW).entrylo1);
	model_end();
}
END_TEST

START_TEST(second_level_hit_needs_no_guest)
{
	setup();
	refill(TEXT, 1, 8, RW);
	push_out(1);
	tlb_hw_flush();
	ck_assert(!in_slots(TEXT, 1));
	ck_assert_uint_eq(gpn_at(TEXT, 1), 8);
	model_end();
}
END_TEST

/* Linux gives ASIDs again from 1 after flushing everything. */
START_TEST(asid_rollover_forgets_left_entries)
{
	setup();
	refill(TEXT, 1, 8, RW);
	ck_assert_int_eq(store_to(TEXT, 1), VTLB_MAPPED);
	push_out(1);
	ck_assert(!in_slots(TEXT, 1));
	linux_flush_all();
	ck_assert_int_eq(load_from(TEXT, 1), VTLB_REFILL);
	ck_assert_int_eq(load_from(OTHER, 1), VTLB_REFILL);
	model_end();
}
END_TEST

START_TEST(flush_all_keeps_wired_pairs)
{
	struct vtlb_registers r = registers(HEAP, 1, 20, RW | GLO);

	setup();
	vtlb_write_indexed(vtlb, 0, &r);
	vtlb_set_wired(vtlb, 1);
	refill(TEXT, 1, 8, RW);
	ck_assert_int_eq(store_to(HEAP, 1), VTLB_MAPPED);
	linux_flush_all();
	ck_assert_ptr_nonnull(l2tlb_find(&vtlb->l2tlb, HEAP | 1));
	ck_assert_ptr_null(l2tlb_find(&vtlb->l2tlb, TEXT | 1));
	ck_assert_uint_eq(gpn_at(HEAP, 4), 20);
	model_end();
}
END_TEST

/* mprotect(PROT_READ): the page table changes, flush_tlb_page(), the page is touched again. */
START_TEST(mprotect_downgrade_forgets_writable)
{
	for (unsigned left = 0; left < 2; left++) {
		setup();
		refill(HEAP, 2, 8, RW);
		ck_assert_int_eq(store_to(HEAP, 2), VTLB_MAPPED);
		if (left) {
			push_out(2);
			ck_assert(!in_slots(HEAP, 2));
		}
		linux_flush_page(HEAP, 2);
		ck_assert_int_eq(store_to(HEAP, 2), VTLB_REFILL);
		refill(HEAP, 2, 8, RO);
		ck_assert_int_eq(store_to(HEAP, 2), VTLB_MODIFIED);
		push_out(2);
		ck_assert_int_eq(store_to(HEAP, 2), VTLB_MODIFIED);
		model_end();
	}
}
END_TEST

/* The same where the new entry is written over the old one (update_mmu_cache). */
START_TEST(downgrade_by_write_supersedes)
{
	setup();
	refill(HEAP, 2, 8, RW);
	ck_assert_int_eq(store_to(HEAP, 2), VTLB_MAPPED);
	push_out(2);
	linux_update_mmu_cache(HEAP, 2, 8, RO);
	ck_assert_int_eq(store_to(HEAP, 2), VTLB_MODIFIED);
	/* tlbwr without a probe, as a refill handler does after a fork. */
	push_out(2);
	refill(HEAP, 2, 30, RW);
	ck_assert_uint_eq(gpn_at(HEAP, 2), 30);
	push_out(2);
	ck_assert_uint_eq(gpn_at(HEAP, 2), 30);
	model_end();
}
END_TEST

START_TEST(munmap_and_refault_sees_new_page)
{
	for (unsigned left = 0; left < 2; left++) {
		setup();
		refill(HEAP, 2, 8, RW);
		ck_assert_uint_eq(gpn_at(HEAP, 2), 8);
		if (left) {
			push_out(2);
			ck_assert(!in_slots(HEAP, 2));
		}
		linux_flush_page(HEAP, 2);
		ck_assert_int_eq(load_from(HEAP, 2), VTLB_REFILL);
		refill(HEAP, 2, 30, RW);
		ck_assert_uint_eq(gpn_at(HEAP, 2), 30);
		push_out(2);
		ck_assert_uint_eq(gpn_at(HEAP, 2), 30);
		model_end();
	}
}
END_TEST

/* R3: what a tlbwi overwrites is gone, although the guest never named its address. */
START_TEST(overwritten_entry_is_gone)
{
	struct vtlb_registers old = registers(HEAP, 2, 8, RW);
	struct vtlb_registers new = registers(TEXT, 2, 30, RW);

	setup();
	vtlb_write_indexed(vtlb, 9, &old);
	ck_assert_int_eq(store_to(HEAP, 2), VTLB_MAPPED);
	vtlb_write_indexed(vtlb, 9, &new);
	ck_assert_int_eq(load_from(HEAP, 2), VTLB_REFILL);
	ck_assert_uint_eq(vtlb_probe(vtlb, HEAP | 2), INDEX_P);
	ck_assert_uint_eq(gpn_at(TEXT, 2), 30);
	model_end();
}
END_TEST

/* R5: a flush of one page by probe leaves the others; a flush by number takes all. */
START_TEST(flush_of_one_page_leaves_the_rest)
{
	setup();
	refill(HEAP, 2, 8, RW);
	refill(TEXT, 2, 30, RW);
	push_out(2);
	linux_flush_page(HEAP, 2);
	ck_assert_ptr_null(l2tlb_find(&vtlb->l2tlb, HEAP | 2));
	ck_assert_ptr_nonnull(l2tlb_find(&vtlb->l2tlb, TEXT | 2));
	model_end();
}
END_TEST

START_TEST(unmatchable_write_without_probe_takes_all)
{
	struct vtlb_registers r = { .entryhi = UNIQUE(20) };

	for (unsigned how = 0; how < 3; how++) {
		setup();
		refill(HEAP, 2, 8, RW);
		push_out(2);
		if (how == 1) {
			/* A probe that hit elsewhere. */
			ck_assert_uint_ne(vtlb_probe(vtlb, OTHER | 2), 20);
		} else if (how == 2) {
			/* A probe that hit here, and an exception in between. */
			ck_assert_uint_lt(vtlb_probe(vtlb, vtlb_read(vtlb, 20).entryhi), 21);
			vtlb_forget_probe(vtlb);
		}
		vtlb_write_indexed(vtlb, 20, &r);
		ck_assert_uint_eq(vtlb->l2tlb.count, 0);
		ck_assert_int_eq(load_from(HEAP, 2), VTLB_REFILL);
		model_end();
	}
}
END_TEST

/* A probe serves one write. */
START_TEST(probe_is_used_up_by_write)
{
	struct vtlb_registers r = { .entryhi = UNIQUE(1) };
	uint32_t index;

	setup();
	refill(HEAP, 2, 8, RW);
	refill(TEXT, 2, 30, RW);
	index = vtlb_probe(vtlb, HEAP | 2);
	vtlb_write_indexed(vtlb, index, &r);
	ck_assert_uint_ne(vtlb->l2tlb.count, 0);
	vtlb_write_indexed(vtlb, index, &r);
	ck_assert_uint_eq(vtlb->l2tlb.count, 0);
	model_end();
}
END_TEST

/* R4 */
START_TEST(pairs_of_large_entry_leave_with_it)
{
	setup();
	refill_large(HEAP, 2, 0, RW, 0x1e000);
	ck_assert_int_eq(store_to(HEAP + 0x9000, 2), VTLB_MAPPED);
	ck_assert_uint_eq(vtlb->l2tlb.count, 1);
	push_out(2);
	ck_assert_int_eq(load_from(HEAP + 0x9000, 2), VTLB_REFILL);
	model_end();
}
END_TEST

START_TEST(large_write_supersedes_all_in_range)
{
	setup();
	refill(HEAP + 0x4000, 2, 60, RW);
	refill(HEAP + 0x1e000, 2, 62, RW);
	refill(HEAP + 0x20000, 2, 64, RW);
	refill(HEAP + 0x4000, 3, 66, RW);
	ck_assert_uint_eq(gpn_at(HEAP + 0x4000, 2), 60);
	ck_assert_uint_eq(gpn_at(HEAP + 0x1e000, 2), 62);
	ck_assert_uint_eq(gpn_at(HEAP + 0x4000, 3), 66);
	push_out(2);
	refill_large(HEAP, 2, 0, RW, 0x1e000);
	ck_assert_uint_eq(gpn_at(HEAP + 0x4000, 2), 4);
	ck_assert_uint_eq(gpn_at(HEAP + 0x1e000, 2), 30);
	ck_assert_uint_eq(gpn_at(HEAP + 0x20000, 2), 64);
	ck_assert_uint_eq(gpn_at(HEAP + 0x4000, 3), 66);
	model_end();
}
END_TEST

START_TEST(global_pair_serves_every_asid_and_goes_as_one)
{
	setup();
	refill(0xffffffffd0004000, 1, 8, RW | GLO);
	push_out(1);
	for (uint32_t asid = 0; asid < 256; asid++) {
		ck_assert_uint_eq(gpn_at(0xffffffffd0005000, (uint8_t)asid), 9);
	}
	ck_assert_ptr_null(model_check());
	linux_flush_page(0xffffffffd0004000, 77);
	for (uint32_t asid = 0; asid < 256; asid++) {
		ck_assert_int_eq(load_from(0xffffffffd0005000, (uint8_t)asid), VTLB_REFILL);
	}
	model_end();
}
END_TEST

START_TEST(global_write_supersedes_every_asid)
{
	setup();
	for (uint32_t asid = 1; asid < 40; asid++) {
		refill(HEAP, (uint8_t)asid, 8, RW);
	}
	refill(HEAP, 1, 30, RW | GLO);
	for (uint32_t asid = 40; asid < 60; asid++) {
		ck_assert_uint_eq(gpn_at(HEAP, (uint8_t)asid), 30);
	}
	ck_assert_ptr_null(model_check());
	/* And the other way: an entry of one ASID takes the global ones away. */
	linux_flush_all();
	refill(HEAP, 1, 30, RW | GLO);
	push_out(1);
	ck_assert_uint_eq(gpn_at(HEAP, 9), 30);
	refill(HEAP, 5, 8, RW);
	ck_assert_uint_eq(gpn_at(HEAP, 5), 8);
	ck_assert_int_eq(load_from(HEAP, 9), VTLB_REFILL);
	model_end();
}
END_TEST

START_TEST(large_global_write_supersedes_every_asid)
{
	setup();
	for (uint32_t asid = 1; asid < 20; asid++) {
		refill(HEAP + 0x2000, (uint8_t)asid, 60, RW);
		ck_assert_uint_eq(gpn_at(HEAP + 0x2000, (uint8_t)asid), 60);
	}
	push_out(1);
	refill_large(HEAP, 1, 0, RW | GLO, 0x6000);
	ck_assert_uint_eq(gpn_at(HEAP + 0x2000, 7), 2);
	ck_assert_uint_eq(gpn_at(HEAP + 0x2000, 1), 2);
	ck_assert_uint_eq(gpn_at(HEAP + 0x3000, 19), 3);
	model_end();
}
END_TEST

/* R6 */
START_TEST(second_level_off_forgets_left_entries)
{
	setup();
	vtlb->second_level = false;
	refill(HEAP, 2, 8, RW);
	ck_assert_uint_eq(gpn_at(HEAP, 2), 8);
	push_out(2);
	ck_assert_int_eq(load_from(HEAP, 2), VTLB_REFILL);
	ck_assert_uint_eq(vtlb_probe(vtlb, HEAP | 2), INDEX_P);
	ck_assert_uint_le(vtlb->l2tlb.count, VM_TLB_ENTRIES);
	model_end();
}
END_TEST

/* A guest that manages slots by number may believe what it wrote there to be there. */
START_TEST(promotion_spares_slots_written_by_number)
{
	struct vtlb_registers new = registers(TEXT, 2, 30, RW);

	setup();
	refill(HEAP, 2, 8, RW);
	push_out(2);
	for (uint32_t i = 0; i < VM_TLB_ENTRIES; i++) {
		struct vtlb_registers r = registers(OTHER + ((uint64_t)i << 13), 3, 100, RW);

		vtlb_write_indexed(vtlb, i, &r);
	}
	/* No slot to promote to: the pair is forgotten, which hardware does too. */
	ck_assert_uint_eq(vtlb_probe(vtlb, HEAP | 2), INDEX_P);
	ck_assert_int_eq(load_from(HEAP, 2), VTLB_REFILL);
	for (uint32_t i = 0; i < VM_TLB_ENTRIES; i++) {
		ck_assert_uint_eq(vtlb_read(vtlb, i).entryhi, (OTHER + ((uint64_t)i << 13)) | 3);
	}
	vtlb_write_indexed(vtlb, 4, &new);
	ck_assert_int_eq(load_from(OTHER + (4ULL << 13), 3), VTLB_REFILL);
	model_end();
}
END_TEST

START_TEST(unloaded_vcpu_touches_no_hardware)
{
	setup();
	refill(HEAP, 1, 8, RW);
	ck_assert_int_ge(model_tlb_find(HEAP, 1), 0);
	model_load(0, NULL);
	ck_assert_int_eq(model_tlb_find(HEAP, 1), -1);
	refill(TEXT, 1, 30, RW);
	ck_assert_int_eq(model_tlb_find(TEXT, 1), -1);
	model_load(0, vtlb);
	ck_assert_uint_eq(gpn_at(TEXT, 1), 30);
	ck_assert_uint_eq(gpn_at(HEAP, 1), 8);
	model_end();
}
END_TEST

START_TEST(tiny_second_level_works)
{
	setup_entries(L2TLB_ENTRIES_MIN);
	for (uint32_t i = 0; i < 40; i++) {
		refill(HEAP + ((uint64_t)i << 13), 1, 2 * i, RW);
	}
	for (uint32_t i = 0; i < 40; i++) {
		ck_assert_uint_eq(gpn_at(HEAP + ((uint64_t)i << 13), 1), 2 * i);
		ck_assert_ptr_null(model_check());
	}
	model_end();
}
END_TEST

START_TEST(init_refuses_bad_sizes)
{
	struct vtlb other;
	uint64_t storage[64];

	setup();
	ck_assert_uint_eq(l2tlb_storage_bytes(0), 0);
	ck_assert_uint_eq(l2tlb_storage_bytes(1), 0);
	ck_assert_uint_eq(l2tlb_storage_bytes(1000), 0);
	ck_assert_uint_eq(l2tlb_storage_bytes(131072), 0);
	ck_assert_uint_eq(l2tlb_storage_bytes(1024), 1024 * 24);
	ck_assert_int_eq(vtlb_init(&other, &model.pmap[0], 1, 0, 3, storage), ERR_RANGE);
	ck_assert_int_eq(vtlb_init(&other, &model.pmap[0], 2, 0, 2, storage), ERR_RANGE);
	model_end();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("vtlb");
	TCase *tcase = tcase_create("vtlb");

	suite_add_tcase(suite, tcase);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, empty_tlb_matches_nothing);
	tcase_add_test(tcase, written_pair_is_reached);
	tcase_add_test(tcase, invalid_half_is_invalid);
	tcase_add_test(tcase, clean_page_is_modified_by_store);
	tcase_add_test(tcase, global_is_and_of_the_pair);
	tcase_add_test(tcase, page_sizes_lead_to_every_page);
	tcase_add_test(tcase, illegal_mask_counts_as_smaller);
	tcase_add_test(tcase, read_gives_what_was_written);
	tcase_add_test(tcase, index_beyond_the_tlb_does_nothing);
	tcase_add_test(tcase, wired_slots_are_not_replaced);
	tcase_add_test(tcase, probe_promotes_from_second_level);
	tcase_add_test(tcase, second_level_hit_needs_no_guest);
	tcase_add_test(tcase, asid_rollover_forgets_left_entries);
	tcase_add_test(tcase, flush_all_keeps_wired_pairs);
	tcase_add_test(tcase, mprotect_downgrade_forgets_writable);
	tcase_add_test(tcase, downgrade_by_write_supersedes);
	tcase_add_test(tcase, munmap_and_refault_sees_new_page);
	tcase_add_test(tcase, overwritten_entry_is_gone);
	tcase_add_test(tcase, flush_of_one_page_leaves_the_rest);
	tcase_add_test(tcase, unmatchable_write_without_probe_takes_all);
	tcase_add_test(tcase, probe_is_used_up_by_write);
	tcase_add_test(tcase, pairs_of_large_entry_leave_with_it);
	tcase_add_test(tcase, large_write_supersedes_all_in_range);
	tcase_add_test(tcase, global_pair_serves_every_asid_and_goes_as_one);
	tcase_add_test(tcase, global_write_supersedes_every_asid);
	tcase_add_test(tcase, large_global_write_supersedes_every_asid);
	tcase_add_test(tcase, second_level_off_forgets_left_entries);
	tcase_add_test(tcase, promotion_spares_slots_written_by_number);
	tcase_add_test(tcase, unloaded_vcpu_touches_no_hardware);
	tcase_add_test(tcase, tiny_second_level_works);
	tcase_add_test(tcase, init_refuses_bad_sizes);
	return suite_run(suite);
}
