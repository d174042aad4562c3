/* SPDX-License-Identifier: MIT */
/*
 * frame.h - frames of RAM, their physical addresses and their home nodes.
 *
 * Installed RAM is an array of 4 KB frames numbered from 0, equally many for each node. These are
 * the only functions that know where the I/O window lies in it and how a layout deals frames to
 * nodes. They accept every argument: none overflows, none divides by zero. C only.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "machine/map.h"
#include "machine/node.h"

#define FRAME_HOLE_FIRST ((uint64_t)MAP_IO_BASE >> MAP_PAGE_SHIFT)
#define FRAME_HOLE_COUNT ((uint64_t)MAP_IO_BYTES >> MAP_PAGE_SHIFT)
#define FRAME_COUNT_MAX  ((uint64_t)MAP_RAM_BYTES_MAX >> MAP_PAGE_SHIFT)
#define FRAME_NONE       UINT64_MAX

/* How consecutive frames are dealt to nodes. */
enum frame_layout {
	FRAME_BLOCK = NODE_LAYOUT_BLOCK,            /* node i owns the i-th block of frames */
	FRAME_ROUND_ROBIN = NODE_LAYOUT_ROUND_ROBIN /* frame f belongs to node f mod nodes */
};

/* Physical page number of frame `frame`; FRAME_NONE beyond FRAME_COUNT_MAX. */
static inline uint64_t frame_to_page(uint64_t frame)
{
	if (frame >= FRAME_COUNT_MAX) {
		return FRAME_NONE;
	}
	return frame < FRAME_HOLE_FIRST ? frame : frame + FRAME_HOLE_COUNT;
}

/* Physical address of the first byte of frame `frame`; FRAME_NONE beyond FRAME_COUNT_MAX. */
static inline uint64_t frame_to_paddr(uint64_t frame)
{
	uint64_t page = frame_to_page(frame);

	return page == FRAME_NONE ? FRAME_NONE : page << MAP_PAGE_SHIFT;
}

/*
 * Frame of physical address `paddr` (its no-alias bit ignored) in a machine of `frame_count`
 * frames. False in the I/O window, beyond RAM, and where a higher bit is set.
 */
static inline bool frame_of_paddr(uint64_t paddr, uint64_t frame_count, uint64_t *frame)
{
	uint64_t page = (paddr & ~((uint64_t)1 << MAP_NO_ALIAS_BIT)) >> MAP_PAGE_SHIFT;

	if (page >= FRAME_HOLE_FIRST) {
		if (page - FRAME_HOLE_FIRST < FRAME_HOLE_COUNT) {
			return false;
		}
		page -= FRAME_HOLE_COUNT;
	}
	*frame = page;
	return page < frame_count && page < FRAME_COUNT_MAX;
}

/*
 * Home node of frame `frame` in a machine of `nodes` nodes with `frames_per_node` frames each. The
 * caller has checked that the machine has this frame; without nodes or frames the answer is 0.
 */
static inline unsigned frame_home_node(uint64_t frame, enum frame_layout layout,
				       uint64_t frames_per_node, unsigned nodes)
{
	uint64_t divisor = layout == FRAME_ROUND_ROBIN ? nodes : frames_per_node;

	if (divisor == 0) {
		return 0;
	}
	return (unsigned)(layout == FRAME_ROUND_ROBIN ? frame % divisor : frame / divisor);
}

/* The inverse: frame number `index` among those of node `node`; FRAME_NONE if it has fewer. */
static inline uint64_t frame_of_node(unsigned node, uint64_t index, enum frame_layout layout,
				     uint64_t frames_per_node, unsigned nodes)
{
	if (node >= nodes || index >= frames_per_node || frames_per_node > FRAME_COUNT_MAX ||
	    nodes > MAP_NODES_MAX) {
		return FRAME_NONE;
	}
	return layout == FRAME_ROUND_ROBIN ? index * nodes + node : node * frames_per_node + index;
}
