/* SPDX-License-Identifier: MIT */
/*
 * test_vtlb_random.c - random guests against a simple model of what they may see.
 *
 * A sound guest never makes two slots match one address; it flushes the older one first. A hostile
 * one does not care: then only the invariants are checked, which keep it to its own memory.
 *
 * The model keeps the slots as an R4000 would, and a list of everything that the second level *may*
 * still know by the rules of vtlb.h. An access must end as the slots say; where no slot matches, as
 * the list says or with a refill exception; and with a refill exception where neither has it. The
 * list is searched from end to end: no hash, no limit. After every step all invariants are checked,
 * and the TLB of model.c panics where two entries come to match.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "isa/cp0.h"
#include "tests/monitor/model.h"
#include "tests/monitor/move_one.h"
#include "tests/suite.h"

#include "src/mips_tlb/vtlb_derive.h"
#include "src/mips_tlb/window.h"

#define FRAMES    96
#define KNOWN_MAX 4096
#define PAIRS     24

/*
 * Builds with assertions and sanitizers cost up to ten times as much: they run the first seed.
 * Seeds beyond these are for MIRRORBALL_RANDOM_SEEDS.
 */
#ifdef NDEBUG
#define SEEDS 12
#else
#define SEEDS 1
#endif

/* I3 of vtlb.h. */
static const char *check_guest(const struct vtlb *vtlb)
{
	for (uint32_t i = 0; i < vtlb->l2tlb.entry_count; i++) {
		uint64_t tag = vtlb->l2tlb.hot[i].tag;
		uint32_t index = vtlb_find_slot(vtlb, tag, VM_TLB_ENTRIES);
		uint32_t guest[2];

		if (tag == L2TLB_TAG_EMPTY || index == VTLB_NONE) {
			continue;
		}
		vtlb_guest_pair(&vtlb->slot[index], tag, guest);
		if (guest[0] != vtlb->l2tlb.guest[i].lo[0] ||
		    guest[1] != vtlb->l2tlb.guest[i].lo[1]) {
			return "vtlb I3: a pair says what its slot does not";
		}
	}
	return NULL;
}

/* A pair that may be in the second level. */
struct known {
	bool is_used;
	uint64_t tag;
	bool is_global;
	uint32_t lo[2];
};

struct reference {
	struct vtlb_registers slot[VM_TLB_ENTRIES];
	struct known known[KNOWN_MAX];
	uint32_t wired;
	bool was_probed; /* by the last probe, index `probed` was hit */
	uint32_t probed;
};

static struct reference reference[MODEL_VCPUS];
static bool is_hostile;

static bool masked_equal(uint64_t a, uint64_t b, uint32_t mask)
{
	return ((a ^ b) & (ENTRYHI_R | ENTRYHI_VPN2) & ~(uint64_t)mask) == 0;
}

static bool is_global(const struct vtlb_registers *r)
{
	return r->entrylo0 & r->entrylo1 & ENTRYLO_G;
}

static bool slot_matches(const struct vtlb_registers *slot, uint64_t tag)
{
	return masked_equal(slot->entryhi, tag, slot->pagemask) &&
	       (is_global(slot) || (uint8_t)slot->entryhi == (uint8_t)tag);
}

static int find_slot(const struct reference *r, uint64_t tag)
{
	for (int i = 0; i < VM_TLB_ENTRIES; i++) {
		if (slot_matches(&r->slot[i], tag)) {
			return i;
		}
	}
	return -1;
}

/* The EntryLo of the 4 KB page at `vaddr`, offsets in a large page added up the long way. */
static uint32_t word_at(const struct vtlb_registers *slot, uint64_t vaddr)
{
	uint64_t page_bytes = ((uint64_t)slot->pagemask + 0x2000) / 2;
	uint64_t offset = vaddr % (2 * page_bytes);
	uint32_t lo = offset >= page_bytes ? slot->entrylo1 : slot->entrylo0;
	uint64_t pfn = (lo & ENTRYLO_PFN) >> 6;
	uint64_t pages = page_bytes / 0x1000;

	pfn = pfn / pages * pages + offset % page_bytes / 0x1000;
	return (lo & ~(uint32_t)ENTRYLO_PFN) | (uint32_t)pfn << 6;
}

