/* SPDX-License-Identifier: MIT */
/*
 * tlb.h - writing the translation lookaside buffer (R4000 UM chapter 4).
 *
 * An entry maps a pair of pages: EntryHi names the pair (VPN2 and ASID), EntryLo0 and EntryLo1 are
 * its even and odd page. cpu.h's writes already contain the nops that the hazards ask for.
 */
#pragma once

#include <stdint.h>

#include "guests/lib/cpu.h"

/* EntryLo of a 4 KB page at physical address `paddr`; flags are ENTRYLO_G, _V, _D. */
static inline uint32_t tlb_entrylo(uint32_t paddr, uint32_t flags)
{
	return ((paddr >> 12) << ENTRYLO_PFN_SHIFT) | (3U << ENTRYLO_C_SHIFT) | flags;
}

/* Writes entry `index`. `vaddr` is the address of the even page, with the ASID in its low byte. */
static inline void tlb_write(unsigned index, uintptr_t vaddr, uint32_t pagemask, uint32_t lo0,
			     uint32_t lo1)
{
	cp0_write(CP0_INDEX, index);
	cp0_write(CP0_PAGEMASK, pagemask);
	cp0_write_address(CP0_ENTRYHI, vaddr);
	cp0_write(CP0_ENTRYLO0, lo0);
	cp0_write(CP0_ENTRYLO1, lo1);
	__asm__ volatile("tlbwi\n\t" CPU_HAZARD : : : "memory");
}

/*
 * Empties `entries` entries: each gets a page pair of KSEG0, which is never looked up, and each a
 * different one, since two equal entries would shut down a real TLB.
 */
static inline void tlb_clear(unsigned entries)
{
	for (unsigned i = 0; i < entries; i++) {
		tlb_write(i, (uintptr_t)cpu_kseg0(i << 13), 0, 0, 0);
	}
	cp0_write_address(CP0_ENTRYHI, 0);
}
