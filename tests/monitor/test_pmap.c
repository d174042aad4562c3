/* SPDX-License-Identifier: MIT */
/*
 * test_pmap.c - guest pages, machine pages, backmaps and large blocks (src/pmap), with VCPUs on
 * several CPUs that hold translations of them.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "isa/cp0.h"
#include "tests/monitor/model.h"
#include "tests/monitor/move_one.h"
#include "tests/monitor/touch.h"
#include "tests/suite.h"

#include "src/mips_tlb/window.h"

static struct pmap *pmap;
static struct pmap_caller here;

/* Two nodes, VM 0 with VCPUs 0 and 1 on CPUs 0 and 1, VM 1 with one on CPU 2. */
static void setup_frames(uint32_t frames_per_node, uint32_t vm_frames, bool large)
{
	model_start(2, frames_per_node, 8);
	model_add_vm(0, vm_frames, 2, 64);
	model_add_vm(1, vm_frames, 1, 64);
	pmap = &model.pmap[0];
	pmap->large = large;
	model.pmap[1].large = large;
	for (uint32_t i = 0; i < 2; i++) {
		model_load(i, &model.vtlb[0][i]);
	}
	model_load(2, &model.vtlb[1][0]);
	here = model_caller();
}

static void setup(void)
{
	setup_frames(256, 64, false);
}

START_TEST(page_is_allocated_at_first_touch_on_the_node_and_zeroed)
{
	uint64_t before;

	setup();
	before = page_alloc_free_count(&model.alloc);
	ck_assert_uint_eq(pmap_ready(pmap, 5), PMAP_READY_NONE);
	ck_assert_uint_eq(load_on(1, window(5) + 100), 0);
	ck_assert_uint_eq(page_node(&model.alloc, mpn_of(0, 5)), 1);
	ck_assert_uint_eq(page_alloc_free_count(&model.alloc), before - 1);
	ck_assert_uint_eq(pmap_ready(pmap, 5) & 0x3f, 5 << 3 | RW | ENTRYLO_G);
	for (uint32_t i = 0; i < MAP_PAGE_BYTES; i++) {
		ck_assert_uint_eq(((uint8_t *)machine_page(mpn_of(0, 5)))[i], 0);
	}
	/* A second touch, from the other node, changes nothing. */
	store_on(0, window(5), 7);
	ck_assert_uint_eq(page_alloc_free_count(&model.alloc), before - 1);
	ck_assert_uint_eq(load_on(1, window(5)), 7);
	sound();
	model_end();
}
END_TEST

START_TEST(full_node_falls_back_and_full_machine_says_so)
{
	uint64_t paddr;
	uint32_t mpn;

	setup();
	model.alloc.pool[0]->fail_after = 0;
	ck_assert_uint_eq(load_on(0, window(1)), 0);
	ck_assert_uint_eq(page_node(&model.alloc, mpn_of(0, 1)), 1);
	ck_assert_uint_eq(pmap->remote, 1);
	model.alloc.pool[1]->fail_after = 0;
	ck_assert_int_eq(access_on(0, window(2), true, &paddr), VTLB_NO_MEMORY);
	map(0, HEAP, 6);
	ck_assert_int_eq(access_on(0, HEAP, true, &paddr), VTLB_NO_MEMORY);
	ck_assert_int_eq(pmap_pin(pmap, 3, true, &mpn, &here), PMAP_TOUCH_NO_MEMORY);
	ck_assert_int_eq(pmap_populate(pmap, 8, 2, &here), ERR_NOMEM);
	ck_assert_int_eq(pmap_move(pmap, 1, 0, &here), ERR_NOMEM);
	/* Nothing has changed: with memory it goes on. */
	sound();
	model.alloc.pool[1]->fail_after = UINT64_MAX;
	ck_assert_int_eq(access_on(0, window(2), true, &paddr), VTLB_MAPPED);
	sound();
	model_end();
}
END_TEST