static void forget(struct reference *r, const struct vtlb_registers *entry)
{
	for (unsigned i = 0; i < KNOWN_MAX; i++) {
		struct known *known = &r->known[i];

		if (known->is_used && masked_equal(known->tag, entry->entryhi, entry->pagemask) &&
		    (is_global(entry) || (uint8_t)known->tag == (uint8_t)entry->entryhi)) {
			known->is_used = false;
		}
		/* One that is global must be gone for this ASID; for others it may stay. */
		if (known->is_used && known->is_global &&
		    masked_equal(known->tag, entry->entryhi, entry->pagemask)) {
			known->is_used = false;
		}
	}
}

static const struct known *find_known(const struct reference *r, uint64_t tag)
{
	for (unsigned i = 0; i < KNOWN_MAX; i++) {
		const struct known *known = &r->known[i];

		if (known->is_used && masked_equal(known->tag, tag, 0) &&
		    (known->is_global || (uint8_t)known->tag == (uint8_t)tag)) {
			return known;
		}
	}
	return NULL;
}

static void remember(struct reference *r, const struct vtlb_registers *entry)
{
	if (find_known(r, entry->entryhi)) {
		return;
	}
	for (unsigned i = 0; i < KNOWN_MAX; i++) {
		if (!r->known[i].is_used) {
			r->known[i] = (struct known){ true,
						      entry->entryhi,
						      is_global(entry),
						      { entry->entrylo0, entry->entrylo1 } };
			return;
		}
	}
	ck_abort_msg("the model's list is full");
}

/* Few addresses, so that everything meets everything: pairs of 4 KB in both halves, edges. */
static uint64_t random_pair(void)
{
	static const uint64_t bases[] = { 0, 0x10000000, 0xffffffffd0000000, 0x4000000000000000,
					  0xffffffffddfe0000 };
	uint32_t base = model_below(sizeof(bases) / sizeof(bases[0]));

	return bases[base] + (uint64_t)model_below(base == 4 ? 16 : PAIRS) * 0x2000;
}

static uint8_t random_asid(void)
{
	return (uint8_t)(model_below(4) * 85);
}

static struct vtlb_registers random_registers(void)
{
	static const uint32_t masks[] = { 0, 0, 0, 0, 0x6000, 0x1e000, 0x1ffe000 };
	uint32_t global = model_below(5) == 0 ? ENTRYLO_G : 0;
	struct vtlb_registers r = {
		.entryhi = l2tlb_tag(random_pair()) | random_asid(),
		.pagemask = masks[model_below(sizeof(masks) / sizeof(masks[0]))],
		.entrylo0 = model_below(FRAMES + 8) << 6 | model_below(64) >> 1 << 1 | global,
		.entrylo1 = model_below(FRAMES + 8) << 6 | model_below(64) >> 1 << 1 | global,
	};

	r.entryhi &= ~(uint64_t)r.pagemask;
	return r;
}

/* What the guest may write to get this: G in one word alone is not global, and read back as 0. */
static struct vtlb_registers as_written(struct vtlb_registers r)
{
	if (!is_global(&r)) {
		uint32_t which = model_below(8);

		r.entrylo0 |= which == 0 ? ENTRYLO_G : 0;
		r.entrylo1 |= which == 1 ? ENTRYLO_G : 0;
	}
	r.entryhi |= model_random() & 0x3fffff0000001f00;
	return r;
}

static struct vtlb_registers unmatchable(uint32_t index)
{
	return (struct vtlb_registers){
		.entryhi = l2tlb_tag(0xffffffff80000000 + (uint64_t)index * 0x2000),
	};
}

static void copy_slots(const struct vtlb *vtlb, struct reference *r)
{
	for (uint32_t i = 0; i < VM_TLB_ENTRIES; i++) {
		r->slot[i] = vtlb_read(vtlb, i);
	}
}

