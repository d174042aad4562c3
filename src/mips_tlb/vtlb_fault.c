/* SPDX-License-Identifier: MIT */
/*
 * vtlb_fault.c - from the guest's entries to machine pages: what a TLB exception leads to.
 */
#include "isa/cp0.h"

#include "src/mips_tlb/vtlb.h"
#include "src/mips_tlb/vtlb_derive.h"
#include "src/mips_tlb/window.h"
#include "src/pmap/pmap.h"

#define PAGE_OFFSET ((uint64_t)MAP_PAGE_BYTES - 1)

void vtlb_guest_pair(const struct inspect_tlb_entry *slot, uint64_t tag, uint32_t guest[2])
{
	/* Pages of 4 KB in one page of the entry, less one: the PFN bits that the address gives. */
	uint32_t inside = slot->pagemask >> 13;
	uint32_t page = (uint32_t)(tag >> MAP_PAGE_SHIFT);

	if (inside == 0) {
		guest[0] = slot->entrylo0;
		guest[1] = slot->entrylo1;
		return;
	}
	for (uint32_t half = 0; half < 2; half++) {
		/* The bit above the page's offset chooses the half of the entry. */
		uint32_t lo = (page & (inside + 1)) ? slot->entrylo1 : slot->entrylo0;
		uint32_t pfn = (lo & ENTRYLO_PFN) >> ENTRYLO_PFN_SHIFT;

		pfn = (pfn & ~inside) | ((page + half) & inside);
		guest[half] = (lo & ~(uint32_t)ENTRYLO_PFN) | pfn << ENTRYLO_PFN_SHIFT;
	}
}

static uint32_t gpn_of(uint32_t guest_lo)
{
	return (guest_lo & ENTRYLO_PFN) >> ENTRYLO_PFN_SHIFT;
}

/* The pair of what the guest says and the pmap has; in the hardware too if the VCPU is loaded. */
static void enter_pair(struct vtlb *vtlb, uint64_t tag, const uint32_t guest[2])
{
	struct l2tlb_pair pair = { .tag = tag, .guest = { guest[0], guest[1] } };
	uint32_t global = guest[0] & guest[1] & ENTRYLO_G;

	for (unsigned half = 0; half < 2; half++) {
		uint32_t ready = PMAP_READY_NONE;

		if (guest[half] & ENTRYLO_V) {
			ready = pmap_note_mapping(vtlb->pmap, gpn_of(guest[half]), vtlb->node,
						  vtlb->vcpu, tag);
		}
		pair.lo[half] = global;
		if (ready & ENTRYLO_V) {
			pair.lo[half] |= ready & ~(uint32_t)(ENTRYLO_G | ENTRYLO_D);
			pair.lo[half] |= ready & guest[half] & ENTRYLO_D;
		}
	}
	l2tlb_to_hardware(&vtlb->l2tlb, l2tlb_insert(&vtlb->l2tlb, &pair));
}

void vtlb_derive(struct vtlb *vtlb, uint64_t tag, const struct inspect_tlb_entry *slot)
{
	uint32_t guest[2];

	if (window_guest_maps(tag, vtlb->low_page)) {
		vtlb_guest_pair(slot, tag, guest);
		enter_pair(vtlb, tag, guest);
	}
}

/* What the guest has said about the pair: slots, then second level. False: nothing. */
static bool find_guest_pair(const struct vtlb *vtlb, uint64_t tag, uint32_t guest[2])
{
	uint32_t index = vtlb_find_slot(vtlb, tag, VM_TLB_ENTRIES);
	const struct l2tlb_entry *entry;

	if (index != VTLB_NONE) {
		vtlb_guest_pair(&vtlb->slot[index], tag, guest);
		return true;
	}
	entry = l2tlb_find_matching(&vtlb->l2tlb, tag);
	if (entry) {
		guest[0] = l2tlb_guest_of(&vtlb->l2tlb, entry)->lo[0];
		guest[1] = l2tlb_guest_of(&vtlb->l2tlb, entry)->lo[1];
	}
	return entry != NULL;
}

