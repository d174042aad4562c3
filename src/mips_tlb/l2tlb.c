/* SPDX-License-Identifier: MIT */
/*
 * l2tlb.c - the second-level TLB: hash table of 4 KB pairs (paper 4.1.2).
 *
 * Entries of one VPN2 under different ASIDs lie in sets that differ only in the bits that the ASID
 * is mixed into, so all of them are found by looking at a few sets (16 for 1024 entries). That is
 * needed for global entries alone, which are entered once for each ASID that misses on them, and
 * global_count tells when there are none.
 */
#include "src/mips_tlb/l2tlb.h"

#include "isa/cp0.h"

#include "src/lib/hooks.h"

#define TAG_ADDRESS (ENTRYHI_R | ENTRYHI_VPN2)
#define TAG_BITS    (TAG_ADDRESS | ENTRYHI_ASID)
#define PAIR_SHIFT  13
/* Below this many entries a flush removes them from the hardware one by one. */
#define FLUSH_SINGLY 24

size_t l2tlb_storage_bytes(uint32_t entry_count)
{
	if (entry_count < L2TLB_ENTRIES_MIN || entry_count > L2TLB_ENTRIES_MAX ||
	    (entry_count & (entry_count - 1)) != 0) {
		return 0;
	}
	return entry_count * (sizeof(struct l2tlb_entry) + sizeof(struct l2tlb_guest));
}

enum status l2tlb_init(struct l2tlb *l2tlb, uint32_t entry_count, void *storage)
{
	if (l2tlb_storage_bytes(entry_count) == 0) {
		return ERR_RANGE;
	}
	*l2tlb = (struct l2tlb){
		.hot = storage,
		.offset_mask = (uint64_t)(entry_count / L2TLB_WAYS - 1) << L2TLB_SET_SHIFT,
		.guest = (struct l2tlb_guest *)((struct l2tlb_entry *)storage + entry_count),
		.entry_count = entry_count,
	};
	for (uint32_t i = 0; i < entry_count; i++) {
		l2tlb->hot[i] = (struct l2tlb_entry){ .tag = L2TLB_TAG_EMPTY };
	}
	return OK;
}

uint64_t l2tlb_tag(uint64_t entryhi)
{
	return entryhi & TAG_BITS;
}

/* As the refill path computes it (l2tlb.h); in entries, not bytes. */
static size_t set_of(const struct l2tlb *l2tlb, uint64_t tag)
{
	uint64_t offset =
		(tag >> L2TLB_SHIFT_VPN) ^ (tag >> L2TLB_SHIFT_FOLD) ^ (tag << L2TLB_SHIFT_ASID);

	return (offset & l2tlb->offset_mask) / L2TLB_ENTRY_BYTES;
}

/* How many sets the entries of one VPN2 are spread over: the values of the ASID bits in it. */
static size_t asid_sets(const struct l2tlb *l2tlb)
{
	return ((l2tlb->offset_mask >> L2TLB_SHIFT_ASID) & ENTRYHI_ASID) + 1;
}

static bool is_valid(const struct l2tlb_entry *entry)
{
	return entry->tag != L2TLB_TAG_EMPTY;
}

static bool is_global(const struct l2tlb_entry *entry)
{
	return (entry->lo[0] & entry->lo[1] & ENTRYLO_G) != 0;
}

static unsigned half_of(uint64_t tag)
{
	return (unsigned)(tag >> 63);
}

static void remove_entry(struct l2tlb *l2tlb, struct l2tlb_entry *entry)
{
	l2tlb->count--;
	if (is_global(entry)) {
		l2tlb->global_count[half_of(entry->tag)]--;
	}
	if (l2tlb->in_hardware) {
		tlb_hw_drop(entry->tag);
	}
	entry->tag = L2TLB_TAG_EMPTY;
}

struct l2tlb_entry *l2tlb_find(const struct l2tlb *l2tlb, uint64_t tag)
{
	struct l2tlb_entry *set = &l2tlb->hot[set_of(l2tlb, tag)];

	for (unsigned way = 0; way < L2TLB_WAYS; way++) {
		if (set[way].tag == tag) {
			return &set[way];
		}
	}
	return NULL;
}

/* The `number`th possible place of entries of this VPN2; NULL behind the last. */
static struct l2tlb_entry *place(const struct l2tlb *l2tlb, uint64_t tag, size_t number)
{
	if (number >= asid_sets(l2tlb) * L2TLB_WAYS) {
		return NULL;
	}
	return &l2tlb->hot[set_of(l2tlb, (tag & TAG_ADDRESS) | number / L2TLB_WAYS) +
			   number % L2TLB_WAYS];
}

static bool same_pair(const struct l2tlb_entry *entry, uint64_t tag)
{
	return is_valid(entry) && ((entry->tag ^ tag) & TAG_ADDRESS) == 0;
}