START_TEST(memory_beyond_the_vm_is_outside)
{
	uint32_t frame;
	uint64_t paddr;

	setup();
	ck_assert_int_eq(access_on(0, window(64), false, &paddr), VTLB_OUTSIDE);
	ck_assert_int_eq(access_on(0, VM_TRAMPOLINE_BASE | 0xffffffff00000000, false, &paddr),
			 VTLB_OUTSIDE);
	ck_assert(!pmap_frame(pmap, MAP_IO_BASE >> 12, &frame));
	ck_assert(!pmap_frame(pmap, 1U << (MAP_NO_ALIAS_BIT - 12), &frame));
	ck_assert(!pmap_frame(pmap, UINT32_MAX, &frame));
	ck_assert_int_eq(pmap_release(pmap, 64, &here), ERR_RANGE);
	ck_assert_int_eq(pmap_map_shared(pmap, 64, 100), ERR_RANGE);
	ck_assert_int_eq(pmap_protect(pmap, 64, 0, &here), ERR_RANGE);
	ck_assert_int_eq(pmap_protect(pmap, 6, 0, &here), ERR_RANGE);
	ck_assert_int_eq(pmap_move(pmap, 6, 0, &here), ERR_RANGE);
	sound();
	model_end();
}
END_TEST

/* Guest memory is numbered as the machine's, hole included. */
START_TEST(frames_go_round_the_hole)
{
	uint32_t hole = (uint32_t)FRAME_HOLE_FIRST;
	uint32_t frame = 0;

	model_start(1, 64, 8);
	model_add_vm(0, hole + 16, 1, 64);
	pmap = &model.pmap[0];
	ck_assert(pmap_frame(pmap, hole - 1, &frame));
	ck_assert_uint_eq(frame, hole - 1);
	ck_assert(!pmap_frame(pmap, hole, &frame));
	ck_assert(pmap_frame(pmap, MAP_IO_END >> 12, &frame));
	ck_assert_uint_eq(frame, hole);
	ck_assert(!pmap_frame(pmap, (MAP_IO_END >> 12) + 16, &frame));
	/* The trampolines' pages are no memory of the VM. */
	ck_assert(!pmap_frame(pmap, VM_TRAMPOLINE_PADDR >> 12, &frame));
	ck_assert(!pmap_frame(pmap, (VM_TRAMPOLINE_PADDR >> 12) + 15, &frame));
	ck_assert(pmap_frame(pmap, (VM_TRAMPOLINE_PADDR >> 12) + 16, &frame));
	ck_assert_uint_eq(pmap->window_pairs, VM_WINDOW_BYTES / 0x2000);
	model_end();
}
END_TEST

START_TEST(odd_memory_has_a_whole_last_pair)
{
	uint64_t paddr;

	setup_frames(256, 33, false);
	ck_assert_uint_eq(pmap->window_pairs, 17);
	ck_assert_int_eq(access_on(0, window(32), true, &paddr), VTLB_MAPPED);
	ck_assert_int_eq(access_on(0, window(33), true, &paddr), VTLB_OUTSIDE);
	sound();
	model_end();
}
END_TEST

START_TEST(released_page_is_gone_everywhere_and_zero_when_it_comes_back)
{
	uint64_t before;
	uint64_t paddr;

	setup();
	before = page_alloc_free_count(&model.alloc);
	map(0, HEAP, 4);
	map(1, HEAP + 0x2000, 4);
	store_on(0, HEAP + 9, 1);
	store_on(1, HEAP + 0x2000 + 9, 2);
	store_on(1, window(4) + 9, 3);
	ck_assert_int_eq(pmap_release(pmap, 4, &here), OK);
	sound();
	ck_assert_uint_eq(page_alloc_free_count(&model.alloc), before);
	model.current = 1;
	ck_assert_int_eq(model_tlb_find(window(4), 1), -1);
	ck_assert_int_eq(model_tlb_find(HEAP + 0x2000, 1), -1);
	model.current = 0;
	ck_assert_uint_gt(model.cpu[1].interrupts, 0);
	ck_assert_int_eq(access_on(0, HEAP + 9, false, &paddr), VTLB_MAPPED);
	ck_assert_uint_eq(*at(paddr), 0);
	ck_assert_int_eq(pmap_release(pmap, 9, &here), OK);
	sound();
	model_end();
}
END_TEST

/* VM 0's page 3 becomes shared with VM 1's page 3. */
static void share(void)
{
	uint32_t mpn = 0;

	store_on(0, window(3) + 1, 11);
	map(1, HEAP, 2);
	store_on(1, HEAP + 0x1002, 12);
	ck_assert_int_eq(pmap_make_shared(pmap, 3, &mpn, &here), OK);
	ck_assert_int_eq(pmap_map_shared(&model.pmap[1], 3, mpn), OK);
	ck_assert_int_eq(pmap_map_shared(&model.pmap[1], 3, mpn), ERR_BUSY);
	ck_assert_int_eq(pmap_make_shared(pmap, 3, &mpn, &here), OK);
	memmap_unpin(&model.memmap, mpn);
	memmap_unpin(&model.memmap, mpn);
	sound();
}

