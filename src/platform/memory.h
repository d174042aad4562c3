/* SPDX-License-Identifier: MIT */
/*
 * memory.h - the machine's memory at boot: who has what, before and after page_alloc.
 *
 * Until memory_give_rest() the monitor takes what it needs for good (tables, stacks, structures of
 * CPUs and VMs) from the bottom of each node; what is left then belongs to src/pmap/alloc.c.
 */
#pragma once

#include "src/include/types.h"
#include "src/pmap/memmap.h"

/* All pages of the machine; on node 0. */
extern struct page_alloc machine_pages;
extern struct memmap machine_memmap;

/*
 * Notes what must not be touched: [0, image_end), and what the tree's reservation block names
 * (tree, modules, pixels).
 */
void memory_init(uint64_t image_end);
/*
 * `bytes`, rounded up to pages, contiguous, zeroed, on `node` or, if that has no room, wherever
 * there is; does not come back without.
 */
void *memory_take(uint32_t node, size_t bytes);
/* For which VM it is from now on: named where there is no memory left. */
void memory_take_for(const char *name);
/* Pools and memmap of all nodes, in their own memory; no page is free yet. */
void memory_init_pages(void);
/* Everything that has not been taken and is not reserved becomes free. */
void memory_give_rest(void);
