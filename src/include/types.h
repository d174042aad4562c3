/* SPDX-License-Identifier: MIT */
/*
 * types.h - pages and frames, as every module of the monitor counts them.
 *
 * virtual (guest) -> physical (guest: gpn) -> machine (mpn). Frame numbers are uint32_t: an EntryLo
 * holds 24 bits of them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "machine/map.h"

#define PAGE_SHIFT MAP_PAGE_SHIFT
#define PAGE_BYTES MAP_PAGE_BYTES
#define PAGE_NONE  UINT32_MAX /* no gpn, no mpn */

/* Cache attribute of memory: coherent, exclusive on write (R4000 UM table 4-6); of devices. */
#define CACHE_COHERENT 5
#define CACHE_UNCACHED 2

/* A field of a structure at `member`, back to the structure. */
#define CONTAINER_OF(pointer, type, member) \
	((type *)(void *)((char *)(pointer)-offsetof(type, member)))
