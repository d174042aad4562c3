/* SPDX-License-Identifier: MIT */
/* model.c - the host's machine below the monitor's data structures. */
#include "tests/monitor/model.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "isa/cp0.h"
#include "tests/monitor/check_alloc.h"
#include "tests/monitor/checks.h"

#include "src/mips_tlb/window.h"
#include "src/pmap/swap.h"

#define HOST_LARGE_PAGE ((size_t)2 << 20)

#define MATCH_BITS (ENTRYHI_R | ENTRYHI_VPN2)

struct model model;
static jmp_buf panic_return;
static bool panic_is_expected;

uint64_t model_random(void)
{
	model.random ^= model.random << 13;
	model.random ^= model.random >> 7;
	model.random ^= model.random << 17;
	return model.random;
}

uint32_t model_below(uint32_t limit)
{
	return (uint32_t)((model_random() >> 20) % limit);
}

void monitor_panic(const struct panic *panic)
{
	if (panic_is_expected) {
		longjmp(panic_return, 1);
	}
	fprintf(stderr, "%s:%d: %s\n", panic->file, panic->line, panic->what);
	abort();
}

bool model_panics(void (*function)(void))
{
	panic_is_expected = true;
	if (setjmp(panic_return) == 0) {
		function();
		panic_is_expected = false;
		return false;
	}
	panic_is_expected = false;
	return true;
}

void lock_acquire(struct lock *lock)
{
	/* One thread: a lock that is held is one taken twice. */
	if (lock->word != 0) {
		monitor_panic(&(struct panic){ __FILE__, "a lock taken twice", __LINE__ });
	}
	lock->word = 1;
}

void lock_release(struct lock *lock)
{
	if (lock->word == 0) {
		monitor_panic(&(struct panic){ __FILE__, "a free lock released", __LINE__ });
	}
	lock->word = 0;
}