static void check_slots(const struct vtlb *vtlb, const struct reference *r)
{
	for (uint32_t i = 0; i < VM_TLB_ENTRIES; i++) {
		struct vtlb_registers have = vtlb_read(vtlb, i);

		if (have.entryhi != r->slot[i].entryhi || have.pagemask != r->slot[i].pagemask ||
		    have.entrylo0 != r->slot[i].entrylo0 || have.entrylo1 != r->slot[i].entrylo1) {
			ck_abort_msg("slot %u differs", i);
		}
	}
}

static void write_slot(struct reference *r, uint32_t index, const struct vtlb_registers *entry)
{
	forget(r, entry);
	r->slot[index] = *entry;
	r->was_probed = false;
	if (entry->pagemask == 0) {
		remember(r, entry);
	}
}

/* The slot's entry makes room at random: R4, R6. What was in a slot all the time may live on. */
static void leave_slot(struct vtlb *vtlb, struct reference *r, uint32_t index)
{
	const struct vtlb_registers *slot = &r->slot[index];

	if (slot->pagemask != 0 || !vtlb->second_level) {
		forget(r, slot);
	} else if (window_area_of(slot->entryhi) == WINDOW_AREA_GUEST) {
		remember(r, slot);
	}
}

static bool would_match_twice(const struct vtlb_registers *a, const struct vtlb_registers *b)
{
	return masked_equal(a->entryhi, b->entryhi, a->pagemask | b->pagemask) &&
	       (is_global(a) || is_global(b) || (uint8_t)a->entryhi == (uint8_t)b->entryhi);
}

static void write_indexed(struct vtlb *vtlb, struct reference *r, uint32_t index,
			  const struct vtlb_registers *entry, bool flush);

/* A sound guest makes room: slots that would match too are overwritten by number. */
static void make_room(struct vtlb *vtlb, struct reference *r, const struct vtlb_registers *entry,
		      uint32_t index)
{
	for (uint32_t i = 0; i < VM_TLB_ENTRIES && !is_hostile; i++) {
		if (i != index && would_match_twice(&r->slot[i], entry)) {
			struct vtlb_registers none = unmatchable(i);
			uint32_t found = vtlb_probe(vtlb, r->slot[i].entryhi);

			ck_assert_uint_eq(found, i);
			r->was_probed = true;
			r->probed = i;
			write_indexed(vtlb, r, i, &none, true);
		}
	}
}

static void step_write_random(struct vtlb *vtlb, struct reference *r)
{
	struct vtlb_registers entry = random_registers();
	struct vtlb_registers written = as_written(entry);
	uint32_t index = vtlb_random(vtlb);

	make_room(vtlb, r, &entry, index);
	ck_assert(index >= r->wired && index < VM_TLB_ENTRIES);
	vtlb_write_random(vtlb, &written);
	leave_slot(vtlb, r, index);
	write_slot(r, index, &entry);
}

static bool is_wired(const struct reference *r, const struct known *known)
{
	for (uint32_t i = 0; i < r->wired; i++) {
		if (slot_matches(&r->slot[i], known->tag)) {
			return true;
		}
	}
	return false;
}

static void write_indexed(struct vtlb *vtlb, struct reference *r, uint32_t index,
			  const struct vtlb_registers *entry, bool flush)
{
	struct vtlb_registers written = as_written(*entry);
	bool takes_all = flush && !(r->was_probed && r->probed == index);

	vtlb_write_indexed(vtlb, index, &written);
	forget(r, &r->slot[index]);
	write_slot(r, index, entry);
	for (unsigned i = 0; takes_all && i < KNOWN_MAX; i++) {
		r->known[i].is_used = r->known[i].is_used && is_wired(r, &r->known[i]);
	}
}

static void step_write_indexed(struct vtlb *vtlb, struct reference *r, uint32_t index, bool flush)
{
	struct vtlb_registers entry = flush ? unmatchable(index) : random_registers();

	if (!flush) {
		bool was_probed = r->was_probed;
		uint32_t probed = r->probed;

		make_room(vtlb, r, &entry, index);
		if (was_probed && !r->was_probed && probed == index) {
			/* As a guest would: the probe again, since others came between. */
			vtlb_forget_probe(vtlb);
		}
	}
	write_indexed(vtlb, r, index, &entry, flush);
}

