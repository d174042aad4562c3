/* SPDX-License-Identifier: MIT */
/*
 * tlb.h - the joint TLB: 48 (or 64) pairs of pages (R4000 UM chapter 4).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sim/core/core.h"

#define TLB_NO_MATCH      (-1)
#define TLB_SEVERAL_MATCH (-2)

/* Index of the entry matching `vaddr` under `asid`, TLB_NO_MATCH or TLB_SEVERAL_MATCH. */
int tlb_lookup(const struct core_tlb *tlb, uint64_t vaddr, uint8_t asid);

/* Has `entry` the page of `vaddr`, under some ASID? */
bool tlb_entry_covers(const struct core_tlb_entry *entry, uint64_t vaddr);

/* May another entry have a page of entry `index`? Never false if one has. */
bool tlb_overlaps(const struct core_tlb *tlb, unsigned index);

/* EntryLo of the page of `entry` that holds `vaddr`. */
uint32_t tlb_entry_lo(const struct core_tlb_entry *entry, uint64_t vaddr);

/* Bytes of one page of `entry`. */
uint64_t tlb_page_bytes(const struct core_tlb_entry *entry);

/* Replaces entry `index`; the caller flushes the soft TLB for the old and the new range. */
void tlb_write(struct core_tlb *tlb, unsigned index, const struct core_tlb_entry *entry);

/* All entries invalid, at distinct addresses that nothing can reference. */
void tlb_reset(struct core_tlb *tlb, unsigned count);