struct l2tlb_entry *l2tlb_find_matching(const struct l2tlb *l2tlb, uint64_t tag)
{
	struct l2tlb_entry *entry = l2tlb_find(l2tlb, tag);

	if (entry || l2tlb->global_count[half_of(tag)] == 0) {
		return entry;
	}
	for (size_t i = 0; (entry = place(l2tlb, tag, i)); i++) {
		if (same_pair(entry, tag) && is_global(entry)) {
			return entry;
		}
	}
	return NULL;
}

struct l2tlb_guest *l2tlb_guest_of(const struct l2tlb *l2tlb, const struct l2tlb_entry *entry)
{
	return &l2tlb->guest[entry - l2tlb->hot];
}

bool l2tlb_drop(struct l2tlb *l2tlb, uint64_t tag)
{
	struct l2tlb_entry *entry = l2tlb_find(l2tlb, tag);

	if (!entry) {
		return false;
	}
	remove_entry(l2tlb, entry);
	return true;
}

/* Of this VPN2: all entries, or the global ones. */
static void drop_places(struct l2tlb *l2tlb, uint64_t tag, bool all)
{
	struct l2tlb_entry *entry;

	for (size_t i = 0; (entry = place(l2tlb, tag, i)); i++) {
		if (same_pair(entry, tag) && (all || is_global(entry))) {
			remove_entry(l2tlb, entry);
		}
	}
}

static void drop_pair(struct l2tlb *l2tlb, uint64_t tag, bool global)
{
	if (global) {
		drop_places(l2tlb, tag, true);
		return;
	}
	(void)l2tlb_drop(l2tlb, tag);
	if (l2tlb->global_count[half_of(tag)] != 0) {
		drop_places(l2tlb, tag, false);
	}
}

void l2tlb_drop_range(struct l2tlb *l2tlb, uint64_t entryhi, uint32_t pagemask, bool global)
{
	uint64_t tag = l2tlb_tag(entryhi) & ~(uint64_t)pagemask;
	uint64_t pairs = ((uint64_t)pagemask >> PAIR_SHIFT) + 1;

	if (l2tlb->count == 0) {
		return;
	}
	if (pairs * asid_sets(l2tlb) < l2tlb->entry_count) {
		for (uint64_t i = 0; i < pairs; i++) {
			drop_pair(l2tlb, tag + (i << PAIR_SHIFT), global);
		}
		return;
	}
	for (size_t i = 0; i < l2tlb->entry_count; i++) {
		struct l2tlb_entry *entry = &l2tlb->hot[i];

		if (is_valid(entry) &&
		    ((entry->tag ^ tag) & TAG_ADDRESS & ~(uint64_t)pagemask) == 0 &&
		    (global || is_global(entry) || ((entry->tag ^ tag) & ENTRYHI_ASID) == 0)) {
			remove_entry(l2tlb, entry);
		}
	}
}

void l2tlb_flush(struct l2tlb *l2tlb, bool (*keep)(const void *context, uint64_t tag),
		 const void *context)
{
	bool in_hardware = l2tlb->in_hardware;
	bool at_once = in_hardware && l2tlb->count >= FLUSH_SINGLY;

	l2tlb->flushes++;
	if (l2tlb->count == 0) {
		return;
	}
	if (at_once) {
		/* Window pairs and kept ones go too: they come back by refills. */
		tlb_hw_flush();
		l2tlb->in_hardware = false;
	}
	for (size_t i = 0; i < l2tlb->entry_count && l2tlb->count != 0; i++) {
		struct l2tlb_entry *entry = &l2tlb->hot[i];

		if (is_valid(entry) && !(keep && keep(context, entry->tag))) {
			remove_entry(l2tlb, entry);
		}
	}
	l2tlb->in_hardware = in_hardware;
}

/* I1 and I2: removes what would contradict the pair. */
static void make_unique(struct l2tlb *l2tlb, const struct l2tlb_pair *pair, bool global)
{
	struct l2tlb_entry *entry;

	if (!global) {
		drop_pair(l2tlb, pair->tag, false);
		return;
	}
	for (size_t i = 0; (entry = place(l2tlb, pair->tag, i)); i++) {
		const struct l2tlb_guest *guest = l2tlb_guest_of(l2tlb, entry);

		if (same_pair(entry, pair->tag) &&
		    (entry->tag == pair->tag || entry->lo[0] != pair->lo[0] ||
		     entry->lo[1] != pair->lo[1] || guest->lo[0] != pair->guest[0] ||
		     guest->lo[1] != pair->guest[1])) {
			remove_entry(l2tlb, entry);
		}
	}
}

/* A pair that is and stays local, where no global one can contradict it. */
static struct l2tlb_entry *change_in_place(struct l2tlb *l2tlb, const struct l2tlb_pair *pair)
{
	struct l2tlb_entry *entry = l2tlb_find(l2tlb, pair->tag);

