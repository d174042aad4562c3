/* SPDX-License-Identifier: MIT */
/*
 * vtlb.c - the guest's TLB instructions on its virtual TLB and second level (R1-R6 of vtlb.h).
 *
 * What TLB exceptions do is in vtlb_fault.c.
 */
#include "src/mips_tlb/vtlb.h"

#include "isa/cp0.h"

#include "src/lib/hooks.h"
#include "src/mips_tlb/vtlb_derive.h"
#include "src/mips_tlb/window.h"
#include "src/pmap/pmap.h"

#define TAG_ADDRESS (ENTRYHI_R | ENTRYHI_VPN2)
#define LO_BITS     (ENTRYLO_PFN | ENTRYLO_C | ENTRYLO_D | ENTRYLO_V)
/* xkphys is never mapped (R4000 UM 4.2): what a slot holds that was never written. */
#define HI_NEVER 0x8000000000000000

/* The largest legal mask that is not more than the ones from bit 13 up (R4000 UM table 4-8). */
static uint32_t legal_mask(uint32_t pagemask)
{
	uint32_t mask = 0;
	uint32_t next = 0x6000;

	while (next <= PAGEMASK_MASK && (pagemask & next) == next) {
		mask = next;
		next = next << 2 | 0x6000;
	}
	return mask;
}

static bool slot_is_global(const struct inspect_tlb_entry *slot)
{
	return (slot->entrylo0 & ENTRYLO_G) != 0;
}

static bool slot_matches(const struct inspect_tlb_entry *slot, uint64_t tag)
{
	return ((slot->entryhi ^ tag) & TAG_ADDRESS & ~(uint64_t)slot->pagemask) == 0 &&
	       (slot_is_global(slot) || ((slot->entryhi ^ tag) & ENTRYHI_ASID) == 0);
}

static uint32_t chain_of(uint64_t entryhi)
{
	uint64_t vpn = entryhi >> 13;

	return (uint32_t)(vpn ^ vpn >> 6 ^ entryhi) % (VTLB_CHAINS - 1);
}

uint32_t vtlb_chain(const struct inspect_tlb_entry *slot)
{
	return slot->pagemask != 0 || slot_is_global(slot) ? VTLB_CHAINS - 1
							   : chain_of(slot->entryhi);
}

/* The lowest slot of a chain that matches, if it is lower than `lowest`. */
static uint32_t search(const struct vtlb *vtlb, uint32_t chain, uint64_t tag, uint32_t lowest)
{
	uint32_t i = vtlb->chain[chain];

	while (i != VTLB_CHAIN_END) {
		if (i < lowest && slot_matches(&vtlb->slot[i], tag)) {
			lowest = i;
		}
		i = vtlb->chain_next[i];
	}
	return lowest;
}

uint32_t vtlb_find_slot(const struct vtlb *vtlb, uint64_t tag, uint32_t count)
{
	uint32_t index = search(vtlb, chain_of(tag), tag, count);

	index = search(vtlb, VTLB_CHAINS - 1, tag, index);
	return index < count ? index : VTLB_NONE;
}

static void link_slot(struct vtlb *vtlb, uint32_t index)
{
	uint8_t *head = &vtlb->chain[vtlb_chain(&vtlb->slot[index])];

	if (*head != VTLB_CHAIN_END) {
		vtlb->chain_previous[*head] = (uint8_t)index;
	}
	vtlb->chain_next[index] = *head;
	vtlb->chain_previous[index] = VTLB_CHAIN_END;
	*head = (uint8_t)index;
}

static void put_slot(struct vtlb *vtlb, uint32_t index, const struct inspect_tlb_entry *slot)
{
	uint8_t next = vtlb->chain_next[index];
	uint8_t previous = vtlb->chain_previous[index];

	if (previous == VTLB_CHAIN_END) {
		vtlb->chain[vtlb_chain(&vtlb->slot[index])] = next;
	} else {
		vtlb->chain_next[previous] = next;
	}
	if (next != VTLB_CHAIN_END) {
		vtlb->chain_previous[next] = previous;
	}
	vtlb->slot[index] = *slot;
	link_slot(vtlb, index);
}

