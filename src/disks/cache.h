/* SPDX-License-Identifier: MIT */
/*
 * cache.h - the global buffer cache: what of a machine's disk lies in memory, for all VMs
 * (paper 4.2).
 *
 * One for each disk of the machine that is the base of copy-on-write disks, or is only read.
 * `cached` has what was read from it; nobody ever writes the disk itself. What VMs have written is
 * in trees of *changes*, in front of it: one for each disk of a VM, or one for all that see each
 * other's writes. Pages go to guests by mapping them read-only, so a page is memory of any number
 * of VMs and disk block at once.
 *
 * Who keeps a page: each tree that has it one hold, each guest page that maps it one user, whoever
 * looks at it or is about to map it a pin (memmap.h). Trees know pages by number alone: a page with
 * a hold may be copied for its users (replicated, moved away from them), the original stays the
 * tree's. Nothing writes a held page: its users have no permission, their stores and DMA get
 * copies.
 *
 * When memory is short, pages of `cached` that nobody maps leave by clock (cache_reclaim); those of
 * changes stay, as they are nowhere else.
 *
 * Locks: of the clock < of a cache < memmap page. No pmap lock is taken inside; cache_reclaim() may
 * be called with one. So whoever maps a page gets it pinned first (cache_get), and maps it without
 * lock.
 *
 * Invariants (tests/monitor/cache_checks.c):
 *   I1  every page of a tree has a hold of it; a BUSY one, being read from the disk, has a pin too.
 *   I2  BUSY and USED are in `cached` alone.
 */
#pragma once

#include "machine/inspect.h"

#include "src/disks/btree.h"
#include "src/lib/hooks.h"

struct disk;
struct pmap_caller;
struct vdisk;

/* Flags of values in `cached`. */
#define CACHE_BUSY 0x80000000U /* being read */
#define CACHE_USED 0x40000000U /* since the clock's hand was here */

struct disk_cache {
	struct lock lock; /* for all trees of the disk */
	struct disk *disk;
	struct disk_cache *next; /* constant once VMs run, as is the list of disks */
	struct vdisk *vdisks;
	struct memmap *memmap;
	struct btree cached;
	struct btree shared; /* changes by all whose writes the others see */
	struct inspect_disk counts __attribute__((aligned(8))); /* is published */
};

/* A cache for `disk`, empty; `node` is where its trees lie. At boot only. */
void cache_init(struct disk_cache *cache, struct disk *disk, struct memmap *memmap, uint32_t node);

enum cache_result {
	CACHE_HIT,     /* *mpn is pinned: memmap_unpin() */
	CACHE_IN_READ, /* somebody reads it from the disk */
	CACHE_MISS
};

/* The page of a block as who has `changes` (NULL: no changes) sees it. */
enum cache_result cache_get(struct disk_cache *cache, const struct btree *changes, uint32_t block,
			    uint32_t *mpn);
/* A page for a block, dirty, pinned, of kind CACHE. */
MUST_CHECK enum status cache_new_page(struct disk_cache *cache, uint32_t *mpn,
				      const struct pmap_caller *caller);
/*
 * A page to read the block to; others wait for it until cache_end_read(). ERR_BUSY: there is one
 * already, in `changes` or from the disk.
 */
MUST_CHECK enum status cache_begin_read(struct disk_cache *cache, const struct btree *changes,
					uint32_t block, uint32_t *mpn,
					const struct pmap_caller *caller);
void cache_end_read(struct disk_cache *cache, uint32_t block, uint32_t mpn, bool is_good);
/* The page, which is SHARED or CACHE and pinned by the caller, is the block's content in `changes`.
 */
MUST_CHECK enum status cache_put(struct disk_cache *cache, struct btree *changes, uint32_t block,
				 uint32_t mpn, const struct pmap_caller *caller);

/* struct memmap.reclaim: a few pages that nobody maps leave; false if there is none. */
bool cache_reclaim(struct memmap *memmap);
