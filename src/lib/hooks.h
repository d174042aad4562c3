/* SPDX-License-Identifier: MIT */
/*
 * hooks.h - what the data structures need from the machine below them.
 *
 * The modules of src/pmap, src/mips_tlb and src/lib are plain data structures and compile for the
 * host. All that they ask of a processor or a board is declared here: the monitor implements it
 * with LL/SC, CP0 and XKPHYS (src/include, src/cpu, src/mips_tlb/\*.S), tests/monitor with a model.
 * No hook calls back into the module that calls it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * A spin lock. Held for a few dozen instructions with interrupts off; whoever holds one takes
 * another only in the order of lock levels: pmap page < large blocks < disk cache < memmap page <
 * page pool; shootdown target: inside none and with none inside.
 */
struct lock {
	uint32_t word; /* 0 = free; so a zeroed structure holds free locks */
};

void lock_acquire(struct lock *lock);
void lock_release(struct lock *lock);

/* Orders all stores before the call before all loads and stores after it (SYNC). */
void memory_barrier(void);

/*
 * Machine memory, by machine page number (physical address >> 12, the PFN of an EntryLo). The
 * pointer is good for this page alone (XKPHYS, cached and coherent).
 */
void *machine_page(uint32_t mpn);
void machine_page_zero(uint32_t mpn);
/* `bytes` (a multiple of 8) from `offset` on. */
void machine_page_copy(uint32_t to_mpn, uint32_t from_mpn, uint32_t offset, uint32_t bytes);

/*
 * The TLB of this CPU. An EntryHi is R, VPN2 and ASID of a 4 KB pair, other bits 0. PageMask is 0
 * but in tlb_hw_insert_large(). They preserve CP0 EntryHi's ASID of the running guest.
 */

/*
 * Enters a 4 KB pair: over the entry that matches `entryhi` if there is one (TLBP, TLBWI),
 * otherwise at Random. So the TLB never holds two entries that match.
 */
void tlb_hw_insert(uint64_t entryhi, uint32_t lo0, uint32_t lo1);
/*
 * Enters a pair of pages larger than 4 KB after removing every entry, wired ones excepted, whose
 * range overlaps it (a loop of TLBR over all entries: not a fast path).
 */
void tlb_hw_insert_large(uint64_t entryhi, uint32_t pagemask, uint32_t lo0, uint32_t lo1);
/* Removes the entry that matches `entryhi`, of whatever page size, if there is one. */
void tlb_hw_drop(uint64_t entryhi);
/* Removes all entries that are not wired. */
void tlb_hw_flush(void);

/* The shootdown interrupt to machine CPU `cpu`; its handler calls shootdown_serve(). */
void ipi_shootdown(uint32_t cpu);

/* The copies of a guest page of a VM were given up; the page is at node `home`. */
void page_collapsed(uint32_t vm, uint32_t gpn, uint32_t home);

/*
 * What becomes of a machine page: for a machine that keeps a list of them (machine/annotation.h,
 * ANNOTATION_OWN_*). `vm` where the operation has one. Before others can find the page so.
 */
void page_own(uint32_t op, uint32_t vm, uint32_t mpn);

/* A broken invariant of ours: prints, dumps and stops. A guest can never get us here. */
struct panic {
	const char *file;
	const char *what;
	int line;
};
__attribute__((noreturn)) void monitor_panic(const struct panic *panic);

/* One argument and no code but the call: there are many of them. */
#define CHECK(condition)                                                                         \
	do {                                                                                     \
		if (!(condition)) {                                                              \
			static const struct panic panic_at = { __FILE__, #condition, __LINE__ }; \
			monitor_panic(&panic_at);                                                \
		}                                                                                \
	} while (0)
