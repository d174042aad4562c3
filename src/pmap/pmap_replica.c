/* SPDX-License-Identifier: MIT */
/*
 * pmap_replica.c - copies of a page on other nodes: made, and given up (paper 4.2.2).
 *
 * The page itself, whose word is in `ready`, stays what it was: private or shared, and the one that
 * remains. A copy is a frame of kind REPLICA with one user, found by its node's view alone. While
 * the page is busy its copies are in no view, so nobody begins to use one that is on its way out:
 * all see the page itself, read-only.
 */
#include "isa/cp0.h"
#include "machine/annotation.h"

#include "src/pmap/pmap.h"
#include "src/pmap/pmap_priv.h"

void pmap_collapse_locked(struct pmap *pmap, uint32_t frame, const struct pmap_caller *caller)
{
	struct pmap_page *page = pmap_page(pmap, frame);
	uint32_t copies[MAP_NODES_MAX];
	uint32_t count = 0;

	for (uint32_t node = 0; node < MAP_NODES_MAX; node++) {
		if (page->replicas >> node & 1) {
			copies[count++] = pmap_mpn(__atomic_load_n(
				pmap_word(pmap->view[node], frame), __ATOMIC_RELAXED));
		}
	}
	pmap_begin_change(pmap, frame, pmap_load_ready(pmap, frame) & ~PMAP_READY_LARGE, caller);
	if (!(page->state & PMAP_S_COW)) {
		page_own(ANNOTATION_OWN_WRITE, pmap->vm, pmap_mpn_of(pmap, frame));
	}
	for (uint32_t i = 0; i < count; i++) {
		(void)memmap_remove_user(pmap->memmap, copies[i], pmap->vm, pmap_gpn(frame));
	}
	page->replicas = 0;
	page->state &= (uint16_t) ~(PMAP_S_REPLICATED | PMAP_S_BUSY);
	pmap_store_page(pmap, frame, pmap_mpn_of(pmap, frame));
	pmap_count(&pmap->collapsed, 1);
	pmap_count_move(page);
	page_collapsed(pmap->vm, pmap_gpn(frame),
		       page_node(pmap->memmap->alloc, pmap_mpn_of(pmap, frame)));
}

enum status pmap_collapse(struct pmap *pmap, uint32_t gpn, const struct pmap_caller *caller)
{
	uint32_t frame;
	enum status status = pmap_lock_page(pmap, gpn, &frame);

	if (status == OK) {
		if (pmap_page(pmap, frame)->state & PMAP_S_REPLICATED) {
			pmap_collapse_locked(pmap, frame, caller);
		}
		lock_release(&pmap_page(pmap, frame)->lock);
	}
	return status;
}

/*
 * The page has copies, and the node is to get one, too. All who read it may be doing this now, so
 * it is without the lock: end_copy() sees by the number whether the page has changed since.
 */
__attribute__((no_sanitize("thread"))) static bool
join_copies(const struct pmap *pmap, struct pmap_transfer *item, uint32_t node)
{
	const struct pmap_page *page;

	if (!pmap_frame(pmap, item->gpn, &item->frame)) {
		return false;
	}
	page = pmap_page(pmap, item->frame);
	item->number = __atomic_load_n(&page->changes, __ATOMIC_ACQUIRE);
	item->old_mpn = pmap_mpn_of(pmap, item->frame);
	return (page->state & (PMAP_S_PRESENT | PMAP_S_NO_ACCESS | PMAP_S_IDLE | PMAP_S_BUSY |
			       PMAP_S_REPLICATED)) == (PMAP_S_PRESENT | PMAP_S_REPLICATED) &&
	       !(page->replicas >> node & 1) &&
	       page_node(pmap->memmap->alloc, item->old_mpn) != node;
}

/* If it has no copies yet, the page becomes read-only with the batch, and is busy until then. */
static void begin_copy(struct pmap *pmap, struct pmap_transfer *item, uint32_t node,
		       struct shootdown_batch *batch)
{
	struct pmap_page *page;
	uint32_t mpn;

	item->mpn = 0;
	item->is_changing = false;
	item->status = OK;
	if (join_copies(pmap, item, node)) {
		return;
	}
	item->old_mpn = 0;
	item->status = pmap_lock_page(pmap, item->gpn, &item->frame);
	if (item->status != OK) {
		return;
	}
	page = pmap_page(pmap, item->frame);
	if (!pmap->has_views || !(page->state & PMAP_S_PRESENT) ||
	    page->state & (PMAP_S_NO_ACCESS | PMAP_S_IDLE)) {
		item->status = ERR_RANGE;
		lock_release(&page->lock);
		return;
	}
	mpn = pmap_mpn_of(pmap, item->frame);
	if (page_node(pmap->memmap->alloc, mpn) == node || page->replicas >> node & 1) {
		item->status = OK;
	} else if (page->state & PMAP_S_REPLICATED || (page->state & (PMAP_S_COW | PMAP_S_PINNED) &&
						       memmap_is_pinned(pmap->memmap, mpn))) {
		/* It has got copies since, or a device may be writing it. */
		item->status = ERR_BUSY;
	} else {
		item->is_changing = true;
		item->old_mpn = mpn;
		page->state |= PMAP_S_REPLICATED;
		pmap_start_change(pmap, item->frame, pmap_ready_word(mpn, page->state), batch);
		return;
	}
	lock_release(&page->lock);
}

