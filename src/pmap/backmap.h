/* SPDX-License-Identifier: MIT */
/*
 * backmap.h - for a guest page, which pairs of which VCPUs' second levels map it (paper 4.1.2).
 *
 * A fixed array in each page's pmap entry. A backmap is written before the pair that it tells of
 * and may outlive it: it is a promise about where to look, not that something is there. When the
 * array is full, stale ones are replaced. If none is stale, those of one address become one,
 * *wide*: a set of VCPUs, which are to look under every ASID. So threads and processes that have a
 * page at one address fit in. If there are too many addresses, the page's backmaps become
 * *unknown*, and to take the page away the TLB and second level of all VCPUs of the VM are flushed.
 *
 * Under the page's lock (struct pmap_page).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "src/mips_tlb/shootdown.h"

#define BACKMAP_COUNT 5

/*
 * One backmap: the tag of the pair (EntryHi: R, VPN2, ASID) and, in bits that are 0 there, the VCPU
 * and that there is one. A wide one has bit n of its set for VCPUs n, n + 16, ..., and no ASID and
 * VCPU. 0 = free, and so are all behind it.
 */
#define BACKMAP_ADDRESS    0xc00000ffffffe000
#define BACKMAP_TAG        (BACKMAP_ADDRESS | SHOOTDOWN_ANY_ASID | 0xff)
#define BACKMAP_SET        0x3fffc00000000000
#define BACKMAP_SET_SHIFT  46
#define BACKMAP_SET_BITS   16
#define BACKMAP_VCPU       0x00003f0000000000
#define BACKMAP_VCPU_SHIFT 40
#define BACKMAP_VALID      0x0000000000000100

struct backmap {
	uint64_t word[BACKMAP_COUNT];
};

uint64_t backmap_make(uint32_t vcpu, uint64_t tag);
/* Bit per VCPU; what they are to look for, as shootdown_add() takes it. */
uint64_t backmap_vcpus(uint64_t word);
uint64_t backmap_tag(uint64_t word);

/* Already there, or room for it: true. */
bool backmap_add(struct backmap *backmap, uint64_t word);
/* The same of a full array: those of one address become one. False: nothing has changed. */
bool backmap_add_wide(struct backmap *backmap, uint64_t word);
/* Removes those for which `is_live` says false; whether there is room now. */
bool backmap_purge(struct backmap *backmap, bool (*is_live)(const void *context, uint64_t word),
		   const void *context);
/* All of them; `from` has none then. */
void backmap_take(struct backmap *backmap, struct backmap *from);
bool backmap_has(const struct backmap *backmap, uint64_t word);
