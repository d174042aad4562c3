/* SPDX-License-Identifier: MIT */
/*
 * no_switch.c - an error for tests/numa/without: pages are copied, at the same cost, but the VM's
 * map is not switched to the new ones.
 */
#include "src/pmap/pmap.h"

void __wrap_pmap_move_pages(struct pmap *pmap, struct pmap_transfer *item, uint32_t count,
			    uint32_t node, const struct pmap_caller *caller);

void __wrap_pmap_move_pages(struct pmap *pmap, struct pmap_transfer *item, uint32_t count,
			    uint32_t node, const struct pmap_caller *caller)
{
	struct page_alloc *alloc = pmap->memmap->alloc;
	uint32_t mpn;

	(void)caller;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t old = (pmap_ready(pmap, item[i].gpn) & PMAP_READY_PFN) >> 6;

		item[i].mpn = 0;
		item[i].status = page_alloc_here(alloc, node, &mpn);
		if (item[i].status == OK) {
			machine_page_copy(mpn, old, 0, MAP_PAGE_BYTES);
			page_free(alloc, mpn);
		}
	}
}
