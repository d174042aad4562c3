/* SPDX-License-Identifier: MIT */
/*
 * window.c - areas of a VM's addresses, and the window's pairs from the pmap (machine/vm.h).
 */
#include "src/mips_tlb/window.h"

#include "isa/cp0.h"

#include "src/include/bits.h"
#include "src/lib/hooks.h"
#include "src/pmap/pmap.h"

/* R and VPN2 of the 32-bit addresses' upper 2 GB, sign-extended; the TLB sees bits 39..0 of it. */
#define SEGMENT_COMPATIBILITY 0xff00000000U
#define SEGMENT_BITS          0xff00000000U
#define TRAMPOLINE_FRAME      ((uint32_t)VM_TRAMPOLINE_PADDR / MAP_PAGE_BYTES)
#define TRAMPOLINE_PAGES      ((uint32_t)VM_TRAMPOLINE_BYTES / MAP_PAGE_BYTES)

enum window_area window_area_of(uint64_t vaddr)
{
	uint32_t low = (uint32_t)vaddr;

	switch (vaddr >> 62) {
	case 0: /* xuseg */
	case 1: /* xsseg */
		return WINDOW_AREA_GUEST;
	case 2: /* xkphys */
		return WINDOW_AREA_NEVER;
	default:
		break;
	}
	if ((vaddr & SEGMENT_BITS) != SEGMENT_COMPATIBILITY || low < VM_WINDOW_BASE ||
	    low - VM_WINDOW_BASE >=
		    VM_WINDOW_BYTES + VM_MAPPED_BYTES + VM_MONITOR_BYTES + VM_DEVICES_BYTES) {
		return WINDOW_AREA_NEVER;
	}
	if (low >= VM_DEVICES_BASE) {
		return WINDOW_AREA_DEVICES;
	}
	if (low >= VM_MONITOR_BASE) {
		return WINDOW_AREA_MONITOR;
	}
	return low >= VM_MAPPED_BASE ? WINDOW_AREA_GUEST : WINDOW_AREA_WINDOW;
}

__attribute__((noinline)) bool window_guest_maps(uint64_t entryhi, bool low_page)
{
	if (window_area_of(entryhi) != WINDOW_AREA_GUEST) {
		return false;
	}
	return !low_page || (entryhi & (ENTRYHI_R | ENTRYHI_VPN2)) != VM_SHARED_PAIR_LOW;
}

uint64_t window_entryhi(uint32_t gpn)
{
	uint64_t vaddr = bits_sign_extend(VM_WINDOW_BASE + gpn * MAP_PAGE_BYTES);

	return vaddr & (ENTRYHI_R | ENTRYHI_VPN2);
}

static uint32_t ready_word(const struct pmap *pmap, uint32_t node, uint32_t frame)
{
	return __atomic_load_n(&pmap->view[node][frame], __ATOMIC_RELAXED) & ~PMAP_READY_LARGE;
}

void window_to_hardware(const struct pmap *pmap, uint32_t node, uint64_t vaddr)
{
	uint32_t frame = ((uint32_t)vaddr - VM_WINDOW_BASE) / MAP_PAGE_BYTES;
	uint32_t even = frame & ~1U;
	uint64_t entryhi = window_entryhi(even);
	uint32_t pagemask;
	uint32_t lo[2];

	if (frame - TRAMPOLINE_FRAME < TRAMPOLINE_PAGES) {
		tlb_hw_insert(entryhi, pmap->trampoline[even - TRAMPOLINE_FRAME],
			      pmap->trampoline[even + 1 - TRAMPOLINE_FRAME]);
		return;
	}
	if (even / 2 >= pmap->window_pairs) {
		return;
	}
	if (pmap_large_pair(pmap, frame, &pagemask, lo)) {
		tlb_hw_insert_large(entryhi & ~(uint64_t)pagemask, pagemask, lo[0], lo[1]);
		return;
	}
	tlb_hw_insert(entryhi, ready_word(pmap, node, even), ready_word(pmap, node, even + 1));
}

void window_device_to_hardware(const struct pmap *pmap, uint64_t vaddr)
{
	uint32_t offset = (uint32_t)vaddr - VM_DEVICES_BASE;
	uint32_t gpn = ((uint32_t)MAP_IO_BASE + offset) / MAP_PAGE_BYTES & ~1U;

	tlb_hw_insert(vaddr & (ENTRYHI_R | ENTRYHI_VPN2), pmap_ready(pmap, gpn) | ENTRYLO_G,
		      pmap_ready(pmap, gpn + 1) | ENTRYLO_G);
}
