/* SPDX-License-Identifier: MIT */
/* backmap.c - the fixed array of a page's backmaps. Overflow is the caller's to mark (pmap.c). */
#include "src/pmap/backmap.h"

uint64_t backmap_make(uint32_t vcpu, uint64_t tag)
{
	return (tag & BACKMAP_TAG) | (uint64_t)vcpu << BACKMAP_VCPU_SHIFT | BACKMAP_VALID;
}

uint32_t backmap_vcpu(uint64_t word)
{
	return (uint32_t)((word & BACKMAP_VCPU) >> BACKMAP_VCPU_SHIFT);
}

uint64_t backmap_tag(uint64_t word)
{
	return word & BACKMAP_TAG;
}

bool backmap_has(const struct backmap *backmap, uint64_t word)
{
	for (unsigned i = 0; i < BACKMAP_COUNT && backmap->word[i] != 0; i++) {
		if (backmap->word[i] == word) {
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
		if (backmap->word[i] == word) {
			return true;
		}
	}
	return false;
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
