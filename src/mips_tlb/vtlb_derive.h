/* SPDX-License-Identifier: MIT */
/* vtlb_derive.h - between vtlb.c and vtlb_fault.c alone. */
#pragma once

#include "src/mips_tlb/vtlb.h"

/* The lowest of the first `count` slots that matches, or VTLB_NONE. */
uint32_t vtlb_find_slot(const struct vtlb *vtlb, uint64_t tag, uint32_t count);

/* EntryLo0/1 of the 4 KB pair at `tag` inside an entry of any page size that matches it. */
void vtlb_guest_pair(const struct inspect_tlb_entry *slot, uint64_t tag, uint32_t guest[2]);

/* Puts the 4 KB pair at `tag`, taken from `slot`, into second level and hardware. */
void vtlb_derive(struct vtlb *vtlb, uint64_t tag, const struct inspect_tlb_entry *slot);