START_TEST(shared_page_is_copied_by_the_first_store)
{
	setup();
	share();
	ck_assert_uint_eq(load_on(2, window(3) + 1), 11);
	ck_assert_uint_eq(load_on(2, window(3) + 2), 12);
	ck_assert_uint_eq(mpn_of(0, 3), mpn_of(1, 3));
	/* Through the mapping that could write before. */
	store_on(1, HEAP + 0x1002, 99);
	ck_assert_uint_ne(mpn_of(0, 3), mpn_of(1, 3));
	ck_assert_uint_eq(load_on(0, window(3) + 2), 99);
	ck_assert_uint_eq(load_on(0, window(3) + 1), 11);
	ck_assert_uint_eq(load_on(2, window(3) + 2), 12);
	ck_assert_uint_eq(pmap->copied, 1);
	sound();
	/* The last user keeps the page: no copy. */
	store_on(2, window(3) + 2, 55);
	ck_assert_uint_eq(model.pmap[1].copied, 0);
	ck_assert_uint_eq(load_on(1, window(3) + 2), 99);
	sound();
	model_end();
}
END_TEST

START_TEST(copy_without_memory_changes_nothing)
{
	uint64_t paddr;

	setup();
	share();
	model.alloc.pool[0]->fail_after = 0;
	model.alloc.pool[1]->fail_after = 0;
	ck_assert_int_eq(access_on(0, window(3), true, &paddr), VTLB_NO_MEMORY);
	ck_assert_uint_eq(load_on(0, window(3) + 1), 11);
	ck_assert_uint_eq(mpn_of(0, 3), mpn_of(1, 3));
	sound();
	model_end();
}
END_TEST

START_TEST(shared_page_lives_until_its_last_user)
{
	uint64_t before;
	uint32_t mpn;

	setup();
	before = page_alloc_free_count(&model.alloc);
	share();
	mpn = mpn_of(0, 3);
	ck_assert_int_eq(pmap_release(pmap, 3, &here), OK);
	ck_assert(!page_is_free(&model.alloc, mpn));
	ck_assert_uint_eq(load_on(2, window(3) + 1), 11);
	ck_assert_int_eq(pmap_release(&model.pmap[1], 3, &here), OK);
	ck_assert(page_is_free(&model.alloc, mpn));
	ck_assert_uint_eq(page_alloc_free_count(&model.alloc), before);
	sound();
	model_end();
}
END_TEST

/* One machine page at many guest pages: records overflow, freeing still works. */
START_TEST(many_users_of_one_page)
{
	uint32_t mpn = 0;

	setup();
	store_on(0, window(20), 77);
	ck_assert_int_eq(pmap_make_shared(pmap, 20, &mpn, &here), OK);
	for (uint32_t i = 21; i < 30; i++) {
		ck_assert_int_eq(pmap_map_shared(pmap, i, mpn), OK);
		ck_assert_int_eq(pmap_map_shared(&model.pmap[1], i, mpn), OK);
	}
	memmap_unpin(&model.memmap, mpn);
	ck_assert_uint_eq(memmap_lookup(&model.memmap, mpn)->info.users, MEMMAP_USERS_UNKNOWN);
	sound();
	store_on(0, window(25), 1);
	ck_assert_uint_eq(load_on(0, window(26)), 77);
	ck_assert_uint_eq(load_on(2, window(25)), 77);
	for (uint32_t i = 20; i < 30; i++) {
		ck_assert_int_eq(pmap_release(pmap, i, &here), OK);
		sound();
	}
	for (uint32_t i = 21; i < 30; i++) {
		ck_assert(!page_is_free(&model.alloc, mpn));
		ck_assert_int_eq(pmap_release(&model.pmap[1], i, &here), OK);
		sound();
	}
	ck_assert(page_is_free(&model.alloc, mpn));
	model_end();
}
END_TEST

