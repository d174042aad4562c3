/* SPDX-License-Identifier: MIT */
/*
 * pmap_replica.c - copies of a page on other nodes: made, and given up (paper 4.2.2).
 *
 * The page itself, whose word is in `ready`, stays what it was: private or shared, and the one that
 * remains. A copy is a frame of kind REPLICA with one user, found by its node's view alone. While
 * the page is busy its copies are in no view, so nobody begins to use one that is on its way out.
 */
#include "isa/cp0.h"

#include "src/pmap/pmap.h"
#include "src/pmap/pmap_priv.h"

static uint32_t mpn_of(const struct pmap *pmap, uint32_t frame)
{
	return pmap_mpn(pmap_load_ready(pmap, frame));
}

void pmap_collapse_locked(struct pmap *pmap, uint32_t frame, const struct pmap_caller *caller)
{
	struct pmap_page *page = &pmap->page[frame];
	uint64_t replicas = page->replicas;
	uint32_t mpn[MAP_NODES_MAX];

	for (uint32_t node = 0; node < MAP_NODES_MAX; node++) {
		if (replicas >> node & 1) {
			mpn[node] = pmap_mpn(pmap->view[node][frame]);
		}
	}
	pmap_begin_change(pmap, frame, pmap_load_ready(pmap, frame) & ~PMAP_READY_LARGE, caller);
	for (uint32_t node = 0; node < MAP_NODES_MAX; node++) {
		if (replicas >> node & 1) {
			(void)memmap_remove_user(pmap->memmap, mpn[node], pmap->vm,
						 pmap_gpn(frame));
		}
	}
	page->replicas = 0;
	page->state &= (uint16_t) ~(PMAP_S_REPLICATED | PMAP_S_BUSY);
	pmap_store_ready(pmap, frame, pmap_ready_word(mpn_of(pmap, frame), page->state));
	pmap_count(&pmap->collapsed, 1);
}

enum status pmap_collapse(struct pmap *pmap, uint32_t gpn, const struct pmap_caller *caller)
{
	uint32_t frame;
	enum status status = pmap_lock_page(pmap, gpn, &frame);

	if (status == OK) {
		if (pmap->page[frame].state & PMAP_S_REPLICATED) {
			pmap_collapse_locked(pmap, frame, caller);
		}
		lock_release(&pmap->page[frame].lock);
	}
	return status;
}

/* A page of `node` with the bytes of `from`; false if the node has none. */
static bool copy_to(struct pmap *pmap, uint32_t frame, uint32_t from, uint32_t node, uint32_t *mpn)
{
	if (page_alloc_run(pmap->memmap->alloc, node, 0, true, mpn) != OK) {
		return false;
	}
	machine_page_copy(*mpn, from);
	memmap_set_kind(pmap->memmap, *mpn, INSPECT_FRAME_REPLICA);
	memmap_add_user(pmap->memmap, *mpn, pmap->vm, pmap_gpn(frame));
	return true;
}

/* Under the page's lock, the page at rest: copies for `nodes`; those that have one now. */
static uint64_t make_copies(struct pmap *pmap, uint32_t frame, uint64_t nodes,
			    const struct pmap_caller *caller)
{
	struct pmap_page *page = &pmap->page[frame];
	uint64_t had = page->replicas;
	uint32_t word[MAP_NODES_MAX];
	uint64_t made = 0;
	uint32_t old;

	for (uint32_t node = 0; node < MAP_NODES_MAX; node++) {
		if (had >> node & 1) {
			word[node] = pmap->view[node][frame];
		}
	}
	page->state |= PMAP_S_REPLICATED;
	old = mpn_of(pmap, frame);
	pmap_begin_change(pmap, frame, pmap_ready_word(old, page->state), caller);
	/* Nobody can store into the page any more. */
	for (uint32_t node = 0; node < pmap->memmap->alloc->node_count; node++) {
		uint32_t mpn;

		if (nodes >> node & 1 && copy_to(pmap, frame, old, node, &mpn)) {
			word[node] = pmap_ready_word(mpn, page->state);
			made |= (uint64_t)1 << node;
		}
	}
	page->replicas = had | made;
	page->views = had | made;
	for (uint32_t node = 0; node < MAP_NODES_MAX; node++) {
		if (page->views >> node & 1) {
			pmap_store_views(pmap, frame, (uint64_t)1 << node, word[node]);
		}
	}
	page->state &= (uint16_t)~PMAP_S_BUSY;
	if (page->replicas == 0) {
		page->state &= (uint16_t)~PMAP_S_REPLICATED;
	}
	pmap_store_ready(pmap, frame, pmap_ready_word(old, page->state));
	return made;
}

enum status pmap_replicate(struct pmap *pmap, uint32_t gpn, uint64_t *nodes,
			   const struct pmap_caller *caller)
{
	uint64_t wanted = *nodes;
	uint32_t frame;
	enum status status = pmap_lock_page(pmap, gpn, &frame);
	const struct pmap_page *page;

	*nodes = 0;
	if (status != OK) {
		return status;
	}
	page = &pmap->page[frame];
	if (!pmap->has_views || !(page->state & PMAP_S_PRESENT) || page->state & PMAP_S_NO_ACCESS) {
		status = ERR_RANGE;
	} else if (memmap_is_pinned(pmap->memmap, mpn_of(pmap, frame))) {
		/* A device may be writing it. */
		status = ERR_BUSY;
	} else {
		wanted &= ~((uint64_t)1 << page_node(pmap->memmap->alloc, mpn_of(pmap, frame)));
		wanted &= ~page->replicas;
		if (wanted != 0) {
			*nodes = make_copies(pmap, frame, wanted, caller);
			status = *nodes != 0 ? OK : ERR_NOMEM;
		}
	}
	lock_release(&pmap->page[frame].lock);
	return status;
}

const char *pmap_check_views(const struct pmap *pmap, uint32_t frame)
{
	const struct pmap_page *page = &pmap->page[frame];
	uint32_t master = pmap->ready[frame] & ~PMAP_READY_LARGE;
	uint32_t nodes = pmap->memmap->alloc->node_count;

	if ((page->replicas != 0) != ((page->state & PMAP_S_REPLICATED) != 0) ||
	    (page->replicas & ~page->views) != 0 || (!pmap->has_views && page->views != 0)) {
		return "pmap I7: sets of nodes";
	}
	for (uint32_t node = 0; pmap->has_views && node < nodes; node++) {
		uint32_t word = pmap->view[node][frame] & ~PMAP_READY_LARGE;

		if (page->replicas >> node & 1) {
			const struct memmap_page *copy =
				memmap_lookup(pmap->memmap, pmap_mpn(word));

			if (word != pmap_ready_word(pmap_mpn(word), page->state) || !copy ||
			    copy->info.kind != INSPECT_FRAME_REPLICA || copy->info.vm != pmap->vm ||
			    copy->info.ppn != pmap_gpn(frame) ||
			    page_node(pmap->memmap->alloc, pmap_mpn(word)) != node) {
				return "pmap I7: a copy";
			}
		} else if (word != (page->views >> node & 1 ? master : PMAP_READY_NONE)) {
			return "pmap I7: a view";
		}
	}
	return NULL;
}
