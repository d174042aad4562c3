/* SPDX-License-Identifier: MIT */
/*
 * memmap.h - one entry per machine page: who uses it (paper 4.1.2, figure 3).
 *
 * An array per node, on that node, indexed as frame_of_node() numbers the node's frames. An entry
 * begins with what is published for GDB (machine/inspect.h).
 *
 * Users are recorded as (guest page, set of VMs): a page shared by VMs started from one module is
 * at the same guest page in all of them and takes one record. The array is fixed; on overflow the
 * VM goes to the set `unknown`, and to find its mappings its pmap is searched.
 *
 * A page is kept by its users (the pmaps), by pins (DMA, or somebody who is about to map it) and by
 * holds (disk caches, src/disks); it is free when it has none of them.
 *
 * Invariants (tests/monitor/checks.c):
 *   I1  kind FREE: no users, pins, holds, flags 0; kinds PRIVATE and REPLICA: exactly one user,
 *       info.vm and info.ppn say which, no holds; kind SHARED: info.vm is INSPECT_VM_NONE; kind
 *       CACHE: no users, held or pinned.
 *   I2  a record with an empty set is unused; no guest page is in two records.
 *   I3  info.users is the number of (VM, guest page) in the records if unknown_count is 0, and
 *       MEMMAP_USERS_UNKNOWN otherwise; `unknown` is empty exactly when unknown_count is 0.
 *   I4  for every user the pmap entry of that VM and guest page holds this machine page, or has it
 *       as a copy (pmap_check, from the pmap's side).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "machine/inspect.h"

#include "src/pmap/alloc.h"

#define MEMMAP_RECORDS       2
#define MEMMAP_VMS_MAX       64
#define MEMMAP_USERS_UNKNOWN 0xffffffff

/* info.flags, beside INSPECT_FRAME_F_* */

struct memmap_page {
	struct inspect_frame info;
	struct lock lock;
	uint32_t unknown_count;       /* users without record */
	uint64_t vms[MEMMAP_RECORDS]; /* of each record: bit per VM number */
	uint32_t gpn[MEMMAP_RECORDS];
	uint64_t unknown; /* their VMs; stays until unknown_count is 0 */
	uint32_t holds;
	uint32_t refused; /* src/numa: MOVEMENT_REASONS * interval + why it was not moved then */
};

struct memmap {
	struct page_alloc *alloc;
	/*
	 * Memory is short: evicts pages of disk caches; false if none could go. May be called with
	 * the lock of a pmap's page held. NULL: nobody has any.
	 */
	bool (*reclaim)(struct memmap *memmap);
	struct memmap_page *node[MAP_NODES_MAX];
};

/* Bytes of the table of a node. */
size_t memmap_node_bytes(uint32_t frame_count);
void memmap_init(struct memmap *memmap, struct page_alloc *alloc);
/* The table of `node`: all pages of kind MONITOR until memmap_give(). */
void memmap_node_init(struct memmap *memmap, uint32_t node, void *storage);

/* NULL for what is no RAM. */
struct memmap_page *memmap_lookup(const struct memmap *memmap, uint32_t mpn);

/*
 * Boot, one CPU alone: the pages are free from now on. Never page 0; consecutive frames, in the
 * block layout of one node.
 */
void memmap_give(struct memmap *memmap, uint32_t mpn, uint32_t count);
/* A page for the monitor itself or without users yet; page_alloc_hint() and its kind. */
MUST_CHECK enum status memmap_take(struct memmap *memmap, uint32_t node, uint32_t hint,
				   uint8_t kind, uint32_t *mpn);
/* The kind of a page that has just been allocated by other means. */
void memmap_set_kind(struct memmap *memmap, uint32_t mpn, uint8_t kind);
/* The same and its one user, of kind PRIVATE or REPLICA. */
void memmap_give_to(struct memmap *memmap, uint32_t mpn, uint8_t kind, uint32_t vm, uint32_t gpn);
/* Back to the pool: a page without users and pins. */
void memmap_put(struct memmap *memmap, uint32_t mpn);

/* One user more: the only one of kinds PRIVATE and REPLICA, any number of kind SHARED. */
void memmap_add_user(struct memmap *memmap, uint32_t mpn, uint32_t vm, uint32_t gpn);
/* A shared page with this one user, no pins and no holds becomes the user's own; false if it is not
 * so. */
bool memmap_claim(struct memmap *memmap, uint32_t mpn, uint32_t vm, uint32_t gpn);
/* A private page becomes a shared one with one user. */
void memmap_make_shared(struct memmap *memmap, uint32_t mpn);
/* INSPECT_FRAME_F_USER, until the page is free. */
void memmap_set_user(struct memmap *memmap, uint32_t mpn);
/* Under the lock of its pmap page, without which nobody pins it; it may just have been unpinned. */
bool memmap_is_pinned(const struct memmap *memmap, uint32_t mpn);
/* The one user of a page of kind PRIVATE. */
bool memmap_find_owner(const struct memmap *memmap, uint32_t mpn, uint32_t *vm, uint32_t *gpn);
/* The guest page at which `vm` is a user, if that is recorded. */
bool memmap_find_user(struct memmap *memmap, uint32_t mpn, uint32_t vm, uint32_t *gpn);
bool memmap_has_user(const struct memmap *memmap, uint32_t mpn, uint32_t vm, uint32_t gpn);
/*
 * One user less. The last one of a page of kind PRIVATE or SHARED frees it, once it has no pins and
 * holds either; true if it was freed.
 */
bool memmap_remove_user(struct memmap *memmap, uint32_t mpn, uint32_t vm, uint32_t gpn);

/* DMA under way: the page is neither moved nor freed. The last unpin frees a page without users. */
void memmap_pin(struct memmap *memmap, uint32_t mpn);
void memmap_unpin(struct memmap *memmap, uint32_t mpn);

/* One hold more of a SHARED or CACHE page; one less, the last one frees a page without users. */
void memmap_hold(struct memmap *memmap, uint32_t mpn);
void memmap_drop(struct memmap *memmap, uint32_t mpn);
/*
 * A page of a boot module, the monitor's so far, may be mapped by VMs from now on; it has a hold
 * for ever.
 */
void memmap_share_module(struct memmap *memmap, uint32_t mpn);
/* Frees a page that has this one hold and nothing else; false if it is not so. */
bool memmap_evict(struct memmap *memmap, uint32_t mpn);