START_TEST(pinned_page_stays)
{
	uint32_t mpn = 0;
	uint32_t other;

	setup();
	ck_assert_int_eq(pmap_pin(pmap, 8, true, &mpn, &here), PMAP_TOUCH_OK);
	ck_assert_int_eq(pmap_release(pmap, 8, &here), ERR_BUSY);
	ck_assert_int_eq(pmap_move(pmap, 8, 1, &here), ERR_BUSY);
	ck_assert_int_eq(pmap_make_shared(pmap, 8, &other, &here), ERR_BUSY);
	memmap_unpin(&model.memmap, mpn);
	ck_assert_int_eq(pmap_release(pmap, 8, &here), OK);
	ck_assert(page_is_free(&model.alloc, mpn));
	/* A shared page that a device reads: whoever stores gets a copy, the page stays for it. */
	share();
	ck_assert_int_eq(pmap_pin(pmap, 3, false, &mpn, &here), PMAP_TOUCH_OK);
	store_on(2, window(3) + 1, 101);
	store_on(0, window(3) + 1, 100);
	ck_assert_uint_ne(mpn_of(0, 3), mpn);
	ck_assert_uint_ne(mpn_of(1, 3), mpn);
	ck_assert_uint_eq(((uint8_t *)machine_page(mpn))[1], 11);
	ck_assert(!page_is_free(&model.alloc, mpn));
	memmap_unpin(&model.memmap, mpn);
	ck_assert(page_is_free(&model.alloc, mpn));
	/* Another VM may give it up meanwhile. DMA into a shared page gets a copy first. */
	ck_assert_int_eq(pmap_release(&model.pmap[1], 3, &here), OK);
	share();
	ck_assert_int_eq(pmap_pin(pmap, 3, false, &mpn, &here), PMAP_TOUCH_OK);
	ck_assert_int_eq(pmap_release(&model.pmap[1], 3, &here), OK);
	ck_assert_uint_eq(mpn_of(0, 3), mpn);
	memmap_unpin(&model.memmap, mpn);
	share();
	ck_assert_int_eq(pmap_pin(pmap, 3, true, &mpn, &here), PMAP_TOUCH_OK);
	ck_assert_uint_ne(mpn, mpn_of(1, 3));
	memmap_unpin(&model.memmap, mpn);
	sound();
	model_end();
}
END_TEST

/* As a block of a disk that is in memory: no user needs it, and every user may have it. */
static bool replace(uint32_t vm, uint32_t gpn, uint32_t mpn)
{
	struct pmap_replacement item = { .gpn = gpn, .mpn = mpn };

	pmap_replace_shared(&model.pmap[vm], &item, 1, &here);
	return item.is_done;
}

START_TEST(held_page_replaces_what_was_there)
{
	uint32_t mpn;
	uint32_t own;

	setup();
	map(1, HEAP, 12);
	store_on(1, HEAP + 5, 42);
	own = mpn_of(0, 12);
	ck_assert_int_eq(
		memmap_take(&model.memmap, 0, PAGE_ALLOC_NO_HINT, INSPECT_FRAME_CACHE, &mpn), OK);
	memmap_hold(&model.memmap, mpn);
	memset(machine_page(mpn), 7, MAP_PAGE_BYTES);
	ck_assert(replace(0, 12, mpn));
	ck_assert(replace(1, 9, mpn));
	sound();
	ck_assert(page_is_free(&model.alloc, own));
	ck_assert_uint_eq(load_on(1, HEAP + 5), 7);
	ck_assert_uint_eq(load_on(2, window(9)), 7);
	ck_assert(!memmap_evict(&model.memmap, mpn));
	/* Their stores reach neither it nor each other. */
	store_on(0, window(12) + 5, 43);
	store_on(2, window(9), 44);
	ck_assert_uint_eq(load_on(1, HEAP + 5), 43);
	ck_assert_uint_eq(*(uint8_t *)machine_page(mpn), 7);
	ck_assert_uint_eq(memmap_lookup(&model.memmap, mpn)->info.kind, INSPECT_FRAME_CACHE);
	sound();
	/* What a device writes stays where it is. */
	ck_assert_int_eq(pmap_pin(pmap, 12, true, &own, &here), PMAP_TOUCH_OK);
	ck_assert(!replace(0, 12, mpn));
	memmap_unpin(&model.memmap, own);
	ck_assert_int_eq(pmap_protect(pmap, 12, PMAP_S_TEXT, &here), OK);
	ck_assert(!replace(0, 12, mpn));
	ck_assert(!replace(0, UINT32_MAX, mpn));
	memmap_pin(&model.memmap, mpn);
	ck_assert(!memmap_evict(&model.memmap, mpn));
	memmap_unpin(&model.memmap, mpn);
	ck_assert(memmap_evict(&model.memmap, mpn));
	ck_assert(page_is_free(&model.alloc, mpn));
	sound();
	model_end();
}
END_TEST

