/* SPDX-License-Identifier: MIT */
/*
 * window.h - the addresses of a VM that are not the guest's to map, and pairs of the window.
 *
 * The window (machine/vm.h) is refilled straight from the pmap: ready words of two neighbouring
 * frames are the two EntryLo of a pair. No virtual TLB, no second level, no backmap.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "machine/vm.h"

struct pmap;

enum window_area {
	WINDOW_AREA_GUEST,   /* mapped by the guest's TLB */
	WINDOW_AREA_WINDOW,  /* guest physical 0 up */
	WINDOW_AREA_MONITOR, /* shared page */
	WINDOW_AREA_DEVICES, /* guest physical MAP_IO_BASE up */
	WINDOW_AREA_NEVER    /* KSEG0, KSEG1, KSEG3, xkphys, xkseg, holes: no VCPU reaches it */
};

/* Of the address or EntryHi (bits 61..40 are not looked at, as the TLB does not). */
enum window_area window_area_of(uint64_t vaddr);

/* The guest's entries may take effect at this pair: not in the areas above, and not at
 * VM_SHARED_PAIR_LOW if `low_page` (the pair is the monitor's while instructions are rewritten). */
bool window_guest_maps(uint64_t entryhi, bool low_page);

/* The EntryHi of the window pair of guest page `gpn` (below 256 MB), ASID 0. */
uint64_t window_entryhi(uint32_t gpn);

/*
 * Enters the window pair that holds `vaddr`, as `node` sees it, as a large pair if the pmap says
 * so. The C side of the window refill, for what assembly leaves: large entries, and pages just
 * allocated.
 */
void window_to_hardware(const struct pmap *pmap, uint32_t node, uint64_t vaddr);
/* The same in the device area, where the clock page alone can be entered, read-only. */
void window_device_to_hardware(const struct pmap *pmap, uint64_t vaddr);
