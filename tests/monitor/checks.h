/* SPDX-License-Identifier: MIT */
/* checks.h - what the monitor's tests ask of its data structures, and no monitor does. */
#pragma once

#include "src/disks/cache.h"
#include "src/pmap/pmap.h"

/* NULL, or the name of the first broken invariant (memmap.h). At rest. */
const char *memmap_check(const struct memmap *memmap);
/* The same of pmap.h. No VCPU of the VM may run. */
const char *pmap_check(const struct pmap *pmap);
/* The same of cache.h. At rest. */
const char *cache_check(const struct disk_cache *cache, const struct btree *changes);
/* All changes are given up. */
void cache_forget(struct disk_cache *cache, struct btree *changes);