START_TEST(moved_page_keeps_its_bytes)
{
	uint32_t old;

	setup();
	map(1, HEAP, 12);
	store_on(0, window(12) + 5, 42);
	store_on(1, HEAP + 6, 43);
	old = mpn_of(0, 12);
	ck_assert_uint_eq(page_node(&model.alloc, old), 0);
	ck_assert_int_eq(pmap_move(pmap, 12, 0, &here), OK);
	ck_assert_uint_eq(mpn_of(0, 12), old);
	ck_assert_int_eq(pmap_move(pmap, 12, 1, &here), OK);
	ck_assert_uint_eq(page_node(&model.alloc, mpn_of(0, 12)), 1);
	ck_assert(page_is_free(&model.alloc, old));
	sound();
	ck_assert_uint_eq(load_on(1, HEAP + 5), 42);
	ck_assert_uint_eq(load_on(0, window(12) + 6), 43);
	model_end();
}
END_TEST

START_TEST(protected_page_traps)
{
	uint64_t paddr;
	uint32_t mpn;

	setup();
	map(1, HEAP, 14);
	store_on(1, HEAP, 1);
	store_on(0, window(14), 2);
	ck_assert_int_eq(pmap_protect(pmap, 14, PMAP_S_TEXT, &here), OK);
	sound();
	ck_assert_uint_eq(load_on(1, HEAP), 2);
	ck_assert_int_eq(access_on(1, HEAP, true, &paddr), VTLB_TRAPPED);
	ck_assert_int_eq(access_on(0, window(14), true, &paddr), VTLB_TRAPPED);
	ck_assert_int_eq(pmap_pin(pmap, 14, true, &mpn, &here), PMAP_TOUCH_TRAPPED);
	ck_assert_int_eq(pmap_protect(pmap, 14, PMAP_S_NO_ACCESS, &here), OK);
	sound();
	ck_assert_int_eq(access_on(1, HEAP, false, &paddr), VTLB_TRAPPED);
	ck_assert_int_eq(access_on(0, window(14), false, &paddr), VTLB_TRAPPED);
	/* A device does not watch, and the page keeps its protection when it moves. */
	ck_assert_int_eq(pmap_pin(pmap, 14, true, &mpn, &here), PMAP_TOUCH_OK);
	memmap_unpin(&model.memmap, mpn);
	ck_assert_int_eq(pmap_move(pmap, 14, 1, &here), OK);
	ck_assert_int_eq(access_on(1, HEAP, false, &paddr), VTLB_TRAPPED);
	ck_assert_int_eq(pmap_protect(pmap, 14, PMAP_S_NO_WRITE, &here), OK);
	ck_assert_uint_eq(load_on(1, HEAP), 2);
	ck_assert_int_eq(access_on(1, HEAP, true, &paddr), VTLB_TRAPPED);
	ck_assert_int_eq(pmap_protect(pmap, 14, 0, &here), OK);
	store_on(1, HEAP, 3);
	ck_assert_uint_eq(load_on(0, window(14)), 3);
	sound();
	model_end();
}
END_TEST

START_TEST(trampoline_is_readable_alone)
{
	uint64_t vaddr = 0xffffffff00000000 | VM_TRAMPOLINE_BASE;
	uint32_t mpn = 0;
	uint64_t paddr;

	setup();
	ck_assert_int_eq(
		memmap_take(&model.memmap, 0, PAGE_ALLOC_NO_HINT, INSPECT_FRAME_MONITOR, &mpn), OK);
	pmap_set_trampoline(pmap, 1, mpn);
	ck_assert_int_eq(access_on(0, vaddr + 0x1004, false, &paddr), VTLB_MAPPED);
	ck_assert_uint_eq(paddr, ((uint64_t)mpn << 12) + 4);
	ck_assert_int_eq(access_on(0, vaddr + 0x1004, true, &paddr), VTLB_OUTSIDE);
	ck_assert_int_eq(access_on(0, vaddr, false, &paddr), VTLB_OUTSIDE);
	/* Nor can the guest write it by its own TLB. */
	map(0, HEAP, (VM_TRAMPOLINE_PADDR >> 12) + 1);
	ck_assert_int_eq(access_on(0, HEAP, false, &paddr), VTLB_MAPPED);
	ck_assert_int_eq(access_on(0, HEAP, true, &paddr), VTLB_OUTSIDE);
	ck_assert_ptr_null(vtlb_check(&model.vtlb[0][0]));
	tlb_hw_flush();
	memmap_put(&model.memmap, mpn);
	model_end();
}
END_TEST