void memory_barrier(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void *machine_page(uint32_t mpn)
{
	CHECK(mpn < model.frame_count);
	return model.memory + (size_t)mpn * MAP_PAGE_BYTES;
}

void machine_page_zero(uint32_t mpn)
{
	memset(machine_page(mpn), 0, MAP_PAGE_BYTES);
	model.zeroed++;
}

void machine_page_copy(uint32_t to_mpn, uint32_t from_mpn, uint32_t offset, uint32_t bytes)
{
	void (*after_copy)(void) = model.after_copy;

	memcpy((uint8_t *)machine_page(to_mpn) + offset, (uint8_t *)machine_page(from_mpn) + offset,
	       bytes);
	model.after_copy = NULL;
	if (after_copy) {
		after_copy();
	}
}

static bool entry_matches(const struct model_tlb_entry *entry, uint64_t vaddr, uint8_t asid)
{
	return entry->is_used &&
	       ((entry->entryhi ^ vaddr) & MATCH_BITS & ~(uint64_t)entry->pagemask) == 0 &&
	       ((entry->lo[0] & entry->lo[1] & ENTRYLO_G) || (entry->entryhi & 0xff) == asid);
}

static int find(const struct model_cpu *cpu, uint64_t vaddr, uint8_t asid)
{
	int found = -1;

	for (uint32_t i = 0; i < cpu->tlb_entries; i++) {
		if (entry_matches(&cpu->tlb[i], vaddr, asid)) {
			if (found >= 0) {
				monitor_panic(&(struct panic){ __FILE__, "two TLB entries match",
							       __LINE__ });
			}
			found = (int)i;
		}
	}
	return found;
}

int model_tlb_find(uint64_t vaddr, uint8_t asid)
{
	return find(&model.cpu[model.current], vaddr, asid);
}

static bool share_an_address(const struct model_tlb_entry *a, const struct model_tlb_entry *b)
{
	uint64_t mask = a->pagemask | b->pagemask;
	bool a_global = a->lo[0] & a->lo[1] & ENTRYLO_G;
	bool b_global = b->lo[0] & b->lo[1] & ENTRYLO_G;

	return a->is_used && b->is_used && ((a->entryhi ^ b->entryhi) & MATCH_BITS & ~mask) == 0 &&
	       (a_global || b_global || ((a->entryhi ^ b->entryhi) & ENTRYHI_ASID) == 0);
}

/* TLBWI or TLBWR: the R4000 shuts down if two entries come to match. */
static void tlb_write(uint32_t index, const struct model_tlb_entry *entry)
{
	struct model_cpu *cpu = &model.cpu[model.current];

	for (uint32_t i = 0; i < cpu->tlb_entries; i++) {
		if (i != index && share_an_address(&cpu->tlb[i], entry)) {
			monitor_panic(&(struct panic){
				__FILE__, "a TLB write makes two entries match", __LINE__ });
		}
	}
	if (entry->entryhi & ~(MATCH_BITS | ENTRYHI_ASID) ||
	    (entry->lo[0] | entry->lo[1]) & ~(uint32_t)0x3fffffff) {
		monitor_panic(
			&(struct panic){ __FILE__, "bits that the TLB does not have", __LINE__ });
	}
	cpu->tlb[index] = *entry;
}

static uint32_t random_index(const struct model_cpu *cpu)
{
	return cpu->wired + model_below(cpu->tlb_entries - cpu->wired);
}

void tlb_hw_insert(uint64_t entryhi, uint32_t lo0, uint32_t lo1)
{
	const struct model_tlb_entry entry = { true, entryhi, 0, { lo0, lo1 } };
	int index = model_tlb_find(entryhi, (uint8_t)entryhi);

	tlb_write(index >= 0 ? (uint32_t)index : random_index(&model.cpu[model.current]), &entry);
}

void tlb_hw_insert_large(uint64_t entryhi, uint32_t pagemask, uint32_t lo0, uint32_t lo1)
{
	const struct model_tlb_entry entry = { true, entryhi, pagemask, { lo0, lo1 } };
	struct model_cpu *cpu = &model.cpu[model.current];

	for (uint32_t i = cpu->wired; i < cpu->tlb_entries; i++) {
		if (share_an_address(&cpu->tlb[i], &entry)) {
			cpu->tlb[i].is_used = false;
		}
	}
	tlb_write(random_index(cpu), &entry);
}

void tlb_hw_drop(uint64_t entryhi)
{
	int index = model_tlb_find(entryhi, (uint8_t)entryhi);

	if (index >= 0) {
		model.cpu[model.current].tlb[index].is_used = false;
	}
}

void tlb_hw_flush(void)
{
	struct model_cpu *cpu = &model.cpu[model.current];

	for (uint32_t i = cpu->wired; i < cpu->tlb_entries; i++) {
		cpu->tlb[i].is_used = false;
	}
}

bool swap_transfer(uint32_t slot, uint32_t mpn, bool is_write, struct shootdown_target *self)
{
	uint8_t *at = model.swap + (size_t)slot * MAP_PAGE_BYTES;

	(void)self;
	if (!model.swap_fails) {
		memcpy(is_write ? at : machine_page(mpn), is_write ? machine_page(mpn) : at,
		       MAP_PAGE_BYTES);
		model.swap_reads += !is_write;
	}
	return !model.swap_fails;
}

void page_own(uint32_t op, uint32_t vm, uint32_t mpn)
{
	(void)op;
	(void)vm;
	(void)mpn;
}

void page_collapsed(uint32_t vm, uint32_t gpn, uint32_t home)
{
	(void)vm;
	(void)gpn;
	(void)home;
}

void ipi_shootdown(uint32_t cpu)
{
	uint32_t self = model.current;

	model.cpu[cpu].interrupts++;
	model.current = cpu;
	shootdown_serve(&model.cpu[cpu].loaded->target);
	model.current = self;
}

static void *zeroed(size_t bytes)
{
	void *memory = aligned_alloc(64, (bytes + 63) / 64 * 64);

	memset(memory, 0, bytes);
	return memory;
}

/* In the host's large pages: faults of small ones cost more than the tests, each in its process. */
static void *dirty_memory(size_t bytes)
{
	size_t rounded = (bytes + HOST_LARGE_PAGE - 1) / HOST_LARGE_PAGE * HOST_LARGE_PAGE;
	void *memory = aligned_alloc(HOST_LARGE_PAGE, rounded);

	CHECK(memory);
	(void)madvise(memory, rounded, MADV_HUGEPAGE);
	memset(memory, 0xa5, bytes);
	return memory;
}

void model_start(uint32_t nodes, uint32_t frames_per_node, uint32_t reserved)
{
	uint32_t distance[MODEL_NODES * MODEL_NODES];

	memset(&model, 0, sizeof(model));
	model.random = 0x9e3779b97f4a7c15;
	model.frame_count = nodes * frames_per_node;
	model.memory = dirty_memory((size_t)model.frame_count * MAP_PAGE_BYTES);
	for (uint32_t i = 0; i < nodes * nodes; i++) {
		/* A ring: node i is near i - 1 and i + 1. */
		uint32_t apart = (i / nodes + nodes - i % nodes) % nodes;

		distance[i] = apart < nodes - apart ? apart : nodes - apart;
	}
	CHECK(page_alloc_init(&model.alloc, nodes, frames_per_node, FRAME_BLOCK, distance) == OK);
	memmap_init(&model.memmap, &model.alloc);
	for (uint32_t i = 0; i < nodes; i++) {
		model.tables[2 * i] = zeroed(page_pool_bytes(frames_per_node));
		model.tables[2 * i + 1] = zeroed(memmap_node_bytes(frames_per_node));
		CHECK(page_pool_init(&model.alloc, i, model.tables[2 * i]) == OK);
		memmap_node_init(&model.memmap, i, model.tables[2 * i + 1]);
	}
	for (uint32_t mpn = reserved; mpn < model.frame_count; mpn++) {
		memmap_give(&model.memmap, mpn, 1);
	}
	for (uint32_t i = 0; i < MODEL_CPUS; i++) {
		model.cpu[i].tlb_entries = MODEL_TLB_ENTRIES;
		model.cpu[i].wired = 1;
		/* The per-CPU page (src/cpu/cpu.h): matches every ASID. */
		model.cpu[i].tlb[0] = (struct model_tlb_entry){
			true, 0xc00000ffffffe000, 0, { ENTRYLO_G | ENTRYLO_V, ENTRYLO_G }
		};
	}
}

void model_add_vm(uint32_t vm, uint32_t frames, uint32_t vcpus, uint32_t entry_count)
{
	model.pmap_storage[vm] = zeroed(pmap_storage_bytes(frames));
	CHECK(pmap_init(&model.pmap[vm], vm, frames, &model.memmap, model.pmap_storage[vm]) == OK);
	for (uint32_t i = 0; i < vcpus; i++) {
		model.l2_storage[vm][i] = zeroed(l2tlb_storage_bytes(entry_count));
		CHECK(vtlb_init(&model.vtlb[vm][i], &model.pmap[vm], i, i % MODEL_NODES,
				entry_count, model.l2_storage[vm][i]) == OK);
	}
}

void model_add_views(uint32_t vm)
{
	for (uint32_t node = 0; node < model.alloc.node_count; node++) {
		model.view_storage[vm][node] = zeroed(pmap_view_bytes(&model.pmap[vm]));
		pmap_add_view(&model.pmap[vm], node, model.view_storage[vm][node]);
	}
}

void model_end(void)
{
	const char *broken = model_check();

	if (broken) {
		monitor_panic(&(struct panic){ __FILE__, broken, __LINE__ });
	}
	model_abandon();
}

void model_abandon(void)
{
	for (uint32_t vm = 0; vm < MODEL_VMS; vm++) {
		free(model.pmap_storage[vm]);
		for (uint32_t node = 0; node < MODEL_NODES; node++) {
			free(model.view_storage[vm][node]);
		}
		for (uint32_t i = 0; i < MODEL_VCPUS; i++) {
			free(model.l2_storage[vm][i]);
		}
	}
	for (uint32_t i = 0; i < 2 * MODEL_NODES; i++) {
		free(model.tables[i]);
	}
	free(model.memory);
	memset(&model, 0, sizeof(model));
}

void model_load(uint32_t cpu, struct vtlb *vtlb)
{
	uint32_t self = model.current;

	model.current = cpu;
	if (model.cpu[cpu].loaded) {
		tlb_hw_flush();
		vtlb_unload(model.cpu[cpu].loaded);
	}
	model.cpu[cpu].loaded = vtlb;
	if (vtlb) {
		vtlb_load(vtlb, cpu);
	}
	model.current = self;
}

struct pmap_caller model_caller(void)
{
	struct vtlb *vtlb = model.cpu[model.current].loaded;

	return (struct pmap_caller){
		.node = vtlb ? vtlb->node : 0,
		.cpu = model.current,
		.self = vtlb ? &vtlb->target : NULL,
	};
}

/* What the refill path in assembly does: true if it wrote an entry. */
static bool refill(struct vtlb *vtlb, uint64_t vaddr, uint8_t asid)
{
	uint64_t tag = l2tlb_tag((vaddr & ~(uint64_t)ENTRYHI_ASID) | asid);
	uint32_t pair = ((uint32_t)vaddr - VM_WINDOW_BASE) / (2 * MAP_PAGE_BYTES);
	const struct l2tlb_entry *entry;
	struct model_tlb_entry written = { true, tag, 0, { 0, 0 } };

	if (window_area_of(vaddr) == WINDOW_AREA_WINDOW) {
		const uint32_t *ready = vtlb->pmap->view[vtlb->node] + (size_t)2 * pair;

		if (pair >= vtlb->pmap->window_pairs || ready[0] & PMAP_READY_LARGE) {
			return false;
		}
		written.lo[0] = ready[0];
		written.lo[1] = ready[1];
	} else {
		uint64_t offset = ((tag >> L2TLB_SHIFT_VPN) ^ (tag >> L2TLB_SHIFT_FOLD) ^
				   (tag << L2TLB_SHIFT_ASID)) &
				  vtlb->l2tlb.offset_mask;

		entry = (const struct l2tlb_entry *)((const char *)vtlb->l2tlb.hot + offset);
		if (entry[0].tag != tag && entry[1].tag != tag) {
			return false;
		}
		entry += entry[0].tag != tag;
		written.lo[0] = entry->lo[0];
		written.lo[1] = entry->lo[1];
	}
	tlb_write(random_index(&model.cpu[model.current]), &written);
	return true;
}

/* 1: done, *paddr; 0: no entry; -1: an entry that does not allow it. */
static int hardware_access(uint64_t vaddr, uint8_t asid, bool write, uint64_t *paddr)
{
	int index = model_tlb_find(vaddr, asid);
	const struct model_tlb_entry *entry;
	uint64_t page_bytes;
	uint32_t lo;

	if (index < 0) {
		return 0;
	}
	entry = &model.cpu[model.current].tlb[index];
	page_bytes = ((uint64_t)entry->pagemask + 0x2000) / 2;
	lo = entry->lo[(vaddr & page_bytes) != 0];
	if (!(lo & ENTRYLO_V) || (write && !(lo & ENTRYLO_D))) {
		return -1;
	}
	*paddr = ((uint64_t)(lo & ENTRYLO_PFN) << 6 & ~(page_bytes - 1)) |
		 (vaddr & (page_bytes - 1));
	return 1;
}

enum vtlb_result model_access(uint64_t vaddr, uint8_t asid, bool write, uint64_t *paddr)
{
	struct vtlb *vtlb = model.cpu[model.current].loaded;
	bool is_guest_area = window_area_of(vaddr) == WINDOW_AREA_GUEST;

	for (unsigned attempt = 0; attempt < 8; attempt++) {
		struct vtlb_fault fault;
		enum vtlb_result result;
		int done = hardware_access(vaddr, asid, write, paddr);

		if (done == 1) {
			return VTLB_MAPPED;
		}
		if (done == 0 && refill(vtlb, vaddr, asid)) {
			continue;
		}
		result = is_guest_area ? vtlb_fault(vtlb, vaddr, asid, write, &fault)
				       : vtlb_window_fault(vtlb, vaddr, write, &fault);
		if (result != VTLB_MAPPED) {
			return result;
		}
	}
	monitor_panic(&(struct panic){ __FILE__, "an access never ends", __LINE__ });
}

/* Every usable half of the entry leads to a page that the VM has just there. */
static bool window_entry_is_sound(const struct model_tlb_entry *entry, const struct vtlb *vtlb)
{
	uint32_t pages = ((entry->pagemask + 0x2000) / 2) / MAP_PAGE_BYTES;
	uint32_t gpn = ((uint32_t)entry->entryhi - VM_WINDOW_BASE) / MAP_PAGE_BYTES;

	for (uint32_t i = 0; i < 2 * pages; i++) {
		uint32_t lo = entry->lo[i / pages];
		uint32_t ready = pmap_ready_at(vtlb->pmap, gpn + i, vtlb->node);
		uint32_t frame;
		uint32_t mine = lo + ((i % pages) << ENTRYLO_PFN_SHIFT);

		if (lo & ENTRYLO_V && (((mine ^ ready) & (ENTRYLO_PFN | ENTRYLO_C)) != 0 ||
				       (mine & ~ready & (ENTRYLO_V | ENTRYLO_D)) != 0)) {
			return false;
		}
		/* Who is not in its group's `views` is not asked when the page goes. */
		if (lo & ENTRYLO_V && vtlb->pmap->has_views && entry->pagemask == 0 &&
		    pmap_frame(vtlb->pmap, gpn + i, &frame) &&
		    !(vtlb->pmap->views[frame / PMAP_GROUP_FRAMES] >> vtlb->node & 1)) {
			return false;
		}
	}
	return true;
}

/* l2tlb I5: what the CPU's TLB holds comes from the window or the second level. */
static const char *check_tlb(const struct model_cpu *cpu)
{
	for (uint32_t i = cpu->wired; i < cpu->tlb_entries; i++) {
		const struct model_tlb_entry *entry = &cpu->tlb[i];
		const struct l2tlb_entry *source;

		if (!entry->is_used) {
			continue;
		}
		if (!cpu->loaded) {
			return "an entry of nobody";
		}
		if (window_area_of(entry->entryhi) == WINDOW_AREA_WINDOW) {
			if (!window_entry_is_sound(entry, cpu->loaded)) {
				return "a window entry that the pmap does not have";
			}
			continue;
		}
		if (window_area_of(entry->entryhi) == WINDOW_AREA_DEVICES) {
			continue;
		}
		source = l2tlb_find(&cpu->loaded->l2tlb, entry->entryhi);
		if (!source || source->lo[0] != entry->lo[0] || source->lo[1] != entry->lo[1]) {
			return "l2tlb I5: an entry that the second level does not have";
		}
	}
	return NULL;
}

/* Valid halves of the second level are what pmap and guest say now. */
static const char *check_words(const struct vtlb *vtlb)
{
	for (uint32_t i = 0; i < vtlb->l2tlb.entry_count; i++) {
		const struct l2tlb_entry *entry = &vtlb->l2tlb.hot[i];

		for (unsigned half = 0; half < 2 && entry->tag != L2TLB_TAG_EMPTY; half++) {
			uint32_t guest = vtlb->l2tlb.guest[i].lo[half];
			uint32_t ready =
				pmap_ready_at(vtlb->pmap, (guest & ENTRYLO_PFN) >> 6, vtlb->node);
			uint32_t lo = entry->lo[half];

			if (lo & ENTRYLO_V && (((lo ^ ready) & ENTRYLO_PFN) != 0 ||
					       (lo & ~ready & (ENTRYLO_V | ENTRYLO_D)) != 0)) {
				return "a pair of the second level with a page that is gone";
			}
		}
	}
	return NULL;
}

const char *model_check(void)
{
	const char *broken = page_alloc_check(&model.alloc);

	broken = broken ? broken : memmap_check(&model.memmap);
	for (uint32_t vm = 0; vm < MODEL_VMS && !broken; vm++) {
		if (!model.pmap[vm].ready) {
			continue;
		}
		broken = pmap_check(&model.pmap[vm]);
		for (uint32_t i = 0; i < model.pmap[vm].target_count && !broken; i++) {
			const struct vtlb *vtlb = &model.vtlb[vm][i];

			broken = vtlb_check(vtlb);
			/* One that runs nowhere may still have requests in its queue. */
			if (!broken && !shootdown_pending(&vtlb->target)) {
				broken = check_words(vtlb);
			}
		}
	}
	for (uint32_t i = 0; i < MODEL_CPUS && !broken; i++) {
		broken = check_tlb(&model.cpu[i]);
	}
	return broken;
}
