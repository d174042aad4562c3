/* SPDX-License-Identifier: MIT */
/*
 * tlb.c - lookup and writing of the joint TLB, with an index over it so that a lookup looks at the
 * few entries that can match instead of all of them.
 */
#include "sim/core/tlb.h"

#include <string.h>

/* R (63..62) and VPN2 (39..13); bits 61..40 are checked by the segment, not by the TLB. */
#define MATCH_BITS (ENTRYHI_R | ENTRYHI_VPN2)
#define PAIR_SHIFT 13
#define HASHES     64U

static unsigned hash_pair(uint64_t vaddr)
{
	return (unsigned)(vaddr >> PAIR_SHIFT) % HASHES;
}

bool tlb_entry_covers(const struct core_tlb_entry *entry, uint64_t vaddr)
{
	uint64_t compared = MATCH_BITS & ~(uint64_t)entry->mask;

	return ((vaddr ^ entry->vpn2) & compared) == 0;
}

static bool entry_matches(const struct core_tlb_entry *entry, uint64_t vaddr, uint8_t asid)
{
	return tlb_entry_covers(entry, vaddr) && (entry->global || entry->asid == asid);
}

int tlb_lookup(const struct core_tlb *tlb, uint64_t vaddr, uint8_t asid)
{
	uint64_t candidates = tlb->bucket[hash_pair(vaddr)] | tlb->large;
	int found = TLB_NO_MATCH;

	while (candidates != 0) {
		int index = __builtin_ctzll(candidates);

		candidates &= candidates - 1;
		if (entry_matches(&tlb->entry[index], vaddr, asid)) {
			if (found >= 0) {
				return TLB_SEVERAL_MATCH;
			}
			found = index;
		}
	}
	return found;
}

/* The lowest address bit above the offset of a page: selects the page of the pair. */
static uint64_t odd_bit(const struct core_tlb_entry *entry)
{
	uint64_t ones = (uint64_t)entry->mask | 0x1fffU;

	/* Legal masks are runs of ones; of another, the run from bit 12 up counts. */
	return (~ones & (ones + 1)) >> 1;
}

uint32_t tlb_entry_lo(const struct core_tlb_entry *entry, uint64_t vaddr)
{
	return entry->lo[(vaddr & odd_bit(entry)) != 0];
}

uint64_t tlb_page_bytes(const struct core_tlb_entry *entry)
{
	return odd_bit(entry);
}

bool tlb_overlaps(const struct core_tlb *tlb, unsigned index)
{
	const struct core_tlb_entry *entry = &tlb->entry[index];
	uint64_t others = tlb->bucket[hash_pair(entry->vpn2)] | tlb->large;

	if (entry->mask != 0) {
		return true;
	}
	for (others &= ~(1ULL << index); others != 0; others &= others - 1) {
		if (tlb_entry_covers(&tlb->entry[__builtin_ctzll(others)], entry->vpn2)) {
			return true;
		}
	}
	return false;
}

void tlb_write(struct core_tlb *tlb, unsigned index, const struct core_tlb_entry *entry)
{
	struct core_tlb_entry *slot = &tlb->entry[index];
	uint64_t bit = 1ULL << index;

	tlb->bucket[hash_pair(slot->vpn2)] &= ~bit;
	tlb->large &= ~bit;
	*slot = *entry;
	slot->vpn2 &= MATCH_BITS & ~(uint64_t)slot->mask;
	if (slot->mask == 0) {
		tlb->bucket[hash_pair(slot->vpn2)] |= bit;
	} else {
		tlb->large |= bit;
	}
}

void tlb_reset(struct core_tlb *tlb, unsigned count)
{
	memset(tlb, 0, sizeof(*tlb));
	tlb->count = count;
	for (unsigned i = 0; i < count; i++) {
		/* R = 2 is xkphys, which is never mapped. */
		struct core_tlb_entry entry = { .vpn2 = (2ULL << 62) | ((uint64_t)i << 13) };

		tlb_write(tlb, i, &entry);
	}
}