/* PageMask of the entry that maps `vaddr` now. */
static uint32_t mask_at(uint64_t vaddr)
{
	int index = model_tlb_find(vaddr, 1);

	return index < 0 ? UINT32_MAX : model.cpu[0].tlb[index].pagemask;
}

START_TEST(large_blocks_form_and_fall_apart)
{
	setup_frames(2048, 1024, true);
	for (uint32_t i = 0; i < 512; i++) {
		store_on(0, window(i), (uint8_t)i);
	}
	sound();
	/* Two blocks of 256 pages side by side. */
	ck_assert_uint_eq(pmap->page[0].order, 8);
	ck_assert_uint_eq(pmap->page[511].order, 8);
	tlb_hw_flush();
	ck_assert_uint_eq(load_on(0, window(300)), (uint8_t)300);
	ck_assert_uint_eq(mask_at(window(300)), 0xff << 13);
	ck_assert_int_eq(model_tlb_find(window(0), 1), model_tlb_find(window(511), 1));
	/* One page leaves: nothing maps it any more, on any CPU, and the rest stays large. */
	ck_assert_int_eq(pmap_release(pmap, 300, &here), OK);
	sound();
	ck_assert_int_eq(model_tlb_find(window(300), 1), -1);
	ck_assert_uint_eq(pmap->page[300].order, 0);
	ck_assert_uint_eq(pmap->page[304].order, 4);
	ck_assert_uint_eq(pmap->page[303].order, 0);
	ck_assert_uint_eq(pmap->page[296].order, 2);
	ck_assert_uint_eq(pmap->page[0].order, 8);
	ck_assert_uint_eq(load_on(0, window(299)), (uint8_t)299);
	ck_assert_uint_eq(mask_at(window(299)), 0);
	ck_assert_uint_eq(load_on(0, window(310)), (uint8_t)310);
	ck_assert_uint_eq(mask_at(window(310)), 3 << 13);
	ck_assert_uint_eq(load_on(0, window(10)), 10);
	ck_assert_uint_eq(mask_at(window(10)), 0x3f << 13);
	sound();
	model_end();
}
END_TEST

START_TEST(page_that_shares_protects_or_moves_leaves_its_block)
{
	uint32_t mpn;

	setup_frames(2048, 64, true);
	for (uint32_t i = 0; i < 32; i++) {
		store_on(0, window(i), (uint8_t)i);
	}
	ck_assert_uint_eq(pmap->page[5].order, 4);
	ck_assert_int_eq(pmap_make_shared(pmap, 1, &mpn, &here), OK);
	memmap_unpin(&model.memmap, mpn);
	ck_assert_uint_eq(pmap->page[1].order, 0);
	ck_assert_int_eq(pmap_protect(pmap, 5, PMAP_S_TEXT, &here), OK);
	ck_assert_uint_eq(pmap->page[5].order, 0);
	ck_assert_int_eq(pmap_move(pmap, 13, 1, &here), OK);
	ck_assert_uint_eq(pmap->page[13].order, 0);
	ck_assert_uint_eq(pmap->page[16].order, 4);
	sound();
	for (uint32_t i = 0; i < 32; i++) {
		ck_assert_uint_eq(load_on(i % 2, window(i)), i);
	}
	sound();
	model_end();
}
END_TEST

