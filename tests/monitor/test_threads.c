/* SPDX-License-Identifier: MIT */
/*
 * test_threads.c - host threads as CPUs, one VCPU of a VM on each, while pages are moved, shared,
 * copied and protected under them. Built with ThreadSanitizer.
 *
 * A VCPU adds one to counters of its own in every guest page, through its hardware TLB, window and
 * second level. Stale translations lose additions: they would go to a frame that the page has left.
 * A thread serves shootdowns between two accesses, as a CPU takes interrupts between instructions.
 */
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "isa/cp0.h"
#include "tests/monitor/check_alloc.h"
#include "tests/monitor/checks.h"
#include "tests/monitor/move_one.h"

#include "src/mips_tlb/vtlb.h"
#include "src/mips_tlb/window.h"
#include "src/pmap/pmap.h"
#include "src/pmap/swap.h"

#define CPUS           4
#define FRAMES         24
#define PAGES_PER_NODE 128
#define NODES          2
#define SLOTS          64
#define TLB_ENTRIES    6
#define STEPS          2500
#define L2_ENTRIES     8
#define HEAP           0x10000000

struct entry {
	uint64_t entryhi;
	uint32_t pagemask;
	uint32_t lo[2];
	bool is_used;
};

struct cpu {
	uint32_t number;
	uint64_t random;
	struct vtlb vtlb;
	/* cppcheck-suppress unusedStructMember ; does not follow `self` */
	struct entry tlb[TLB_ENTRIES];
	uint64_t added[FRAMES];
	uint64_t interrupts;
};

static struct cpu cpus[CPUS];
static _Thread_local struct cpu *self;
static uint8_t *memory;
static uint8_t *area;
static struct page_alloc alloc;
static struct memmap memmap;
static struct pmap pmap;
static struct pmap other;
static uint32_t running;
static uint32_t copies;
static uint32_t swapped;

void monitor_panic(const struct panic *panic)
{
	fprintf(stderr, "%s:%d: %s\n", panic->file, panic->line, panic->what);
	abort();
}

void memory_barrier(void)
{
	/* ThreadSanitizer knows no fences; the locks order what needs order. */
}

void *machine_page(uint32_t mpn)
{
	return memory + (size_t)mpn * MAP_PAGE_BYTES;
}

void machine_page_zero(uint32_t mpn)
{
	memset(machine_page(mpn), 0, MAP_PAGE_BYTES);
}

/* A page may be stored into while a copy is made of it: the copy is then thrown away. */
__attribute__((no_sanitize("thread"))) void machine_page_copy(uint32_t to_mpn, uint32_t from_mpn,
							      uint32_t offset, uint32_t bytes)
{
	const volatile uint64_t *from = machine_page(from_mpn);
	volatile uint64_t *to = machine_page(to_mpn);

	for (size_t i = offset / sizeof(*to); i < (offset + bytes) / sizeof(*to); i++) {
		to[i] = from[i];
	}
}

static uint32_t below(uint32_t limit)
{
	self->random ^= self->random << 13;
	self->random ^= self->random >> 7;
	self->random ^= self->random << 17;
	return (uint32_t)((self->random >> 20) % limit);
}

/* Lets another thread run where a CPU could be slow: between the steps of what must stay sound. */
static void maybe_yield(void)
{
	if (self && below(8) == 0) {
		sched_yield();
	}
}

void lock_acquire(struct lock *lock)
{
	while (__atomic_exchange_n(&lock->word, 1, __ATOMIC_ACQUIRE)) {
		sched_yield();
	}
}

void lock_release(struct lock *lock)
{
	__atomic_store_n(&lock->word, 0, __ATOMIC_RELEASE);
	maybe_yield();
}

static bool matches(const struct entry *entry, uint64_t vaddr)
{
	return entry->is_used && ((entry->entryhi ^ vaddr) & (ENTRYHI_R | ENTRYHI_VPN2) &
				  ~(uint64_t)entry->pagemask) == 0;
}

static struct entry *find(uint64_t vaddr)
{
	for (unsigned i = 0; i < TLB_ENTRIES; i++) {
		if (matches(&self->tlb[i], vaddr)) {
			return &self->tlb[i];
		}
	}
	return NULL;
}