static void step_probe(struct vtlb *vtlb, struct reference *r)
{
	uint64_t tag = l2tlb_tag(random_pair()) | random_asid();
	int slot = find_slot(r, tag);
	uint32_t index = vtlb_probe(vtlb, tag);
	const struct known *known = find_known(r, tag);

	r->was_probed = !(index & INDEX_P);
	r->probed = index;
	if (is_hostile) {
		copy_slots(vtlb, r);
		return;
	}
	if (slot >= 0) {
		ck_assert_uint_eq(index, (uint32_t)slot);
		return;
	}
	if (index & INDEX_P) {
		/* Not there, or forgotten now. */
		return;
	}
	/* Promoted: the slot says what the list knew; what was in it has left. */
	ck_assert_ptr_nonnull(known);
	ck_assert_uint_ge(index, r->wired);
	leave_slot(vtlb, r, index);
	r->slot[index] = vtlb_read(vtlb, index);
	ck_assert(slot_matches(&r->slot[index], tag));
	ck_assert_uint_eq(r->slot[index].entrylo0, known->lo[0]);
	ck_assert_uint_eq(r->slot[index].entrylo1, known->lo[1]);
	ck_assert_uint_eq(r->slot[index].pagemask, 0);
}

/* What the guest's word allows at this address. */
static enum vtlb_result expected(const struct vtlb *vtlb, uint32_t lo, bool write)
{
	uint32_t frame;

	if (!(lo & ENTRYLO_V)) {
		return VTLB_INVALID;
	}
	if (write && !(lo & ENTRYLO_D)) {
		return VTLB_MODIFIED;
	}
	return pmap_frame(vtlb->pmap, (lo & ENTRYLO_PFN) >> 6, &frame) ? VTLB_MAPPED : VTLB_OUTSIDE;
}

static void step_access(struct vtlb *vtlb, struct reference *r)
{
	uint64_t vaddr = random_pair() + model_below(0x2000);
	uint8_t asid = random_asid();
	bool write = model_below(2);
	uint64_t tag = l2tlb_tag(vaddr & ~(uint64_t)0x1fff) | asid;
	int slot = find_slot(r, tag);
	const struct known *known = find_known(r, tag);
	uint64_t paddr = 0;
	enum vtlb_result result = model_access(vaddr, asid, write, &paddr);
	uint32_t lo = 0;

	if (is_hostile) {
		return;
	}
	if (slot >= 0) {
		lo = word_at(&r->slot[slot], vaddr);
	} else if (known) {
		lo = known->lo[vaddr >> 12 & 1];
	}
	if (slot < 0 && (result == VTLB_REFILL || !known)) {
		ck_assert_int_eq(result, VTLB_REFILL);
		return;
	}
	ck_assert_int_eq(result, expected(vtlb, lo, write));
	if (result == VTLB_MAPPED) {
		uint32_t ready = pmap_ready_at(vtlb->pmap, (lo & ENTRYLO_PFN) >> 6, vtlb->node);

		ck_assert_uint_eq(paddr, ((uint64_t)(ready & ENTRYLO_PFN) << 6) + vaddr % 0x1000);
	}
}

static void step_pages(struct vtlb *vtlb)
{
	struct pmap_caller caller = model_caller();
	uint32_t gpn = model_below(FRAMES);
	uint32_t other = model_below(FRAMES);
	uint32_t mpn;

	switch (model_below(8)) {
	case 0:
		ck_assert_int_eq(pmap_release(vtlb->pmap, gpn, &caller), OK);
		break;
	case 1:
		if (pmap_make_shared(vtlb->pmap, gpn, &mpn, &caller) == OK) {
			(void)!pmap_map_shared(vtlb->pmap, other, mpn);
			memmap_unpin(&model.memmap, mpn);
		}
		break;
	case 2:
		(void)!pmap_move(vtlb->pmap, gpn, model_below(2), &caller);
		break;
	case 3:
		(void)!pmap_protect(vtlb->pmap, gpn, 0, &caller);
		break;
	case 5:
		(void)!pmap_replicate(vtlb->pmap, gpn, model_below(2), &caller);
		break;
	case 6:
		(void)!pmap_collapse(vtlb->pmap, gpn, &caller);
		break;
	default:
		(void)model_access(0xffffffffc0000000 + gpn * 0x1000ULL, 0, model_below(2),
				   &(uint64_t){ 0 });
		break;
	}
}

