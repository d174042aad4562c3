/* SPDX-License-Identifier: MIT */
/*
 * ram.h - installed RAM as an array of 4 KB frames, and what the simulator knows of each frame.
 *
 * Host memory is reserved when the machine is built and backed by the host when it is touched,
 * so a large machine costs only what its guests use. Bytes lie in guest order.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "machine/frame.h"
#include "sim/error.h"

#define RAM_PAGE_BYTES 4096U
#define RAM_PAGE_SHIFT 12
#define RAM_PAGE_MASK  (RAM_PAGE_BYTES - 1U)

/* Flags of a frame. */
#define RAM_WRITTEN 0x01U /* written since the machine was built: part of the state hash */
#define RAM_CODE    0x02U /* predecoded blocks exist: stores must look */
#define RAM_LINKED  0x04U /* some CPU's load-linked is watched by others' stores */
#define RAM_CACHED  0x08U /* some soft TLB may hold a write entry */
#define RAM_WATCHED 0x10U /* core_hooks.watched wants to know of stores */

/* Stores to a frame with one of these take the slow path. */
#define RAM_GUARDED (RAM_CODE | RAM_LINKED | RAM_WATCHED)

/*
 * Pages are RAM's frames, numbered as machine/frame.h has them, and behind them the pages of boot
 * memory, which has no frame numbers of its own.
 *
 * Invariants: I1 `bytes` is a multiple of RAM_PAGE_BYTES. I2 a page whose RAM_WRITTEN is clear is
 * all zero. I3 no soft TLB holds a write entry of a page with a flag of RAM_GUARDED.
 */
struct ram {
	uint8_t *host;   /* page p is at host + p * RAM_PAGE_BYTES */
	uint8_t *flags;  /* RAM_*, one per page */
	uint64_t bytes;  /* RAM installed */
	uint64_t frames; /* bytes / RAM_PAGE_BYTES */
	uint64_t pages;  /* frames and the pages of boot memory */
};

bool ram_create(struct ram *ram, uint64_t bytes, struct error *err);
void ram_destroy(struct ram *ram);

/* Page of physical address `paddr`; false if neither RAM nor boot memory is there. */
static inline bool ram_frame(const struct ram *ram, uint64_t paddr, uint64_t *page)
{
	if (frame_of_paddr(paddr, ram->frames, page)) {
		return true;
	}
	uint64_t offset = (paddr & ~((uint64_t)1 << MAP_NO_ALIAS_BIT)) - MAP_BOOT_BASE;

	*page = ram->frames + (offset >> RAM_PAGE_SHIFT);
	return offset < MAP_BOOT_BYTES;
}

/* First physical address of a page. */
static inline uint64_t ram_paddr(const struct ram *ram, uint64_t page)
{
	return page < ram->frames ? frame_to_paddr(page)
				  : MAP_BOOT_BASE + ((page - ram->frames) << RAM_PAGE_SHIFT);
}

static inline uint8_t *ram_frame_host(const struct ram *ram, uint64_t page)
{
	return ram->host + (page << RAM_PAGE_SHIFT);
}