static enum vtlb_result translate(const struct vtlb *vtlb, uint64_t vaddr, uint8_t asid, bool write,
				  uint32_t guest[2], struct vtlb_fault *fault)
{
	uint64_t tag = l2tlb_tag((vaddr & ~(uint64_t)ENTRYHI_ASID) | asid);
	uint32_t lo;

	if (!find_guest_pair(vtlb, tag, guest)) {
		return VTLB_REFILL;
	}
	lo = guest[vaddr >> MAP_PAGE_SHIFT & 1];
	if (!(lo & ENTRYLO_V) || !window_guest_maps(tag, vtlb->low_page)) {
		return VTLB_INVALID;
	}
	fault->gpa = (uint64_t)gpn_of(lo) << MAP_PAGE_SHIFT | (vaddr & PAGE_OFFSET);
	fault->writable = (lo & ENTRYLO_D) != 0;
	if (write && !fault->writable) {
		return VTLB_MODIFIED;
	}
	return VTLB_MAPPED;
}

static bool translate_window(uint64_t vaddr, struct vtlb_fault *fault)
{
	fault->writable = true;
	switch (window_area_of(vaddr)) {
	case WINDOW_AREA_WINDOW:
		fault->gpa = (uint32_t)vaddr - VM_WINDOW_BASE;
		return true;
	case WINDOW_AREA_DEVICES:
		fault->gpa = (uint32_t)vaddr - VM_DEVICES_BASE + MAP_IO_BASE;
		return true;
	default:
		return false;
	}
}

__attribute__((noinline)) enum vtlb_result vtlb_translate(const struct vtlb *vtlb, uint64_t vaddr,
							  uint8_t asid, bool write,
							  struct vtlb_fault *fault)
{
	uint32_t guest[2];

	if (translate_window(vaddr, fault)) {
		return VTLB_MAPPED;
	}
	return translate(vtlb, vaddr, asid, write, guest, fault);
}

/* Makes the guest page at `gpa` what the access needs. */
static enum vtlb_result touch(struct vtlb *vtlb, uint64_t gpa, bool write)
{
	const struct pmap_caller caller = {
		.node = vtlb->node,
		.cpu = vtlb->target.cpu,
		.self = vtlb->target.cpu == SHOOTDOWN_NO_CPU ? NULL : &vtlb->target,
	};
	uint32_t gpn = (uint32_t)(gpa >> MAP_PAGE_SHIFT);

	switch (pmap_touch(vtlb->pmap, gpn, write, &caller)) {
	case PMAP_TOUCH_OK:
		return VTLB_MAPPED;
	case PMAP_TOUCH_BUSY:
		return VTLB_AGAIN;
	case PMAP_TOUCH_TRAPPED:
		return VTLB_TRAPPED;
	case PMAP_TOUCH_NO_MEMORY:
		return VTLB_NO_MEMORY;
	case PMAP_TOUCH_OUTSIDE:
		break;
	}
	/* The clock and the trampolines may be read without a trap. */
	if (!write && pmap_ready(vtlb->pmap, gpn) & ENTRYLO_V) {
		return VTLB_MAPPED;
	}
	return VTLB_OUTSIDE;
}

enum vtlb_result vtlb_fault(struct vtlb *vtlb, uint64_t vaddr, uint8_t asid, bool write,
			    struct vtlb_fault *fault)
{
	uint32_t guest[2];
	enum vtlb_result result = translate(vtlb, vaddr, asid, write, guest, fault);

	if (result == VTLB_MAPPED) {
		result = touch(vtlb, fault->gpa, write);
	}
	if (result == VTLB_MAPPED) {
		enter_pair(vtlb, l2tlb_tag((vaddr & ~(uint64_t)ENTRYHI_ASID) | asid), guest);
	}
	return result;
}

/*
 * What the assembly would have entered, but for a large block or a view that has not got it yet:
 * nothing is to be done with the page.
 */
static bool is_ready(const struct vtlb *vtlb, uint64_t gpa, bool write)
{
	uint32_t wanted = ENTRYLO_V | (write ? ENTRYLO_D : 0);

	return (~pmap_ready_at(vtlb->pmap, (uint32_t)(gpa >> MAP_PAGE_SHIFT), vtlb->node) &
		wanted) == 0;
}

enum vtlb_result vtlb_window_fault(struct vtlb *vtlb, uint64_t vaddr, bool write,
				   struct vtlb_fault *fault)
{
	enum vtlb_result result = VTLB_MAPPED;
	bool is_new;