static void step(struct vtlb *vtlb, struct reference *r)
{
	uint32_t action = model_below(100);

	if (action < 18) {
		step_write_random(vtlb, r);
	} else if (action < 24) {
		step_write_indexed(vtlb, r, model_below(VM_TLB_ENTRIES), false);
	} else if (action < 34) {
		step_probe(vtlb, r);
		if (r->was_probed && model_below(2)) {
			step_write_indexed(vtlb, r, r->probed, model_below(2));
		}
	} else if (action < 35) {
		step_write_indexed(vtlb, r, model_below(VM_TLB_ENTRIES), true);
	} else if (action < 36) {
		r->wired = model_below(6);
		vtlb_set_wired(vtlb, r->wired);
	} else if (action < 37) {
		vtlb_forget_probe(vtlb);
		r->was_probed = false;
	} else if (action < 45) {
		step_pages(vtlb);
	} else {
		step_access(vtlb, r);
	}
}

struct shape {
	uint32_t entry_count;
	uint32_t tlb_entries;
	bool second_level;
	bool large;
	bool is_hostile;
	bool views;
};

static void run(uint64_t seed, const struct shape *shape, unsigned steps)
{
	model_start(2, 160, 4);
	model_add_vm(0, FRAMES, 2, shape->entry_count);
	is_hostile = shape->is_hostile;
	model.random = seed * 0x9e3779b97f4a7c15 + 1;
	model.pmap[0].large = shape->large;
	if (shape->views) {
		model_add_views(0);
	}
	memset(reference, 0, sizeof(reference));
	for (unsigned i = 0; i < 2; i++) {
		struct vtlb *vtlb = &model.vtlb[0][i];

		vtlb->second_level = shape->second_level;
		model.cpu[i].tlb_entries = shape->tlb_entries;
		model_load(i, vtlb);
		for (uint32_t j = 0; j < VM_TLB_ENTRIES; j++) {
			reference[i].slot[j] = vtlb_read(vtlb, j);
		}
	}
	for (unsigned i = 0; i < steps; i++) {
		uint32_t cpu = model_below(2);
		const char *broken;

		model.current = cpu;
		step(&model.vtlb[0][cpu], &reference[cpu]);
		if (i % 4 == 0) {
			broken = model_check();
			if (!broken && !is_hostile) {
				broken = check_guest(&model.vtlb[0][cpu]);
			}
			if (broken) {
				ck_abort_msg("seed %u, step %u: %s", (unsigned)seed, i, broken);
			}
			check_slots(&model.vtlb[0][cpu], &reference[cpu]);
		}
		if (model_below(200) == 0) {
			/* The VCPU leaves its CPU and comes back. */
			model_load(cpu, NULL);
			model_load(cpu, &model.vtlb[0][cpu]);
		}
	}
	model_end();
}

static const struct shape shapes[] = {
	{ 1024, 48, true, false, false, true }, { 64, 48, true, true, false, false },
	{ 2, 4, true, true, false, true },      { 16, 4, false, true, false, false },
	{ 256, 8, true, false, false, false },  { 1024, 48, true, true, true, true },
	{ 4, 6, true, false, true, true },      { 64, 8, false, true, true, false },
};

#define SHAPES ((int)(sizeof(shapes) / sizeof(shapes[0])))

START_TEST(guest_sees_what_the_rules_allow)
{
	const char *text = getenv("MIRRORBALL_RANDOM_SEEDS");
	unsigned seeds = text ? (unsigned)strtoul(text, NULL, 10) : SEEDS;

	for (unsigned seed = 1; seed <= seeds; seed++) {
		run(seed, &shapes[_i], 1500);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("vtlb_random");
	TCase *tcase = tcase_create("vtlb_random");

	suite_add_tcase(suite, tcase);
	tcase_set_timeout(tcase, 600);
	tcase_add_loop_test(tcase, guest_sees_what_the_rules_allow, 0, SHAPES);
	return suite_run(suite);
}
