/* SPDX-License-Identifier: MIT */
/* backmap.c - the fixed array of a page's backmaps. Overflow is the caller's to mark (pmap.c). */
#include "src/pmap/backmap.h"

uint64_t backmap_make(uint32_t vcpu, uint64_t tag)
{
	return (tag & BACKMAP_TAG) | (uint64_t)vcpu << BACKMAP_VCPU_SHIFT | BACKMAP_VALID;
}

uint64_t backmap_vcpus(uint64_t word)
{
	uint64_t set = (word & BACKMAP_SET) >> BACKMAP_SET_SHIFT;

	return set != 0 ? set * 0x0001000100010001
			: (uint64_t)1 << ((word & BACKMAP_VCPU) >> BACKMAP_VCPU_SHIFT);
}

uint64_t backmap_tag(uint64_t word)
{
	return word & BACKMAP_TAG;
}

static uint64_t widen(uint64_t word)
{
	uint64_t vcpus = backmap_vcpus(word);

	/* Sixteen numbers each, the same in each part of a set. */
	vcpus |= vcpus >> 32;
	vcpus |= vcpus >> BACKMAP_SET_BITS;
	return (word & BACKMAP_ADDRESS) | SHOOTDOWN_ANY_ASID | BACKMAP_VALID |
	       (vcpus << BACKMAP_SET_SHIFT & BACKMAP_SET);
}

static bool is_same_address(uint64_t a, uint64_t b)
{
	return ((a ^ b) & BACKMAP_ADDRESS) == 0;
}

/* What `word` tells of `has` tells, too. */
static bool covers(uint64_t has, uint64_t word)
{
	return has == word || (has & BACKMAP_SET && is_same_address(has, word) &&
			       (backmap_vcpus(word) & ~backmap_vcpus(has)) == 0);
}

bool backmap_has(const struct backmap *backmap, uint64_t word)
{
	for (unsigned i = 0; i < BACKMAP_COUNT && backmap->word[i] != 0; i++) {
		if (covers(backmap->word[i], word)) {
			return true;
		}
	}
	return false;
}

bool backmap_add(struct backmap *backmap, uint64_t word)
{
	for (unsigned i = 0; i < BACKMAP_COUNT; i++) {
		if (backmap->word[i] == 0) {
			backmap->word[i] = word;
		}
		if (covers(backmap->word[i], word)) {
			return true;
		}
	}
	return false;
}

bool backmap_add_wide(struct backmap *backmap, uint64_t word)
{
	unsigned kept = 0;

	for (unsigned i = 0; i <= BACKMAP_COUNT; i++) {
		uint64_t next = i < BACKMAP_COUNT ? backmap->word[i] : word;
		unsigned to = 0;

		while (to < kept && !is_same_address(backmap->word[to], next)) {
			to++;
		}
		if (to == BACKMAP_COUNT) {
			return false;
		}
		if (to == kept) {
			backmap->word[kept++] = next;
		} else {
			backmap->word[to] = widen(backmap->word[to]) | widen(next);
		}
	}
	for (; kept < BACKMAP_COUNT; kept++) {
		backmap->word[kept] = 0;
	}
	return true;
}

bool backmap_purge(struct backmap *backmap, bool (*is_live)(const void *context, uint64_t word),
		   const void *context)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < BACKMAP_COUNT; i++) {
		uint64_t word = backmap->word[i];

		backmap->word[i] = 0;
		if (word != 0 && is_live(context, word)) {
			backmap->word[kept++] = word;
		}
	}
	return kept != BACKMAP_COUNT;
}

void backmap_take(struct backmap *backmap, struct backmap *from)
{
	for (unsigned i = 0; i < BACKMAP_COUNT; i++) {
		backmap->word[i] = from->word[i];
		from->word[i] = 0;
	}
}
