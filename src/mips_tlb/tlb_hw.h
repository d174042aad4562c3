/* SPDX-License-Identifier: MIT */
/* tlb_hw.h - the processor's TLB: what tlb_hw.S gives beside the hooks of src/lib/hooks.h. */
#pragma once

#include <stdint.h>

/* Empties slots first to end - 1. */
void tlb_hw_flush_from(uint32_t first, uint32_t end);
/* Those of them whose EntryHi agrees with `entryhi` in `fields`, less the slot's own PageMask. */
void tlb_hw_drop_overlaps(uint32_t first, uint32_t end, uint64_t entryhi, uint64_t fields);
/* EntryHi of a slot, and its PageMask. */
uint64_t tlb_hw_read(uint32_t index, uint32_t *pagemask);
/* Writes a slot, or at Random (not a wired one) if `index` is UINT32_MAX. */
void tlb_hw_write(uint32_t index, uint64_t entryhi, uint32_t pagemask, const uint32_t lo[2]);
/* tlb_hw_insert() and tlb_hw_drop() of hooks.h with the hardware's own ASID. */
void tlb_hw_enter(uint64_t entryhi, uint32_t lo0, uint32_t lo1);
void tlb_hw_remove(uint64_t entryhi);
