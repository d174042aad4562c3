/* SPDX-License-Identifier: MIT */
/* move_one.h - one page is moved, or gets a copy: what pmap.h does with several. */
#pragma once

#include "src/pmap/pmap.h"

static inline enum status pmap_move(struct pmap *pmap, uint32_t gpn, uint32_t node,
				    const struct pmap_caller *caller)
{
	struct pmap_transfer item = { .gpn = gpn };

	pmap_move_pages(pmap, &item, 1, node, caller);
	return item.status;
}

static inline enum status pmap_replicate(struct pmap *pmap, uint32_t gpn, uint32_t node,
					 const struct pmap_caller *caller)
{
	struct pmap_transfer item = { .gpn = gpn };

	pmap_replicate_pages(pmap, &item, 1, node, caller);
	return item.status;
}