/* 16 pages that lie in a row from a page on that is no multiple of 16. */
START_TEST(misaligned_runs_form_no_large_blocks)
{
	setup_frames(2048, 64, true);
	for (uint32_t i = 0; i < 32; i++) {
		uint32_t mpn = 1024 + 4 + i;

		ck_assert_int_eq(memmap_take(&model.memmap, 0, mpn, INSPECT_FRAME_SHARED, &mpn),
				 OK);
		ck_assert_uint_eq(mpn, 1024 + 4 + i);
		ck_assert_int_eq(pmap_map_shared(pmap, i, mpn), OK);
		store_on(0, window(i), (uint8_t)i);
		ck_assert_uint_eq(mpn_of(0, i), mpn);
	}
	sound();
	ck_assert_uint_eq(pmap->page[16].order, 2);
	tlb_hw_flush();
	ck_assert_uint_eq(load_on(0, window(17)), 17);
	ck_assert_uint_eq(mask_at(window(17)), 3 << 13);
	model_end();
}
END_TEST

START_TEST(large_entries_off_means_pairs_of_4k)
{
	setup_frames(2048, 64, false);
	for (uint32_t i = 0; i < 64; i++) {
		store_on(0, window(i), (uint8_t)i);
		ck_assert_uint_eq(mask_at(window(i)), 0);
	}
	sound();
	model_end();
}
END_TEST

START_TEST(populate_gives_a_block_or_nothing)
{
	setup_frames(2048, 1024, true);
	ck_assert_int_eq(pmap_populate(pmap, 256, 8, &here), OK);
	ck_assert_uint_eq(pmap->page[256].order, 8);
	ck_assert_uint_eq(load_on(1, window(400)), 0);
	/* Kept whole: nothing is shared in its pages' place. */
	ck_assert(pmap_is_large(pmap, 400));
	ck_assert(!pmap_is_large(pmap, 600));
	ck_assert(!replace(0, 400, mpn_of(0, 300)));
	ck_assert_int_eq(pmap_populate(pmap, 256, 2, &here), ERR_BUSY);
	ck_assert_int_eq(pmap_populate(pmap, 3, 2, &here), ERR_RANGE);
	ck_assert_int_eq(pmap_populate(pmap, 1024, 2, &here), ERR_RANGE);
	ck_assert_int_eq(pmap_populate(pmap, 0, 11, &here), ERR_RANGE);
	ck_assert_int_eq(pmap_populate(pmap, 0, 40, &here), ERR_RANGE);
	model.alloc.pool[0]->fail_after = 2;
	model.alloc.pool[1]->fail_after = 2;
	ck_assert_int_eq(pmap_populate(pmap, 0, 2, &here), ERR_NOMEM);
	ck_assert_uint_eq(pmap_ready(pmap, 0), PMAP_READY_NONE);
	sound();
	model_end();
}
END_TEST

static void add_second_private_user(void)
{
	memmap_add_user(&model.memmap, mpn_of(0, 1), 1, 1);
}

static void remove_user_that_is_none(void)
{
	(void)memmap_remove_user(&model.memmap, mpn_of(0, 1), 1, 1);
}

static void unpin_unpinned(void)
{
	memmap_unpin(&model.memmap, mpn_of(0, 1));
}

static void put_used_page(void)
{
	memmap_put(&model.memmap, mpn_of(0, 1));
}

START_TEST(wrong_uses_of_the_memmap_are_our_bugs)
{
	static void (*const wrong[])(void) = { add_second_private_user, remove_user_that_is_none,
					       unpin_unpinned, put_used_page };

	for (unsigned i = 0; i < 4; i++) {
		setup();
		store_on(0, window(1), 1);
		ck_assert(model_panics(wrong[i]));
		model_abandon();
	}
}
END_TEST

