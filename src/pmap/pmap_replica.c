/* SPDX-License-Identifier: MIT */
/*
 * pmap_replica.c - copies of a page on other nodes: made, and given up (paper 4.2.2).
 *
 * The page itself, whose word is in `ready`, stays what it was: private or shared, and the one that
 * remains. A copy is a frame of kind REPLICA with one user, found by its node's view alone. While
 * the page is busy its copies are in no view, so nobody begins to use one that is on its way out.
 */
#include "isa/cp0.h"
#include "machine/annotation.h"

#include "src/pmap/pmap.h"
#include "src/pmap/pmap_priv.h"

static uint32_t mpn_of(const struct pmap *pmap, uint32_t frame)
{
	return pmap_mpn(pmap_load_ready(pmap, frame));
}

void pmap_collapse_locked(struct pmap *pmap, uint32_t frame, const struct pmap_caller *caller)
{
	struct pmap_page *page = &pmap->page[frame];
	uint32_t copies[MAP_NODES_MAX];
	uint32_t count = 0;

	for (uint32_t node = 0; node < MAP_NODES_MAX; node++) {
		if (page->replicas >> node & 1) {
			copies[count++] = pmap_mpn(pmap->view[node][frame]);
		}
	}
	page->copy_number++;
	pmap_begin_change(pmap, frame, pmap_load_ready(pmap, frame) & ~PMAP_READY_LARGE, caller);
	if (!(page->state & PMAP_S_COW)) {
		page_own(ANNOTATION_OWN_WRITE, pmap->vm, mpn_of(pmap, frame));
	}
	for (uint32_t i = 0; i < count; i++) {
		page_own(ANNOTATION_OWN_RELEASE, pmap->vm, copies[i]);
		(void)memmap_remove_user(pmap->memmap, copies[i], pmap->vm, pmap_gpn(frame));
	}
	page->replicas = 0;
	page->state &= (uint16_t) ~(PMAP_S_REPLICATED | PMAP_S_BUSY);
	pmap_store_ready(pmap, frame, pmap_ready_word(mpn_of(pmap, frame), page->state));
	pmap_count(&pmap->collapsed, 1);
	pmap_count_move(page);
	page_collapsed(pmap->vm, pmap_gpn(frame),
		       page_node(pmap->memmap->alloc, mpn_of(pmap, frame)));
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

/* Under the page's lock, which it releases and takes again: nobody can store any more. */
static void make_read_only(struct pmap *pmap, uint32_t frame, const struct pmap_caller *caller)
{
	struct pmap_page *page = &pmap->page[frame];
	uint32_t mpn = mpn_of(pmap, frame);

	page->state |= PMAP_S_REPLICATED;
	pmap_begin_change(pmap, frame, pmap_ready_word(mpn, page->state), caller);
	page->state &= (uint16_t)~PMAP_S_BUSY;
	if (!(page->state & PMAP_S_COW)) {
		page_own(ANNOTATION_OWN_READ, pmap->vm, mpn);
	}
}

/* A page of `node` with the bytes of `from`, which nobody changes, or ERR_NOMEM. */
static enum status copy_to(struct pmap *pmap, uint32_t frame, uint32_t from, uint32_t node,
			   uint32_t *mpn, const struct pmap_caller *caller)
{
	enum status status = page_alloc_run(pmap->memmap->alloc, node, 0, true, mpn);

	if (status == OK) {
		pmap_copy(*mpn, from, caller);
		page_own(ANNOTATION_OWN_READ, pmap->vm, *mpn);
		memmap_set_kind(pmap->memmap, *mpn, INSPECT_FRAME_REPLICA);
		memmap_add_user(pmap->memmap, *mpn, pmap->vm, pmap_gpn(frame));
	}
	return status;
}

/*
 * Under the page's lock, which it releases at last: the node uses the copy from now on. What its
 * VCPUs have of the page itself is right, but far away.
 */
static void enter_copy(struct pmap *pmap, uint32_t frame, uint32_t node, uint32_t mpn,
		       const struct pmap_caller *caller)
{
	struct pmap_page *page = &pmap->page[frame];
	uint64_t bit = (uint64_t)1 << node;
	const struct pmap_mappings mappings = {
		.backmap = page->backmap,
		.unknown = page->state & PMAP_S_UNKNOWN,
		.guest = bit,
		.window = page->views & bit,
	};

	page->replicas |= bit;
	page->views |= bit;
	pmap_store_views(pmap, frame, bit, pmap_ready_word(mpn, page->state));
	lock_release(&page->lock);
	pmap_shoot(pmap, frame, &mappings, caller);
}

/* A page on `node` that copies can be made of, held by a pin: under the page's lock. */
static enum status begin_copy(struct pmap *pmap, uint32_t frame, uint32_t node,
			      const struct pmap_caller *caller)
{
	struct pmap_page *page = &pmap->page[frame];

	if (!pmap->has_views || !(page->state & PMAP_S_PRESENT) || page->state & PMAP_S_NO_ACCESS) {
		return ERR_RANGE;
	}
	if (!(page->state & PMAP_S_REPLICATED)) {
		if (memmap_is_pinned(pmap->memmap, mpn_of(pmap, frame))) {
			/* A device may be writing it. */
			return ERR_BUSY;
		}
		make_read_only(pmap, frame, caller);
	}
	if (page->replicas >> node & 1) {
		return ERR_FULL;
	}
	memmap_pin(pmap->memmap, mpn_of(pmap, frame));
	return OK;
}

enum status pmap_replicate(struct pmap *pmap, uint32_t gpn, uint32_t node,
			   const struct pmap_caller *caller)
{
	uint32_t frame;
	enum status status = pmap_lock_page(pmap, gpn, &frame);
	struct pmap_page *page;
	uint16_t number;
	uint32_t copy;
	uint32_t mpn;

	if (status != OK) {
		return status;
	}
	page = &pmap->page[frame];
	mpn = mpn_of(pmap, frame);
	if (mpn == 0 || page_node(pmap->memmap->alloc, mpn) != node) {
		status = begin_copy(pmap, frame, node, caller);
	} else {
		status = ERR_FULL;
	}
	if (status != OK) {
		lock_release(&page->lock);
		return status == ERR_FULL ? OK : status;
	}
	number = page->copy_number;
	lock_release(&page->lock);
	/* Others copy too, or store into the page: then the number tells. */
	status = copy_to(pmap, frame, mpn, node, &copy, caller);
	lock_acquire(&page->lock);
	if (page->copy_number == number && status == OK && !(page->replicas >> node & 1)) {
		enter_copy(pmap, frame, node, copy, caller);
	} else {
		if (page->copy_number == number && page->replicas == 0) {
			/* Stores are allowed again: who copies now must not enter what it has. */
			page->copy_number++;
			page->state &= (uint16_t)~PMAP_S_REPLICATED;
			if (!(page->state & PMAP_S_COW)) {
				page_own(ANNOTATION_OWN_WRITE, pmap->vm, mpn);
			}
			pmap_store_ready(pmap, frame, pmap_ready_word(mpn, page->state));
		}
		lock_release(&page->lock);
		if (status == OK) {
			page_own(ANNOTATION_OWN_RELEASE, pmap->vm, copy);
			(void)memmap_remove_user(pmap->memmap, copy, pmap->vm, gpn);
			status = ERR_BUSY;
		}
	}
	memmap_unpin(pmap->memmap, mpn);
	return status;
}

bool pmap_look_hot(struct pmap *pmap, uint32_t gpn, uint32_t mpn, uint32_t interval,
		   struct pmap_hot *hot)
{
	struct pmap_page *page;
	uint32_t frame;
	bool is_it;

	if (pmap_lock_page(pmap, gpn, &frame) != OK) {
		return false;
	}
	page = &pmap->page[frame];
	if (page->interval != interval) {
		page->interval = interval;
		page->interval_moves = 0;
	}
	*hot = (struct pmap_hot){
		.replicas = page->replicas,
		.moves = page->moves,
		.interval_moves = page->interval_moves,
		.is_shared = (page->state & PMAP_S_COW) != 0,
	};
	is_it = page->state & PMAP_S_PRESENT && mpn_of(pmap, frame) == mpn;
	if (is_it) {
		hot->is_pinned = memmap_is_pinned(pmap->memmap, mpn);
	}
	lock_release(&page->lock);
	return is_it;
}

const char *pmap_check_views(const struct pmap *pmap, uint32_t frame)
{
	const struct pmap_page *page = &pmap->page[frame];
	uint32_t master = pmap->ready[frame] & ~PMAP_READY_LARGE;
	uint32_t nodes = pmap->memmap->alloc->node_count;

	if ((page->replicas != 0 && !(page->state & PMAP_S_REPLICATED)) ||
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
