/* SPDX-License-Identifier: MIT */
/*
 * l2tlb.h - the second-level TLB of a VCPU: recent virtual-to-machine translations (paper 4.1.2).
 *
 * A hash table of 4 KB pairs, read by the refill path in assembly. It holds everything that the
 * hardware TLB may hold for this VCPU, window and monitor pages excepted, so that a hit needs no
 * further checks and a removal here tells what to remove there:
 *
 *   virtual TLB (any page size) --derives--> second level (4 KB pairs) --refill--> hardware TLB
 *
 * Written only by the CPU that the VCPU runs on, or while it runs on none by the holder of the
 * VCPU. Other CPUs ask for removals through shootdown.h. No locks.
 *
 * Layout: sets of two ways, one set = 32 bytes = one line of the first-level cache. `guest` holds,
 * in the same order, what the guest wrote, needed only when an entry is promoted or checked.
 *
 * Invariants (l2tlb_check):
 *   I1  a tag is L2TLB_TAG_EMPTY or a canonical EntryHi (R, VPN2, ASID), in the set that it hashes
 *       to; no tag occurs twice.
 *   I2  of one VPN2 either all entries are global, with equal words, or none is; an entry is
 *       global when both its words have G, in `hot` and in `guest` alike.
 *   I3  a half that is valid here is valid in `guest`; it is dirty (writable) here only if there.
 *   I4  `count` and `global_count` count what they say.
 *   I5  if `in_hardware`, every entry of the hardware TLB that is not the window's, the monitor's
 * or wired is in here with the same words. If not, the hardware TLB has none of this VCPU.
 */
#pragma once

/*
 * For assembly. An entry is found from EntryHi as the processor leaves it at a refill:
 *   offset = ((EntryHi >> 8) ^ (EntryHi >> 17) ^ (EntryHi << 10)) & offset_mask
 * which is the set ((VPN2 ^ VPN2 >> 9 ^ ASID << 5) & (sets - 1)) times 32. At base + offset lie the
 * two ways; an entry hits if its tag equals EntryHi (all 64 bits).
 */
#define L2TLB_SET_SHIFT   5 /* log2 of bytes in a set */
#define L2TLB_ENTRY_BYTES 16
#define L2TLB_SHIFT_VPN   8  /* right */
#define L2TLB_SHIFT_FOLD  17 /* right */
#define L2TLB_SHIFT_ASID  10 /* left */
#define L2TLB_TAG         0  /* 64: offsets in an entry */
#define L2TLB_LO0         8  /* 32: ready for dmtc0/mtc0, machine pages */
#define L2TLB_LO1         12 /* 32 */
#define L2TLB_WAYS        2
#define L2TLB_TAG_EMPTY   0x100 /* bit 8 is 0 in every EntryHi */

/* Offsets in struct l2tlb. */
#define L2TLB_BASE        0 /* 64: address of the first set */
#define L2TLB_OFFSET_MASK 8 /* 64: (sets - 1) << L2TLB_SET_SHIFT */

#define L2TLB_ENTRIES_MIN 2
#define L2TLB_ENTRIES_MAX 65536

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/lib/status.h"

struct l2tlb_entry {
	uint64_t tag;
	uint32_t lo[2];
};

/* EntryLo0/1 as the guest wrote them: guest pages, the guest's C, D, V, G. */
struct l2tlb_guest {
	uint32_t lo[2];
};

struct l2tlb {
	union {
		struct l2tlb_entry *hot;
		uint64_t base; /* what assembly loads; on the host the same pointer */
	};
	uint64_t offset_mask;
	struct l2tlb_guest *guest;
	uint32_t entry_count;     /* capacity: a power of two */
	uint32_t count;           /* valid entries */
	uint32_t global_count[2]; /* of them global, by bit 63 of the tag (0: user half) */
	bool in_hardware;         /* I5; set by vtlb_load(), cleared by vtlb_unload() */
	/* For tests and the trap table. */
	uint64_t inserted;
	uint64_t displaced; /* valid entries that made room for another */
	uint64_t flushes;
};

/* A pair to insert. */
struct l2tlb_pair {
	uint64_t tag;
	uint32_t lo[2];    /* machine */
	uint32_t guest[2]; /* guest */
};

/* Bytes of storage, 32-byte aligned, that l2tlb_init() wants for `entry_count` entries; 0 if
 * that is no power of two in [L2TLB_ENTRIES_MIN, L2TLB_ENTRIES_MAX]. */
size_t l2tlb_storage_bytes(uint32_t entry_count);
MUST_CHECK enum status l2tlb_init(struct l2tlb *l2tlb, uint32_t entry_count, void *storage);

/* R, VPN2 and ASID of `entryhi`, other bits 0: a tag. */
uint64_t l2tlb_tag(uint64_t entryhi);

/* The entry with exactly this tag (what the refill path finds), or NULL. */
struct l2tlb_entry *l2tlb_find(const struct l2tlb *l2tlb, uint64_t tag);
/* As that, else a global entry of the same VPN2 under any ASID. */
struct l2tlb_entry *l2tlb_find_matching(const struct l2tlb *l2tlb, uint64_t tag);
/* What the guest wrote for an entry. */
struct l2tlb_guest *l2tlb_guest_of(const struct l2tlb *l2tlb, const struct l2tlb_entry *entry);

/*
 * Enters a pair, after removing those that it would contradict (I1, I2); displaces the older entry
 * of a full set. Every removal is done in the hardware TLB too. The pair itself is not entered
 * there: l2tlb_to_hardware() or the next refill does that. A local pair that is there already is
 * changed in its place, in the second level alone: l2tlb_to_hardware() must follow.
 */
const struct l2tlb_entry *l2tlb_insert(struct l2tlb *l2tlb, const struct l2tlb_pair *pair);
void l2tlb_to_hardware(const struct l2tlb *l2tlb, const struct l2tlb_entry *entry);

/* Removes the entry with exactly this tag; false if there was none. */
bool l2tlb_drop(struct l2tlb *l2tlb, uint64_t tag);
/*
 * Removes all pairs that an entry of EntryHi `entryhi` and `pagemask` would match: of its ASID and
 * global ones; all ASIDs' if `global`.
 */
void l2tlb_drop_range(struct l2tlb *l2tlb, uint64_t entryhi, uint32_t pagemask, bool global);
/* Removes all entries for which `keep` is NULL or says false. */
void l2tlb_flush(struct l2tlb *l2tlb, bool (*keep)(const void *context, uint64_t tag),
		 const void *context);

/* NULL, or the name of the first broken invariant. */
const char *l2tlb_check(const struct l2tlb *l2tlb);

_Static_assert(sizeof(struct l2tlb_entry) == L2TLB_ENTRY_BYTES, "layout");
_Static_assert(offsetof(struct l2tlb_entry, tag) == L2TLB_TAG, "layout");
_Static_assert(offsetof(struct l2tlb_entry, lo) == L2TLB_LO0, "layout");
_Static_assert(offsetof(struct l2tlb_entry, lo[1]) == L2TLB_LO1, "layout");
_Static_assert(offsetof(struct l2tlb, base) == L2TLB_BASE, "layout");
_Static_assert(offsetof(struct l2tlb, offset_mask) == L2TLB_OFFSET_MASK, "layout");
#endif