/* Checks see what they are for: each invariant broken by hand. */
START_TEST(checks_see_broken_invariants)
{
	struct memmap_page *page;
	uint32_t *ready;

	setup_frames(2048, 64, true);
	for (uint32_t i = 0; i < 16; i++) {
		store_on(0, window(i), 1);
	}
	sound();
	ready = &pmap->ready[3];
#define BREAKS(change, undo, name)                                  \
	do {                                                        \
		change;                                             \
		ck_assert_ptr_nonnull(model_check());               \
		ck_assert_ptr_nonnull(strstr(model_check(), name)); \
		undo;                                               \
		sound();                                            \
	} while (0)
	BREAKS(*ready ^= ENTRYLO_G, *ready ^= ENTRYLO_G, "pmap I");
	BREAKS(*ready ^= ENTRYLO_V, *ready ^= ENTRYLO_V, "pmap I2");
	BREAKS(*ready ^= ENTRYLO_D, *ready ^= ENTRYLO_D, "pmap I2, I3");
	BREAKS(*ready ^= PMAP_READY_LARGE, *ready ^= PMAP_READY_LARGE, "pmap I5");
	BREAKS(*ready ^= 1 << 6, *ready ^= 1 << 6, "pmap I");
	BREAKS(pmap->page[3].order = 2, pmap->page[3].order = 4, "pmap I5");
	BREAKS(pmap->page[3].state |= PMAP_S_BUSY, pmap->page[3].state = PMAP_S_PRESENT, "pmap");
	BREAKS(pmap->page[3].state = 0, pmap->page[3].state = PMAP_S_PRESENT, "pmap I1");
	page = memmap_lookup(&model.memmap, mpn_of(0, 3));
	BREAKS(page->info.users++, page->info.users--, "memmap I3");
	BREAKS(page->info.kind = INSPECT_FRAME_SHARED, page->info.kind = INSPECT_FRAME_PRIVATE,
	       "memmap I1");
	BREAKS(page->info.vm = 1, page->info.vm = 0, "memmap I1");
	BREAKS(page->info.kind = INSPECT_FRAME_FREE, page->info.kind = INSPECT_FRAME_PRIVATE,
	       "memmap I1");
	BREAKS(page->gpn[0]++, page->gpn[0]--, "pmap I4");
	BREAKS(model.alloc.pool[0]->free_count++, model.alloc.pool[0]->free_count--, "alloc I2");
	BREAKS(model.alloc.pool[0]->summary[0] ^= 2, model.alloc.pool[0]->summary[0] ^= 2,
	       "alloc I1");
#undef BREAKS
	model_end();
}
END_TEST

/* docs/monitor/memory.md has these numbers. */
START_TEST(sizes_are_as_documented)
{
	ck_assert_uint_eq(pmap_storage_bytes(1024), 1024 * (4 + 64) + 1024 / 32 * 8);
	ck_assert_uint_eq(memmap_node_bytes(1024), 1024 * 64);
	ck_assert_uint_le(page_pool_bytes(8192), sizeof(struct page_pool) + 8192 / 8 + 16);
	ck_assert_uint_eq(l2tlb_storage_bytes(1024), 24576);
	ck_assert_uint_eq(sizeof(struct vtlb), 1536);
}
END_TEST

static void add_tests(TCase *tcase)
{
	tcase_add_test(tcase, sizes_are_as_documented);
	tcase_add_test(tcase, page_is_allocated_at_first_touch_on_the_node_and_zeroed);
	tcase_add_test(tcase, full_node_falls_back_and_full_machine_says_so);
	tcase_add_test(tcase, memory_beyond_the_vm_is_outside);
	tcase_add_test(tcase, frames_go_round_the_hole);
	tcase_add_test(tcase, odd_memory_has_a_whole_last_pair);
	tcase_add_test(tcase, released_page_is_gone_everywhere_and_zero_when_it_comes_back);
	tcase_add_test(tcase, shared_page_is_copied_by_the_first_store);
	tcase_add_test(tcase, copy_without_memory_changes_nothing);
	tcase_add_test(tcase, shared_page_lives_until_its_last_user);
	tcase_add_test(tcase, many_users_of_one_page);
	tcase_add_test(tcase, pinned_page_stays);
	tcase_add_test(tcase, held_page_replaces_what_was_there);
	tcase_add_test(tcase, moved_page_keeps_its_bytes);
	tcase_add_test(tcase, protected_page_traps);
	tcase_add_test(tcase, trampoline_is_readable_alone);
	tcase_add_test(tcase, large_blocks_form_and_fall_apart);
	tcase_add_test(tcase, page_that_shares_protects_or_moves_leaves_its_block);
	tcase_add_test(tcase, misaligned_runs_form_no_large_blocks);
	tcase_add_test(tcase, large_entries_off_means_pairs_of_4k);
	tcase_add_test(tcase, populate_gives_a_block_or_nothing);
	tcase_add_test(tcase, wrong_uses_of_the_memmap_are_our_bugs);
	tcase_add_test(tcase, checks_see_broken_invariants);
}

int main(void)
{
	Suite *suite = suite_create("pmap");
	TCase *tcase = tcase_create("pmap");

	suite_add_tcase(suite, tcase);
	tcase_set_timeout(tcase, 60);
	add_tests(tcase);
	return suite_run(suite);
}