void vtlb_reset(struct vtlb *vtlb)
{
	for (uint32_t i = 0; i < VTLB_CHAINS; i++) {
		vtlb->chain[i] = VTLB_CHAIN_END;
	}
	for (uint32_t i = 0; i < VM_TLB_ENTRIES; i++) {
		vtlb->slot[i] = (struct inspect_tlb_entry){
			.entryhi = HI_NEVER | (uint64_t)i << 13,
		};
		link_slot(vtlb, i);
	}
	vtlb->explicit_slots = 0;
	vtlb->wired = 0;
	vtlb->random = VM_TLB_ENTRIES - 1;
	vtlb->probed = VTLB_NONE;
	l2tlb_flush(&vtlb->l2tlb, NULL, NULL);
}

enum status vtlb_init(struct vtlb *vtlb, struct pmap *pmap, uint32_t vcpu, uint32_t node,
		      uint32_t entry_count, void *storage)
{
	enum status status = l2tlb_init(&vtlb->l2tlb, entry_count, storage);

	if (status != OK) {
		return status;
	}
	if (vcpu != pmap->target_count) {
		return ERR_RANGE;
	}
	vtlb->vcpu = vcpu;
	vtlb->node = node;
	vtlb->second_level = true;
	vtlb->low_page = false;
	vtlb->pmap = pmap;
	shootdown_target_init(&vtlb->target, &vtlb->l2tlb);
	vtlb_reset(vtlb);
	return pmap_add_target(pmap, &vtlb->target);
}

void vtlb_load(struct vtlb *vtlb, uint32_t cpu)
{
	vtlb->l2tlb.in_hardware = true;
	pmap_set_node(vtlb->pmap, vtlb->vcpu, vtlb->node);
	/* First the CPU, then the queue: a post that does not see the CPU is in the queue. */
	shootdown_set_cpu(&vtlb->target, cpu);
	/* A shootdown that does not see the node has emptied its view before. */
	memory_barrier();
	shootdown_serve(&vtlb->target);
}

void vtlb_unload(struct vtlb *vtlb)
{
	vtlb->l2tlb.in_hardware = false;
	shootdown_set_cpu(&vtlb->target, SHOOTDOWN_NO_CPU);
}

/* The slot of the next tlbwr; Random counts down and wraps at Wired. */
static uint32_t take_random(struct vtlb *vtlb)
{
	uint32_t index = vtlb->random;

	vtlb->random = index <= vtlb->wired ? VM_TLB_ENTRIES - 1 : index - 1;
	return index;
}

static void drop_slot_pairs(struct vtlb *vtlb, const struct inspect_tlb_entry *slot)
{
	l2tlb_drop_range(&vtlb->l2tlb, slot->entryhi, slot->pagemask, slot_is_global(slot));
}

/* A slot is about to hold something else and the guest did not name it: R4, R6. */
static void evict_slot(struct vtlb *vtlb, uint32_t index)
{
	const struct inspect_tlb_entry *slot = &vtlb->slot[index];

	if (slot->pagemask != 0 || !vtlb->second_level) {
		drop_slot_pairs(vtlb, slot);
	}
}

/*
 * Where a promoted pair goes: a slot that matches nothing, else the next random one among those
 * that the guest did not write by number (it could write there again, and would then believe that
 * what it wrote first is gone).
 */
static uint32_t promotion_slot(struct vtlb *vtlb)
{
	for (uint32_t i = vtlb->wired; i < VM_TLB_ENTRIES; i++) {
		if (window_area_of(vtlb->slot[i].entryhi) != WINDOW_AREA_GUEST) {
			return i;
		}
	}
	for (uint32_t i = vtlb->wired; i < VM_TLB_ENTRIES; i++) {
		uint32_t index = take_random(vtlb);

		if (!(vtlb->explicit_slots >> index & 1)) {
			return index;
		}
	}
	return VTLB_NONE;
}

/* R1. The second level holds `entry`, which matches `tag`, and no slot does. */
static uint32_t promote(struct vtlb *vtlb, const struct l2tlb_entry *entry)
{
	struct inspect_tlb_entry slot = {
		.entryhi = entry->tag,
		.entrylo0 = l2tlb_guest_of(&vtlb->l2tlb, entry)->lo[0],
		.entrylo1 = l2tlb_guest_of(&vtlb->l2tlb, entry)->lo[1],
	};
	uint32_t index = promotion_slot(vtlb);

	if (index == VTLB_NONE) {
		/* Forgetting is always right: hardware too loses entries. */
		drop_slot_pairs(vtlb, &slot);
		return VTLB_NONE;
	}
	evict_slot(vtlb, index);
	put_slot(vtlb, index, &slot);
	vtlb->explicit_slots &= ~((uint64_t)1 << index);
	return index;
}

