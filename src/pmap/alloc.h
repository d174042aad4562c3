/* SPDX-License-Identifier: MIT */
/*
 * alloc.h - free machine pages, per node.
 *
 * A pool per node, lying on that node: a bit for each frame of the node (1 = free) and above it a
 * bit for each word with a free bit. No lists through the pages, so a free page is never touched,
 * and runs for large entries and tables can be found. One lock per pool; callers on the node
 * itself seldom meet another.
 *
 * Pages come dirty; who gives one to a VM zeroes it first (pmap.c).
 *
 * Invariants (tests/monitor/check_alloc.h):
 *   I1  a word's summary bit is set exactly when the word is not 0.
 *   I2  free_count is the number of bits set; bits beyond frame_count are 0.
 *   I3  a free page's memmap entry is of kind FREE, without users and pins
 * (tests/monitor/checks.c).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "machine/frame.h"

#include "src/lib/hooks.h"
#include "src/lib/status.h"

struct page_pool {
	struct lock lock;
	uint32_t frame_count; /* of this node */
	uint32_t free_count;
	uint32_t next;   /* word to look at first: next fit keeps runs of a VM together */
	uint32_t no_run; /* no run of so many pages was found, nothing has been freed since; 0:
			    unknown */
	uint64_t *bits;
	uint64_t *summary;
	uint64_t fail_after; /* tests: that many more pages, then none; UINT64_MAX = off */
};

struct page_alloc {
	uint32_t node_count;
	uint32_t frames_per_node;
	enum frame_layout layout;
	struct page_pool *pool[MAP_NODES_MAX];
	/* order[i]: the nodes by distance from node i, i itself first. */
	uint8_t order[MAP_NODES_MAX][MAP_NODES_MAX];
};

#define PAGE_ALLOC_NO_HINT 0xffffffff

/* Bytes of storage for a pool of `frame_count` frames, struct page_pool included, 8-aligned. */
size_t page_pool_bytes(uint32_t frame_count);

/*
 * `distance` is node_count * node_count of any unit, row i = from node i; equal ones go by number.
 * No pool has a free page yet: page_pool_init() for each node, then page_free() what is free.
 */
MUST_CHECK enum status page_alloc_init(struct page_alloc *alloc, uint32_t node_count,
				       uint32_t frames_per_node, enum frame_layout layout,
				       const uint32_t *distance);
MUST_CHECK enum status page_pool_init(struct page_alloc *alloc, uint32_t node, void *storage);

/* A page of `node`, else of the nearest node that has one. */
MUST_CHECK enum status page_alloc(struct page_alloc *alloc, uint32_t node, uint32_t *mpn);
/* The page `hint` if it is free and on `node`; otherwise as above. */
MUST_CHECK enum status page_alloc_hint(struct page_alloc *alloc, uint32_t node, uint32_t hint,
				       uint32_t *mpn);
/* A page of `node` and no other. */
MUST_CHECK enum status page_alloc_here(struct page_alloc *alloc, uint32_t node, uint32_t *mpn);
/*
 * One page, the one at `offset` in a free aligned run of 2^order; the rest stays free, so that
 * neighbours can be taken by hint later. ERR_NOMEM if `node` has no such run.
 */
MUST_CHECK enum status page_alloc_in_run(struct page_alloc *alloc, uint32_t node, unsigned order,
					 uint32_t offset, uint32_t *mpn);
/*
 * 2^order consecutive pages, the first a multiple of 2^order, all of one node: `node` or, unless
 * `here_only`, the nearest that has them.
 */
MUST_CHECK enum status page_alloc_run(struct page_alloc *alloc, uint32_t node, unsigned order,
				      bool here_only, uint32_t *mpn);
/* The page must be a frame of RAM and not free: a second free is our bug (CHECK). */
void page_free(struct page_alloc *alloc, uint32_t mpn);

/* The same by place, for memmap_give(): no lock. */
void page_give(struct page_alloc *alloc, uint32_t node, uint32_t index);

uint64_t page_alloc_free_count(const struct page_alloc *alloc);
/* Node of a page and its number there (frame_of_node); false for what is no RAM. */
bool page_locate(const struct page_alloc *alloc, uint32_t mpn, uint32_t *node, uint32_t *index);
/* Home node of a page; `node_count` for what is no RAM. */
uint32_t page_node(const struct page_alloc *alloc, uint32_t mpn);
bool page_is_free(const struct page_alloc *alloc, uint32_t mpn);