	if (!translate_window(vaddr, fault)) {
		return VTLB_OUTSIDE;
	}
	is_new = !is_ready(vtlb, fault->gpa, write);
	if (is_new) {
		result = touch(vtlb, fault->gpa, write);
	}
	if (result == VTLB_MAPPED && vtlb->l2tlb.in_hardware) {
		if (window_area_of(vaddr) == WINDOW_AREA_WINDOW) {
			pmap_fill_view(vtlb->pmap, (uint32_t)(fault->gpa >> MAP_PAGE_SHIFT),
				       vtlb->node, is_new);
			window_to_hardware(vtlb->pmap, vtlb->node, vaddr);
		} else {
			window_device_to_hardware(vtlb->pmap, vaddr);
		}
	}
	return result;
}

/* I1 for one slot. */
static bool slot_is_sound(const struct inspect_tlb_entry *slot)
{
	uint32_t inside = slot->pagemask >> 13;

	return (slot->pagemask & ~(uint32_t)PAGEMASK_MASK) == 0 && (inside & (inside + 1)) == 0 &&
	       (inside & 0x555) == (inside >> 1 & 0x555) &&
	       ((slot->entrylo0 ^ slot->entrylo1) & ENTRYLO_G) == 0 &&
	       slot->entryhi == (l2tlb_tag(slot->entryhi) & ~(uint64_t)slot->pagemask);
}

/* I6 */
static bool chains_are_sound(const struct vtlb *vtlb)
{
	uint32_t count = 0;

	for (uint32_t chain = 0; chain < VTLB_CHAINS; chain++) {
		uint32_t previous = VTLB_CHAIN_END;

		for (uint32_t i = vtlb->chain[chain]; i != VTLB_CHAIN_END;
		     i = vtlb->chain_next[i]) {
			if (i >= VM_TLB_ENTRIES || vtlb_chain(&vtlb->slot[i]) != chain ||
			    vtlb->chain_previous[i] != previous || ++count > VM_TLB_ENTRIES) {
				return false;
			}
			previous = i;
		}
	}
	return count == VM_TLB_ENTRIES;
}

/* I2, I4, I5 for one pair of the second level. */
static const char *check_pair(const struct vtlb *vtlb, const struct l2tlb_entry *entry)
{
	const struct l2tlb_guest *said = l2tlb_guest_of(&vtlb->l2tlb, entry);
	uint32_t index = vtlb_find_slot(vtlb, entry->tag, VM_TLB_ENTRIES);

	if (!window_guest_maps(entry->tag, vtlb->low_page)) {
		return "vtlb I2: a pair where the guest maps nothing";
	}
	if (index == VTLB_NONE && !vtlb->second_level) {
		return "vtlb I4: a pair without slot";
	}
	for (unsigned half = 0; half < 2 && !shootdown_pending(&vtlb->target); half++) {
		if (entry->lo[half] & ENTRYLO_V &&
		    !pmap_has_mapping(vtlb->pmap, gpn_of(said->lo[half]), vtlb->vcpu, entry->tag)) {
			return "vtlb I5: a valid half without backmap";
		}
	}
	return NULL;
}

const char *vtlb_check(const struct vtlb *vtlb)
{
	const char *broken = l2tlb_check(&vtlb->l2tlb);

	if (vtlb->wired >= VM_TLB_ENTRIES || vtlb->random >= VM_TLB_ENTRIES ||
	    vtlb->random < vtlb->wired) {
		return "vtlb I1: wired or random";
	}
	for (uint32_t i = 0; i < VM_TLB_ENTRIES; i++) {
		if (!slot_is_sound(&vtlb->slot[i])) {
			return "vtlb I1: mask, G or address of a slot";
		}
	}
	if (!chains_are_sound(vtlb)) {
		return "vtlb I6: chains of slots";
	}
	for (uint32_t i = 0; i < vtlb->l2tlb.entry_count && !broken; i++) {
		if (vtlb->l2tlb.hot[i].tag != L2TLB_TAG_EMPTY) {
			broken = check_pair(vtlb, &vtlb->l2tlb.hot[i]);
		}
	}
	return broken ? broken : shootdown_check(&vtlb->target);
}