uint32_t vtlb_probe(struct vtlb *vtlb, uint64_t entryhi)
{
	uint64_t tag = l2tlb_tag(entryhi);
	uint32_t index = vtlb_find_slot(vtlb, tag, VM_TLB_ENTRIES);

	if (index == VTLB_NONE) {
		const struct l2tlb_entry *entry = l2tlb_find_matching(&vtlb->l2tlb, tag);

		if (entry) {
			index = promote(vtlb, entry);
		}
	}
	vtlb->probed = index;
	return index == VTLB_NONE ? INDEX_P : index;
}

struct vtlb_registers vtlb_read(const struct vtlb *vtlb, uint32_t index)
{
	struct vtlb_registers registers = { .entryhi = HI_NEVER };

	if (index < VM_TLB_ENTRIES) {
		const struct inspect_tlb_entry *slot = &vtlb->slot[index];

		registers.entryhi = slot->entryhi;
		registers.pagemask = slot->pagemask;
		registers.entrylo0 = slot->entrylo0;
		registers.entrylo1 = slot->entrylo1;
	}
	return registers;
}

static bool is_wired_pair(const void *context, uint64_t tag)
{
	const struct vtlb *vtlb = context;

	return vtlb_find_slot(vtlb, tag, vtlb->wired) != VTLB_NONE;
}

static struct inspect_tlb_entry slot_from(const struct vtlb_registers *registers)
{
	uint32_t mask = legal_mask(registers->pagemask);
	uint32_t global = registers->entrylo0 & registers->entrylo1 & ENTRYLO_G;

	return (struct inspect_tlb_entry){
		.entryhi = l2tlb_tag(registers->entryhi) & ~(uint64_t)mask,
		.pagemask = mask,
		.entrylo0 = (registers->entrylo0 & LO_BITS) | global,
		.entrylo1 = (registers->entrylo1 & LO_BITS) | global,
	};
}

/*
 * The new entry is in its slot: R2, and its pair at once where it is one. Entering a pair removes
 * what it contradicts; where there are no pairs, nothing is to be removed (I2).
 */
static void enter_slot(struct vtlb *vtlb, uint32_t index, const struct inspect_tlb_entry *slot)
{
	put_slot(vtlb, index, slot);
	vtlb->probed = VTLB_NONE;
	if (slot->pagemask == 0) {
		vtlb_derive(vtlb, slot->entryhi, slot);
	} else {
		drop_slot_pairs(vtlb, slot);
	}
}

/* Then entering the new one removes the old one's (R3). */
static bool is_same_pair(const struct inspect_tlb_entry *a, const struct inspect_tlb_entry *b)
{
	return a->entryhi == b->entryhi && (a->pagemask | b->pagemask) == 0;
}

void vtlb_write_indexed(struct vtlb *vtlb, uint32_t index, const struct vtlb_registers *registers)
{
	struct inspect_tlb_entry slot = slot_from(registers);
	bool was_probed = vtlb->probed == index;

	vtlb->probed = VTLB_NONE;
	if (index >= VM_TLB_ENTRIES) {
		return;
	}
	if (!is_same_pair(&vtlb->slot[index], &slot)) {
		drop_slot_pairs(vtlb, &vtlb->slot[index]);
	}
	if (!was_probed) {
		vtlb->explicit_slots |= (uint64_t)1 << index;
	}
	enter_slot(vtlb, index, &slot);
	if (!was_probed && window_area_of(slot.entryhi) != WINDOW_AREA_GUEST) {
		l2tlb_flush(&vtlb->l2tlb, is_wired_pair, vtlb);
	}
}

void vtlb_write_random(struct vtlb *vtlb, const struct vtlb_registers *registers)
{
	struct inspect_tlb_entry slot = slot_from(registers);
	uint32_t index = take_random(vtlb);

	evict_slot(vtlb, index);
	vtlb->explicit_slots &= ~((uint64_t)1 << index);
	enter_slot(vtlb, index, &slot);
}

void vtlb_set_wired(struct vtlb *vtlb, uint32_t wired)
{
	vtlb->wired = wired < VM_TLB_ENTRIES ? wired : VM_TLB_ENTRIES - 1;
	vtlb->random = VM_TLB_ENTRIES - 1;
}

uint32_t vtlb_random(const struct vtlb *vtlb)
{
	return vtlb->random;
}

void vtlb_forget_probe(struct vtlb *vtlb)
{
	vtlb->probed = VTLB_NONE;
}