	if (!entry || is_global(entry) || l2tlb->global_count[half_of(pair->tag)] != 0) {
		return NULL;
	}
	entry->lo[0] = pair->lo[0];
	entry->lo[1] = pair->lo[1];
	*l2tlb_guest_of(l2tlb, entry) =
		(struct l2tlb_guest){ .lo = { pair->guest[0], pair->guest[1] } };
	return entry;
}

const struct l2tlb_entry *l2tlb_insert(struct l2tlb *l2tlb, const struct l2tlb_pair *pair)
{
	bool global = (pair->lo[0] & pair->lo[1] & ENTRYLO_G) != 0;
	size_t set = set_of(l2tlb, pair->tag);
	struct l2tlb_entry *way = &l2tlb->hot[set];
	const struct l2tlb_entry *there = global ? NULL : change_in_place(l2tlb, pair);

	if (there) {
		return there;
	}
	make_unique(l2tlb, pair, global);
	/* Way 0 is the younger one. */
	if (is_valid(&way[0])) {
		if (is_valid(&way[1])) {
			l2tlb->displaced++;
			remove_entry(l2tlb, &way[1]);
		}
		way[1] = way[0];
		l2tlb->guest[set + 1] = l2tlb->guest[set];
	}
	way[0] = (struct l2tlb_entry){ .tag = pair->tag, .lo = { pair->lo[0], pair->lo[1] } };
	l2tlb->guest[set] = (struct l2tlb_guest){ .lo = { pair->guest[0], pair->guest[1] } };
	l2tlb->count++;
	l2tlb->inserted++;
	if (global) {
		l2tlb->global_count[half_of(pair->tag)]++;
	}
	return way;
}

void l2tlb_to_hardware(const struct l2tlb *l2tlb, const struct l2tlb_entry *entry)
{
	if (l2tlb->in_hardware) {
		tlb_hw_insert(entry->tag, entry->lo[0], entry->lo[1]);
	}
}

static bool words_agree(const struct l2tlb_entry *entry, const struct l2tlb_guest *guest)
{
	for (unsigned half = 0; half < 2; half++) {
		uint32_t lo = entry->lo[half];

		if ((lo & ~guest->lo[half] & (ENTRYLO_V | ENTRYLO_D)) != 0 ||
		    ((lo & ENTRYLO_G) != 0) != is_global(entry) ||
		    ((guest->lo[half] & ENTRYLO_G) != 0) != is_global(entry)) {
			return false;
		}
	}
	return true;
}

/* I1, I2 for the entry at `index`. */
static const char *check_entry(const struct l2tlb *l2tlb, uint32_t index)
{
	const struct l2tlb_entry *entry = &l2tlb->hot[index];
	const struct l2tlb_guest *guest = &l2tlb->guest[index];
	const struct l2tlb_entry *other;

	if (entry->tag != l2tlb_tag(entry->tag) ||
	    set_of(l2tlb, entry->tag) != index / L2TLB_WAYS * L2TLB_WAYS) {
		return "l2tlb I1: tag not canonical or in a wrong set";
	}
	if (!words_agree(entry, guest)) {
		return "l2tlb I3: allows more than the guest, or G differs";
	}
	for (size_t i = 0; (other = place(l2tlb, entry->tag, i)); i++) {
		const struct l2tlb_guest *others = l2tlb_guest_of(l2tlb, other);

		if (other == entry || !same_pair(other, entry->tag)) {
			continue;
		}
		if (other->tag == entry->tag) {
			return "l2tlb I1: a tag twice";
		}
		if (is_global(other) != is_global(entry)) {
			return "l2tlb I2: global beside not global";
		}
		if (is_global(entry) &&
		    (other->lo[0] != entry->lo[0] || other->lo[1] != entry->lo[1] ||
		     others->lo[0] != guest->lo[0] || others->lo[1] != guest->lo[1])) {
			return "l2tlb I2: copies of a global pair differ";
		}
	}
	return NULL;
}

const char *l2tlb_check(const struct l2tlb *l2tlb)
{
	uint32_t count = 0;
	uint32_t global_count[2] = { 0, 0 };

	for (uint32_t i = 0; i < l2tlb->entry_count; i++) {
		const struct l2tlb_entry *entry = &l2tlb->hot[i];
		const char *broken;

		if (!is_valid(entry)) {
			continue;
		}
		broken = check_entry(l2tlb, i);
		if (broken) {
			return broken;
		}
		count++;
		global_count[half_of(entry->tag)] += is_global(entry);
	}
	if (count != l2tlb->count || global_count[0] != l2tlb->global_count[0] ||
	    global_count[1] != l2tlb->global_count[1]) {
		return "l2tlb I4: wrong count";
	}
	return NULL;
}
