/* SPDX-License-Identifier: MIT */
/*
 * frame.h - frames of RAM, their physical addresses and their home nodes.
 *
 * Installed RAM is an array of 4 KB frames numbered from 0, `frames_per_node` for each node. These
 * are the only functions that know where the I/O window lies in it and how a layout deals frames
 * to nodes.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "machine/map.h"

#define FRAME_HOLE_FIRST ((uint64_t)MAP_IO_BASE >> MAP_PAGE_SHIFT)
#define FRAME_HOLE_COUNT ((uint64_t)MAP_IO_BYTES >> MAP_PAGE_SHIFT)

/* How consecutive frames are dealt to nodes. */
enum frame_layout {
	FRAME_BLOCK,	  /* node i owns the i-th block of frames */
	FRAME_ROUND_ROBIN /* frame f belongs to node f mod nodes */
};

/* Physical page number of frame `frame`. */
static inline uint64_t frame_to_page(uint64_t frame)
{
	return frame < FRAME_HOLE_FIRST ? frame : frame + FRAME_HOLE_COUNT;
}

/* Physical address of the first byte of frame `frame`. */
static inline uint64_t frame_to_paddr(uint64_t frame)
{
	return frame_to_page(frame) << MAP_PAGE_SHIFT;
}

/*
 * Frame of physical address `paddr` (bit 35 ignored) in a machine of `frame_count` frames. False
 * in the I/O window and beyond RAM.
 */
static inline bool frame_of_paddr(uint64_t paddr, uint64_t frame_count, uint64_t *frame)
{
	uint64_t page = (paddr & ~(1ULL << MAP_NO_ALIAS_BIT)) >> MAP_PAGE_SHIFT;

	if (page >= FRAME_HOLE_FIRST) {
		if (page < FRAME_HOLE_FIRST + FRAME_HOLE_COUNT) {
			return false;
		}
		page -= FRAME_HOLE_COUNT;
	}
	*frame = page;
	return page < frame_count;
}

/* Home node of frame `frame`. */
static inline unsigned frame_home_node(uint64_t frame, enum frame_layout layout,
				       uint64_t frames_per_node, unsigned nodes)
{
	return (unsigned)(layout == FRAME_ROUND_ROBIN ? frame % nodes : frame / frames_per_node);
}
