/* SPDX-License-Identifier: MIT */
/* cache_checks.c - invariants of the buffer cache (checks.h), and what ends one. */
#include "tests/monitor/checks.h"

#include "src/pmap/memmap.h"

static const char *check_tree(const struct disk_cache *cache, const struct btree *tree,
			      uint32_t flags)
{
	const char *broken = btree_check(tree);
	uint32_t block = 0;
	uint32_t value;

	while (broken == NULL && btree_next(tree, &block, &value)) {
		const struct memmap_page *page = memmap_lookup(cache->memmap, value & BTREE_MPN);

		if (page == NULL || page->holds == 0 || (value & CACHE_BUSY && !page->info.pins)) {
			broken = "cache I1: a page that is not held";
		} else if (value & ~flags & ~BTREE_MPN) {
			broken = "cache I2: flags";
		}
		block++;
	}
	return broken;
}

const char *cache_check(const struct disk_cache *cache, const struct btree *changes)
{
	const char *broken = check_tree(cache, &cache->cached, CACHE_BUSY | CACHE_USED);

	if (broken == NULL) {
		broken = check_tree(cache, &cache->shared, 0);
	}
	return broken == NULL && changes != NULL ? check_tree(cache, changes, 0) : broken;
}

void cache_forget(struct disk_cache *cache, struct btree *changes)
{
	uint32_t block = 0;
	uint32_t value;

	lock_acquire(&cache->lock);
	while (btree_next(changes, &block, &value)) {
		btree_remove(changes, block);
		memmap_drop(cache->memmap, value);
	}
	lock_release(&cache->lock);
}