/* A page of `node` for the copy, or ERR_NOMEM. */
static void take_copy(struct pmap *pmap, struct pmap_transfer *item, uint32_t node)
{
	item->status = page_alloc_here(pmap->memmap->alloc, node, &item->mpn);
	if (item->status != OK) {
		item->mpn = 0;
		return;
	}
	memmap_give_to(pmap->memmap, item->mpn, INSPECT_FRAME_REPLICA, pmap->vm, item->gpn);
}

/*
 * Others copy too, or have stored into the page or given it up meanwhile: then the number tells,
 * and whatever was copied is not used.
 */
static void end_copy(struct pmap *pmap, struct pmap_transfer *item, uint32_t node,
		     struct shootdown_batch *batch)
{
	struct pmap_page *page = pmap_page(pmap, item->frame);
	uint64_t bit = (uint64_t)1 << node;
	struct backmap backmap;
	struct pmap_mappings mappings = { .backmap = &backmap };
	bool is_same;

	/* All who read the page may come at once: as little as possible under its lock. */
	(void)pmap_note_view(pmap, item->frame, node);
	lock_acquire(&page->lock);
	/* Who gives a page up that has got no copy counts first, and then it has none: not at once.
	 */
	is_same = page->changes == item->number && page->state & PMAP_S_REPLICATED;
	if (is_same && item->status == OK && !(page->replicas >> node & 1)) {
		/* The node uses the copy from now on. */
		if (pmap_enter_copy(pmap, item->frame, node,
				    pmap_ready_word(item->mpn, page->state))) {
			mappings.window = bit;
		}
		page->replicas |= bit;
		mappings.guest = bit;
		mappings.unknown = page->state & PMAP_S_UNKNOWN;
		for (unsigned i = 0; i < BACKMAP_COUNT; i++) {
			backmap.word[i] = page->backmap.word[i];
		}
		item->mpn = 0;
	} else if (is_same && page->replicas == 0) {
		/* Stores are allowed again: who copies now must not enter what it has. */
		page->changes++;
		page->state &= (uint16_t)~PMAP_S_REPLICATED;
		if (!(page->state & PMAP_S_COW)) {
			page_own(ANNOTATION_OWN_WRITE, pmap->vm, item->old_mpn);
		}
		pmap_store_page(pmap, item->frame, item->old_mpn);
	}
	lock_release(&page->lock);
	if (mappings.guest != 0) {
		/* What its VCPUs have of the page itself is right, but far away. */
		pmap_post(pmap, item->frame, &mappings, batch);
	}
	if (item->mpn != 0) {
		(void)memmap_remove_user(pmap->memmap, item->mpn, pmap->vm, item->gpn);
		item->status = ERR_BUSY;
	}
}

void pmap_replicate_pages(struct pmap *pmap, struct pmap_transfer *item, uint32_t count,
			  uint32_t node, const struct pmap_caller *caller)
{
	struct shootdown_batch batch;

	shootdown_begin(&batch, caller->cpu, caller->self);
	for (uint32_t i = 0; i < count; i++) {
		begin_copy(pmap, &item[i], node, &batch);
	}
	shootdown_send(&batch);
	for (uint32_t i = 0; i < count; i++) {
		if (item[i].old_mpn != 0) {
			take_copy(pmap, &item[i], node);
		}
	}
	shootdown_wait(&batch);
	/* Nobody can store into any of them any more. */
	for (uint32_t i = 0; i < count; i++) {
		if (item[i].is_changing) {
			struct pmap_page *page = pmap_page(pmap, item[i].frame);

			lock_acquire(&page->lock);
			page->state &= (uint16_t)~PMAP_S_BUSY;
			item[i].number = page->changes;
			if (!(page->state & PMAP_S_COW)) {
				page_own(ANNOTATION_OWN_READ, pmap->vm, item[i].old_mpn);
			}
			lock_release(&page->lock);
		}
	}
	shootdown_begin(&batch, caller->cpu, caller->self);
	for (uint32_t i = 0; i < count; i++) {
		if (item[i].mpn != 0) {
			pmap_copy(item[i].mpn, item[i].old_mpn, caller);
			page_own(ANNOTATION_OWN_READ, pmap->vm, item[i].mpn);
		}
		if (item[i].old_mpn != 0) {
			end_copy(pmap, &item[i], node, &batch);
		}
	}
	shootdown_run(&batch);
}

__attribute__((no_sanitize("thread"))) enum status pmap_look_hot(struct pmap *pmap, uint32_t gpn,
								 uint32_t mpn, uint32_t node,
								 uint32_t interval,
								 struct pmap_hot *hot)
{
	struct pmap_page *page;
	uint32_t frame;

	if (!pmap_frame(pmap, gpn, &frame)) {
		return ERR_RANGE;
	}
	page = pmap_page(pmap, frame);
	if (pmap_seems_busy(page)) {
		return ERR_BUSY;
	}
	if (page->interval != interval &&
	    __atomic_exchange_n(&page->interval, interval, __ATOMIC_RELAXED) != interval) {
		page->interval_moves = 0;
	}
	*hot = (struct pmap_hot){
		.replicas = page->replicas,
		.moves = page->moves,
		.interval_moves = page->interval_moves,
		.free_pages = pmap->memmap->alloc->pool[node]->free_count,
		.is_shared = (page->state & PMAP_S_COW) != 0,
		.is_spread = (page->state & PMAP_S_UNKNOWN) != 0,
	};
	return page->state & PMAP_S_PRESENT && pmap_mpn_of(pmap, frame) == mpn ? OK : ERR_RANGE;
}
