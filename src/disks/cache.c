/* SPDX-License-Identifier: MIT */
/* cache.c - what of the machine's disks lies in memory. */
#include "src/disks/cache.h"

#include "src/platform/disk.h"
#include "src/pmap/memmap.h"
#include "src/pmap/swap.h"

/* Pages that leave at a time: the next ones who need memory find some. */
#define RECLAIM_PAGES 16
/* Of the hand: the first may only take marks away. */
#define RECLAIM_ROUNDS 2

/* All caches, and the hand of the clock on them. */
static struct {
	struct lock lock;
	struct disk_cache *first;
	struct disk_cache *hand;
	uint32_t block;
} caches;

void cache_init(struct disk_cache *cache, struct disk *disk, struct memmap *memmap, uint32_t node)
{
	cache->disk = disk;
	cache->counts.slot = disk->slot;
	cache->memmap = memmap;
	btree_init(&cache->cached, memmap, node);
	btree_init(&cache->shared, memmap, node);
	cache->next = caches.first;
	caches.first = cache;
	caches.hand = cache;
	caches.block = 0;
	memmap->reclaim = cache_reclaim;
}

/* The block's value in the first tree that has it. */
static uint32_t *find(const struct disk_cache *cache, const struct btree *changes, uint32_t block)
{
	uint32_t *value = changes != NULL ? btree_find(changes, block) : NULL;

	return value != NULL ? value : btree_find(&cache->cached, block);
}

enum cache_result cache_get(struct disk_cache *cache, const struct btree *changes, uint32_t block,
			    uint32_t *mpn)
{
	enum cache_result result = CACHE_MISS;
	uint32_t *value;

	lock_acquire(&cache->lock);
	value = find(cache, changes, block);
	if (value != NULL && *value & CACHE_BUSY) {
		result = CACHE_IN_READ;
	} else if (value != NULL) {
		result = CACHE_HIT;
		*mpn = *value & BTREE_MPN;
		memmap_pin(cache->memmap, *mpn);
		if (changes == NULL || btree_find(changes, block) == NULL) {
			*value |= CACHE_USED;
		}
		cache->counts.hits++;
	}
	lock_release(&cache->lock);
	return result;
}

/* Blocks that nobody uses go first, then memory of VMs. No lock held. */
static bool make_room(struct disk_cache *cache, const struct pmap_caller *caller)
{
	return cache_reclaim(cache->memmap) || swap_make_room(NULL, 0, caller);
}

enum status cache_new_page(struct disk_cache *cache, uint32_t *mpn,
			   const struct pmap_caller *caller)
{
	struct memmap *memmap = cache->memmap;
	enum status status;

	do {
		status = memmap_take(memmap, caller->node, PAGE_ALLOC_NO_HINT, INSPECT_FRAME_CACHE,
				     mpn);
	} while (status == ERR_NOMEM && make_room(cache, caller));
	if (status == OK) {
		memmap_pin(memmap, *mpn);
	}
	return status;
}

/* Under the lock. */
static enum status insert(struct disk_cache *cache, struct btree *tree, uint32_t block,
			  uint32_t value)
{
	enum status status = btree_insert(tree, block, value);

	if (status == OK) {
		memmap_hold(cache->memmap, value & BTREE_MPN);
	}
	return status;
}

enum status cache_begin_read(struct disk_cache *cache, const struct btree *changes, uint32_t block,
			     uint32_t *mpn, const struct pmap_caller *caller)
{
	enum status status = cache_new_page(cache, mpn, caller);

	if (status != OK) {
		return status;
	}
	do {
		lock_acquire(&cache->lock);
		status = ERR_BUSY;
		if (find(cache, changes, block) == NULL) {
			status = insert(cache, &cache->cached, block, *mpn | CACHE_BUSY);
		}
		cache->counts.read += status == OK;
		lock_release(&cache->lock);
	} while (status == ERR_NOMEM && make_room(cache, caller));
	if (status != OK) {
		memmap_unpin(cache->memmap, *mpn);
	}
	return status;
}

void cache_end_read(struct disk_cache *cache, uint32_t block, uint32_t mpn, bool is_good)
{
	lock_acquire(&cache->lock);
	if (is_good) {
		uint32_t *value = btree_find(&cache->cached, block);

		CHECK(value != NULL);
		*value = mpn | CACHE_USED;
	} else {
		btree_remove(&cache->cached, block);
		memmap_drop(cache->memmap, mpn);
	}
	lock_release(&cache->lock);
	memmap_unpin(cache->memmap, mpn);
}

enum status cache_put(struct disk_cache *cache, struct btree *changes, uint32_t block, uint32_t mpn,
		      const struct pmap_caller *caller)
{
	enum status status;

	do {
		uint32_t *value;

		lock_acquire(&cache->lock);
		value = btree_find(changes, block);
		if (value != NULL) {
			uint32_t old = *value;

			*value = mpn;
			memmap_hold(cache->memmap, mpn);
			memmap_drop(cache->memmap, old);
			status = OK;
		} else {
			status = insert(cache, changes, block, mpn);
		}
		lock_release(&cache->lock);
	} while (status == ERR_NOMEM && make_room(cache, caller));
	return status;
}

/* What the hand points to, if the cache has so much: true if a page has left. */
static bool look(struct disk_cache *cache, uint32_t block, uint32_t value)
{
	if (value & CACHE_BUSY) {
		return false;
	}
	if (value & CACHE_USED) {
		*btree_find(&cache->cached, block) &= ~CACHE_USED;
		return false;
	}
	if (!memmap_evict(cache->memmap, value & BTREE_MPN)) {
		return false;
	}
	btree_remove(&cache->cached, block);
	cache->counts.evicted++;
	return true;
}

/* The next block of the cache under the hand; the hand moves on. */
static bool turn(bool *has_left)
{
	struct disk_cache *cache = caches.hand;
	uint32_t value;
	bool is_there;

	*has_left = false;
	lock_acquire(&cache->lock);
	is_there = btree_next(&cache->cached, &caches.block, &value);
	if (is_there) {
		*has_left = look(cache, caches.block, value);
	}
	lock_release(&cache->lock);
	is_there = is_there && caches.block != UINT32_MAX;
	caches.block++;
	return is_there;
}

bool cache_reclaim(struct memmap *memmap)
{
	struct disk_cache *first;
	uint32_t rounds = 0;
	uint32_t pages = 0;
	bool has_left;

	(void)memmap;
	lock_acquire(&caches.lock);
	first = caches.hand;
	while (first != NULL && pages < RECLAIM_PAGES && rounds <= RECLAIM_ROUNDS) {
		if (!turn(&has_left)) {
			caches.hand = caches.hand->next != NULL ? caches.hand->next : caches.first;
			caches.block = 0;
			rounds += caches.hand == first;
		}
		pages += has_left;
	}
	lock_release(&caches.lock);
	return pages != 0;
}
