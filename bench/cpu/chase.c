/* SPDX-License-Identifier: MIT */
/*
 * chase.c - a chain of pointers through 8 MiB of mapped memory: almost every new page misses in
 * the TLB and runs the refill handler of chase_refill.S.
 *
 * The chain visits the 2048 pages in random order and takes CHASE_ACCESSES steps in each. The
 * handler finds both halves of an entry by Context, in a linear table, as R4000 kernels do it.
 */
#include <stddef.h>
#include <stdint.h>

#include "bench/cpu/bench.h"
#include "guests/lib/cpu.h"
#include "guests/lib/tlb.h"
#include "guests/lib/trap.h"

/*
 * Physical memory above the program: the page table at 16 MB (Context.PTEBase has to be a multiple
 * of 8 MB) and the pages at 24 MB. The machine needs 32 MB.
 */
#define TABLE_PADDR 0x01000000U
#define PAGES_PADDR 0x01800000U
#define PAGES_VADDR 0x00400000U
#define PAGES       2048U
#define PAGE_SIZE   4096U

#define TLB_ENTRIES 48

/* What Context points to: BadVPN2 is shifted left by 4, so 16 bytes for each pair of pages. */
struct pte_pair {
	uint32_t lo0;
	uint32_t unused0;
	uint32_t lo1;
	uint32_t unused1;
};

extern const uint32_t chase_refill[];
extern const uint32_t chase_refill_end[];

static uint16_t order[PAGES];

static uint32_t chase_random(uint32_t *seed)
{
	*seed = *seed * 1664525U + 1013904223U;
	return *seed >> 8;
}

static void chase_map(void)
{
	struct pte_pair *table = cpu_kseg0(TABLE_PADDR);

	for (uint32_t page = 0; page < PAGES; page += 2) {
		struct pte_pair *pair = &table[(PAGES_VADDR + page * PAGE_SIZE) >> 13];
		uint32_t paddr = PAGES_PADDR + page * PAGE_SIZE;

		pair->lo0 = tlb_entrylo(paddr, ENTRYLO_V | ENTRYLO_D | ENTRYLO_G);
		pair->lo1 = tlb_entrylo(paddr + PAGE_SIZE, ENTRYLO_V | ENTRYLO_D | ENTRYLO_G);
	}
	trap_install_vector(VECTOR_TLB_REFILL, chase_refill, chase_refill_end);
	tlb_clear(TLB_ENTRIES);
	cp0_write(CP0_WIRED, 0);
	cp0_write(CP0_PAGEMASK, 0);
	cp0_write_address(CP0_CONTEXT, (uintptr_t)table);
}

/* Writes through KSEG0, so that the chain is laid without a miss. */
static void chase_link(uint32_t from_page, uint32_t from, uint32_t to_page, uint32_t to)
{
	uint32_t *slot = cpu_kseg0(PAGES_PADDR + from_page * PAGE_SIZE + from);

	*slot = PAGES_VADDR + to_page * PAGE_SIZE + to;
}

/* Where step `step` in `page` lies: 256 bytes apart, in another line of each page. */
static uint32_t chase_offset(uint32_t page, uint32_t step)
{
	return (step * 5 % 16) * 256 + (page * 13 % 16) * 16;
}

static void chase_lay(void)
{
	uint32_t seed = 1;

	for (uint32_t i = 0; i < PAGES; i++) {
		order[i] = (uint16_t)i;
	}
	for (uint32_t i = PAGES - 1; i > 0; i--) {
		uint32_t j = chase_random(&seed) % (i + 1);
		uint16_t swapped = order[i];

		order[i] = order[j];
		order[j] = swapped;
	}
	for (uint32_t i = 0; i < PAGES; i++) {
		uint32_t page = order[i];
		uint32_t next = order[(i + 1) % PAGES];

		for (uint32_t step = 0; step + 1 < CHASE_ACCESSES; step++) {
			chase_link(page, chase_offset(page, step), page,
				   chase_offset(page, step + 1));
		}
		chase_link(page, chase_offset(page, CHASE_ACCESSES - 1), next,
			   chase_offset(next, 0));
	}
}

uint64_t bench_run(uint32_t rounds)
{
	uint32_t at;
	uint32_t sum = 0;

	chase_lay();
	chase_map();
	at = PAGES_VADDR + order[0] * PAGE_SIZE + chase_offset(order[0], 0);
	for (uint32_t i = rounds * CHASE_ACCESSES; i > 0; i--) {
		at = *(const volatile uint32_t *)(uintptr_t)at;
		sum += at;
	}
	return bench_mix(at, sum);
}
