/* SPDX-License-Identifier: MIT */
/* hooks.c - locks and machine memory, as src/lib/hooks.h promises them to the data structures. */
#include "src/lib/hooks.h"

#include "isa/cp0.h"

#include "src/cpu/asid.h"
#include "src/cpu/cpu.h"
#include "src/include/atomic.h"
#include "src/include/cp0.h"
#include "src/include/memory.h"
#include "src/lib/string.h"
#include "src/mips_tlb/tlb_hw.h"
#include "src/mips_tlb/window.h"

void lock_acquire(struct lock *lock)
{
	while (__atomic_exchange_n(&lock->word, 1, __ATOMIC_ACQUIRE) != 0) {
		/* Waits in its own cache until the word has changed. */
		while (atomic_load(&lock->word) != 0) {
		}
	}
}

__attribute__((always_inline)) inline void lock_release(struct lock *lock)
{
	__atomic_store_n(&lock->word, 0, __ATOMIC_RELEASE);
}

__attribute__((always_inline)) inline void memory_barrier(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* Called from everywhere, and longer than its call. */
__attribute__((noinline)) void *machine_page(uint32_t mpn)
{
	return memory_at((uint64_t)(int32_t)mpn << PAGE_SHIFT);
}

void machine_page_zero(uint32_t mpn)
{
	uint64_t *word = machine_page(mpn);

	cpu_self()->inspect.cause = INSPECT_CAUSE_PAGE_FAULT;
	for (unsigned i = 0; i < PAGE_BYTES / sizeof(uint64_t); i += 4) {
		word[i] = 0;
		word[i + 1] = 0;
		word[i + 2] = 0;
		word[i + 3] = 0;
	}
}

void machine_page_copy(uint32_t to_mpn, uint32_t from_mpn, uint32_t offset, uint32_t bytes)
{
	struct cpu *cpu = cpu_self();
	uint32_t start = cp0_read(CP0_COUNT);

	/* A page that moves is not at fault. */
	if (cpu->inspect.cause != INSPECT_CAUSE_MIGRATE &&
	    cpu->inspect.cause != INSPECT_CAUSE_REPLICATE) {
		cpu->inspect.cause = INSPECT_CAUSE_PAGE_FAULT;
	}
	memcpy((char *)machine_page(to_mpn) + offset, (char *)machine_page(from_mpn) + offset,
	       bytes);
	cpu->copy_counts += cp0_read(CP0_COUNT) - start;
}

void tlb_hw_flush(void)
{
	tlb_hw_flush_from(CPU_WIRED_COUNT, cpu_self()->tlb_entries);
}

/* Any ASID: each has its own entry of a window pair. */
static void remove_everywhere(uint64_t entryhi)
{
	uint32_t count = cpu_self()->tlb_entries;

	for (uint32_t i = CPU_WIRED_COUNT; i < count; i++) {
		uint32_t mask;
		uint64_t hi = tlb_hw_read(i, &mask);

		if (((hi ^ entryhi) & (ENTRYHI_R | ENTRYHI_VPN2) & ~(uint64_t)mask) == 0) {
			tlb_hw_flush_from(i, i + 1);
		}
	}
}

__attribute__((noinline)) void tlb_hw_insert(uint64_t entryhi, uint32_t lo0, uint32_t lo1)
{
	if (asid_is_virtual) {
		CHECK(asid_to_hardware(cpu_self(), &entryhi));
		lo0 &= ~(uint32_t)ENTRYLO_G;
	}
	tlb_hw_enter(entryhi, lo0, lo1);
}

__attribute__((noinline)) void tlb_hw_drop(uint64_t entryhi)
{
	if (!asid_is_virtual) {
		tlb_hw_remove(entryhi);
	} else if (window_area_of(entryhi) != WINDOW_AREA_GUEST) {
		remove_everywhere(entryhi);
	} else if (asid_to_hardware(cpu_self(), &entryhi)) {
		tlb_hw_remove(entryhi);
	}
}

void tlb_hw_insert_large(uint64_t entryhi, uint32_t pagemask, uint32_t lo0, uint32_t lo1)
{
	uint32_t lo[2] = { lo0, lo1 };
	struct cpu *cpu = cpu_self();
	uint32_t first = CPU_WIRED_COUNT;
	uint32_t count = cpu->large_count;
	/* Of two ranges that overlap one contains the other, both being aligned. */
	uint64_t fields = (ENTRYHI_R | ENTRYHI_VPN2) & ~(uint64_t)pagemask;

	if (asid_is_virtual) {
		CHECK(asid_to_hardware(cpu, &entryhi));
		lo[0] &= ~(uint32_t)ENTRYLO_G;
		fields |= ENTRYHI_ASID;
	}
	tlb_hw_drop_overlaps(CPU_WIRED_COUNT, cpu->tlb_entries, entryhi, fields);
	/* One after the other: by Random two entries could replace each other for ever. */
	cpu->tlb_writes++;
	/*
	 * Some elsewhere: an instruction may need three at once, a branch, its delay slot on the
	 * next page and what that loads.
	 */
	if (pagemask < CPU_LARGE_MASK || count == 0 || cpu->tlb_writes % 4 == 0) {
		first += count;
		count = cpu->tlb_entries - first;
	}
	tlb_hw_write(first + cpu->tlb_writes % count, entryhi, pagemask, lo);
}