void tlb_hw_insert(uint64_t entryhi, uint32_t lo0, uint32_t lo1)
{
	struct entry *entry = find(entryhi);

	if (!entry) {
		entry = &self->tlb[below(TLB_ENTRIES)];
	}
	*entry = (struct entry){ entryhi, 0, { lo0, lo1 }, true };
}

void tlb_hw_insert_large(uint64_t entryhi, uint32_t pagemask, uint32_t lo0, uint32_t lo1)
{
	for (unsigned i = 0; i < TLB_ENTRIES; i++) {
		if (((self->tlb[i].entryhi ^ entryhi) & (ENTRYHI_R | ENTRYHI_VPN2) &
		     ~(uint64_t)(pagemask | self->tlb[i].pagemask)) == 0) {
			self->tlb[i].is_used = false;
		}
	}
	self->tlb[below(TLB_ENTRIES)] = (struct entry){ entryhi, pagemask, { lo0, lo1 }, true };
}

void tlb_hw_drop(uint64_t entryhi)
{
	struct entry *entry = find(entryhi);

	if (entry) {
		entry->is_used = false;
	}
}

void tlb_hw_flush(void)
{
	memset(self->tlb, 0, sizeof(self->tlb));
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

bool swap_transfer(uint32_t slot, uint32_t mpn, bool is_write, struct shootdown_target *target)
{
	uint8_t *at = area + (size_t)slot * MAP_PAGE_BYTES;

	maybe_yield();
	shootdown_serve(target);
	memcpy(is_write ? at : machine_page(mpn), is_write ? machine_page(mpn) : at,
	       MAP_PAGE_BYTES);
	return true;
}

void ipi_shootdown(uint32_t cpu)
{
	/* Its thread looks at its queue before every access. */
	(void)__atomic_fetch_add(&cpus[cpu].interrupts, 1, __ATOMIC_RELAXED);
}

static void serve(void)
{
	if (shootdown_pending(&self->vtlb.target)) {
		shootdown_serve(&self->vtlb.target);
	}
}

static uint8_t *translate(uint64_t vaddr, bool write)
{
	struct entry *entry = find(vaddr);
	uint64_t page_bytes;
	uint32_t lo;

	if (!entry) {
		return NULL;
	}
	page_bytes = ((uint64_t)entry->pagemask + 0x2000) / 2;
	lo = entry->lo[(vaddr & page_bytes) != 0];
	if (!(lo & ENTRYLO_V) || (write && !(lo & ENTRYLO_D))) {
		return NULL;
	}
	return memory + ((uint64_t)(lo & ENTRYLO_PFN) << 6 & ~(page_bytes - 1)) +
	       (vaddr & (page_bytes - 1));
}

/* The guest's refill handler: page table in order, pair of pages at its place in the heap. */
static void guest_refill(uint64_t vaddr)
{
	uint32_t gpn = (uint32_t)(vaddr - HEAP) / 0x2000 * 2;
	const struct vtlb_registers registers = {
		.entryhi = (vaddr & ~0x1fffULL) | 1,
		.entrylo0 = gpn << 6 | ENTRYLO_V | ENTRYLO_D,
		.entrylo1 = (gpn + 1) << 6 | ENTRYLO_V | ENTRYLO_D,
	};

	vtlb_write_random(&self->vtlb, &registers);
}

static void unprotect(uint32_t gpn)
{
	const struct pmap_caller caller = { 0, self->number, &self->vtlb.target };

	(void)!pmap_protect(&pmap, gpn, 0, &caller);
}

/* One addition to this CPU's counter of guest page `gpn`. */
static void add(uint32_t gpn, bool by_window)
{
	uint64_t vaddr = (by_window ? 0xffffffff00000000 | VM_WINDOW_BASE : HEAP) +
			 (uint64_t)gpn * MAP_PAGE_BYTES + 8 * self->number;
	struct vtlb_fault fault;
	uint8_t *counter;

	while (serve(), !(counter = translate(vaddr, true))) {
		enum vtlb_result result =
			by_window ? vtlb_window_fault(&self->vtlb, vaddr, true, &fault)
				  : vtlb_fault(&self->vtlb, vaddr, 1, true, &fault);

		if (result == VTLB_REFILL) {
			guest_refill(vaddr);
		} else if (result == VTLB_TRAPPED) {
			unprotect(gpn);
		} else if (result == VTLB_AGAIN) {
			sched_yield();
		} else if (result != VTLB_MAPPED) {
			monitor_panic(&(struct panic){ __FILE__, "unexpected fault", __LINE__ });
		}
	}
	maybe_yield();
	++*(uint64_t *)(void *)counter;
	self->added[gpn]++;
}

/* This CPU's counter in its node's copy, if there is one, has all its additions. */
static void look(uint32_t gpn, bool by_window)
{
	uint64_t vaddr = (by_window ? 0xffffffff00000000 | VM_WINDOW_BASE : HEAP) +
			 (uint64_t)gpn * MAP_PAGE_BYTES + 8 * self->number;
	struct vtlb_fault fault;
	const uint8_t *counter;

	while (serve(), !(counter = translate(vaddr, false))) {
		if (by_window) {
			(void)vtlb_window_fault(&self->vtlb, vaddr, false, &fault);
		} else if (vtlb_fault(&self->vtlb, vaddr, 1, false, &fault) == VTLB_REFILL) {
			guest_refill(vaddr);
		}
	}
	maybe_yield();
	if (*(const uint64_t *)(const void *)counter != self->added[gpn]) {
		monitor_panic(&(struct panic){ __FILE__, "a copy without an addition", __LINE__ });
	}
}

/* The page is shared with the other VM for a while. */
static void share(uint32_t gpn, const struct pmap_caller *caller)
{
	uint32_t mpn;

	if (pmap_make_shared(&pmap, gpn, &mpn, caller) == OK) {
		(void)!pmap_map_shared(&other, gpn, mpn);
		memmap_unpin(&memmap, mpn);
	}
}

static void change(uint32_t gpn)
{
	const struct pmap_caller caller = { below(NODES), self->number, &self->vtlb.target };
	uint32_t mpn;

	switch (below(10)) {
	case 0:
		(void)!pmap_move(&pmap, gpn, below(NODES), &caller);
		break;
	case 1:
		share(gpn, &caller);
		break;
	case 2:
		(void)!pmap_release(&other, gpn, &caller);
		break;
	case 3:
		(void)!pmap_protect(&pmap, gpn, PMAP_S_TEXT, &caller);
		break;
	case 4:
		if (pmap_pin(&pmap, gpn, below(2), &mpn, &caller) == PMAP_TOUCH_OK) {
			memmap_unpin(&memmap, mpn);
		}
		break;
	case 5:
	case 6:
		if (pmap_replicate(&pmap, gpn, below(NODES), &caller) == OK) {
			(void)__atomic_fetch_add(&copies, 1, __ATOMIC_RELAXED);
		}
		break;
	case 8:
		if (below(8) == 0) {
			(void)__atomic_fetch_add(&swapped, swap_out(2, &caller), __ATOMIC_RELAXED);
		}
		break;
	default:
		(void)!pmap_collapse(&pmap, gpn, &caller);
		break;
	}
}

static void *run(void *argument)
{
	self = argument;
	vtlb_load(&self->vtlb, self->number);
	for (unsigned i = 0; i < STEPS; i++) {
		serve();
		if (below(10) == 0) {
			change(below(FRAMES));
		} else if (below(2)) {
			look(below(FRAMES), below(2));
		} else {
			add(below(FRAMES), below(2));
		}
		if (below(500) == 0) {
			/* Another VCPU has the CPU for a moment. */
			tlb_hw_flush();
			vtlb_unload(&self->vtlb);
			sched_yield();
			vtlb_load(&self->vtlb, self->number);
		}
	}
	/* Serves the others until all are done. */
	(void)__atomic_fetch_sub(&running, 1, __ATOMIC_ACQ_REL);
	while (__atomic_load_n(&running, __ATOMIC_ACQUIRE) != 0) {
		serve();
		sched_yield();
	}
	tlb_hw_flush();
	vtlb_unload(&self->vtlb);
	return NULL;
}

static void *zeroed(size_t bytes)
{
	void *storage = aligned_alloc(64, (bytes + 63) / 64 * 64);

	memset(storage, 0, bytes);
	return storage;
}

static void start(void)
{
	static const uint32_t distance[NODES * NODES] = { 0, 1, 1, 0 };

	memory = zeroed((size_t)NODES * PAGES_PER_NODE * MAP_PAGE_BYTES);
	CHECK(page_alloc_init(&alloc, NODES, PAGES_PER_NODE, FRAME_BLOCK, distance) == OK);
	memmap_init(&memmap, &alloc);
	for (uint32_t i = 0; i < NODES; i++) {
		CHECK(page_pool_init(&alloc, i, zeroed(page_pool_bytes(PAGES_PER_NODE))) == OK);
		memmap_node_init(&memmap, i, zeroed(memmap_node_bytes(PAGES_PER_NODE)));
	}
	for (uint32_t mpn = 1; mpn < NODES * PAGES_PER_NODE; mpn++) {
		memmap_give(&memmap, mpn, 1);
	}
	CHECK(pmap_init(&pmap, 0, FRAMES, &memmap, zeroed(pmap_storage_bytes(FRAMES))) == OK);
	CHECK(pmap_init(&other, 1, FRAMES, &memmap, zeroed(pmap_storage_bytes(FRAMES))) == OK);
	pmap.large = true;
	area = zeroed((size_t)SLOTS * MAP_PAGE_BYTES);
	swap_init(&memmap, SLOTS, zeroed(page_pool_bytes(SLOTS)));
	swap_add(&pmap);
	swap_add(&other);
	for (uint32_t i = 0; i < NODES; i++) {
		pmap_add_view(&pmap, i, zeroed(pmap_view_bytes(&pmap)));
	}
	for (uint32_t i = 0; i < CPUS; i++) {
		cpus[i].number = i;
		cpus[i].random = i + 88172645463325252;
		CHECK(vtlb_init(&cpus[i].vtlb, &pmap, i, i % NODES, L2_ENTRIES,
				zeroed(l2tlb_storage_bytes(L2_ENTRIES))) == OK);
	}
	running = CPUS;
}

/* Every counter has all additions; every structure is sound. */
static int finish(void)
{
	const char *broken = page_alloc_check(&alloc);
	uint64_t interrupts = 0;

	broken = broken ? broken : memmap_check(&memmap);
	broken = broken ? broken : pmap_check(&pmap);
	broken = broken ? broken : pmap_check(&other);
	broken = broken ? broken : swap_check();
	for (uint32_t i = 0; i < CPUS && !broken; i++) {
		broken = vtlb_check(&cpus[i].vtlb);
		interrupts += cpus[i].interrupts;
		for (uint32_t gpn = 0; gpn < FRAMES; gpn++) {
			uint32_t mpn = (pmap.ready[gpn] & PMAP_READY_PFN) >> 6;
			const void *at = pmap.ready[gpn] == PMAP_READY_SWAPPED
						 ? area + pmap.page[gpn].slot * MAP_PAGE_BYTES
						 : machine_page(mpn);
			const uint64_t *counter = at;

			if (counter[i] != cpus[i].added[gpn]) {
				printf("CPU %u, page %u: %lu of %lu additions\n", i, gpn,
				       (unsigned long)counter[i],
				       (unsigned long)cpus[i].added[gpn]);
				broken = "additions are lost";
			}
		}
	}
	printf("%lu pages copied, %u replicated, %u swapped out, %lu shootdown interrupts\n",
	       (unsigned long)pmap.copied, copies, swapped, (unsigned long)interrupts);
	if (broken || pmap.copied == 0 || copies == 0 || swapped == 0 || interrupts == 0) {
		printf("%s\n", broken ? broken : "nothing happened");
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}

int main(void)
{
	pthread_t threads[CPUS];

	start();
	for (uint32_t i = 0; i < CPUS; i++) {
		if (pthread_create(&threads[i], NULL, run, &cpus[i]) != 0) {
			return EXIT_FAILURE;
		}
	}
	for (uint32_t i = 0; i < CPUS; i++) {
		pthread_join(threads[i], NULL);
	}
	return finish();
}
