/* SPDX-License-Identifier: MIT */
/* stale.c - an error for the torture build to find: what the guest unmaps stays in the hardware. */
#include "src/lib/hooks.h"

void __wrap_tlb_hw_drop(uint64_t entryhi);

void __wrap_tlb_hw_drop(uint64_t entryhi)
{
	(void)entryhi;
}
