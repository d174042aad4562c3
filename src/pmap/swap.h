/* SPDX-License-Identifier: MIT */
/*
 * swap.h - memory of VMs on a disk of the machine, when there is not enough of it.
 *
 * Only private pages leave: shared ones, those of disk caches, and what a device, a watched address
 * or rewritten text needs stay. Who leaves is decided by a clock with two hands over the frames of
 * the machine. The first makes a page idle: nobody maps it, so its next use is a fault, which puts
 * it back (the R4000 has no reference bit). The second, SPREAD frames behind, writes out what is
 * still idle. A page comes back when it is touched or pinned.
 *
 * One CPU reads or writes the swap area at a time, waiting for the disk; who waits for its turn, or
 * for a page that is busy, serves shootdowns meanwhile. Called without locks, but devices may be
 * entered.
 *
 * The last RESERVE slots are kept for those whose page is on its way back: its slot is free then.
 * So a full swap area ends a VM that wants more memory, and no other.
 *
 * Invariants (swap_check):
 *   I1  as many slots are taken as pages of VMs are swapped out, and slots that could not be
 *       written; no two pages have the same.
 */
#pragma once

#include "src/pmap/pmap.h"

/* No area of fewer slots is of use. */
#define SWAP_SLOTS_MIN 256

/* Boot: the area has that many slots of a page; `storage` of page_pool_bytes(slots). */
void swap_init(struct memmap *memmap, uint32_t slots, void *storage);
/* The VM's pages may leave. */
void swap_add(struct pmap *pmap);

/*
 * Memory is short, and guest page `gpn` of `pmap` needs some, or with NULL a disk's cache. False:
 * there is none to be had.
 */
bool swap_make_room(const struct pmap *pmap, uint32_t gpn, const struct pmap_caller *caller);
/* Up to `wanted` pages leave, whether memory is short or not: how many did. For tests. */
uint32_t swap_out(uint32_t wanted, const struct pmap_caller *caller);
/*
 * Reads a page that is swapped out into `mpn`, which has no user yet. Under the page's lock, which
 * it releases and takes again. False: it could not be read, and `mpn` is free.
 */
bool swap_in(struct pmap *pmap, uint32_t frame, uint32_t mpn, const struct pmap_caller *caller);
/* Under the page's lock: if it is swapped out, the VM has given it up. */
void swap_drop(struct pmap *pmap, uint32_t frame);

/* NULL, or the name of the first broken invariant. At rest. */
const char *swap_check(void);

/* The board's: a page from or to slot `slot`, waiting for it. `self` as in struct pmap_caller. */
bool swap_transfer(uint32_t slot, uint32_t mpn, bool is_write, struct shootdown_target *self);
