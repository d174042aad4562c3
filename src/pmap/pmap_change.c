/* SPDX-License-Identifier: MIT */
/*
 * pmap_change.c - taking pages away: release, protect, share, move. Always in the same steps, those
 * of pmap_begin_change(); shootdown.h says why no VCPU keeps an old translation.
 */
#include "isa/cp0.h"
#include "machine/annotation.h"

#include "src/mips_tlb/window.h"
#include "src/pmap/pmap.h"
#include "src/pmap/pmap_priv.h"
#include "src/pmap/swap.h"

/* What is copied before others who wait for this CPU get their turn: a few lines of the cache. */
#define COPY_BYTES 1024U

void pmap_copy(uint32_t to, uint32_t from, const struct pmap_caller *caller)
{
	for (uint32_t offset = 0; offset < MAP_PAGE_BYTES; offset += COPY_BYTES) {
		machine_page_copy(to, from, offset, COPY_BYTES);
		shootdown_serve(caller->self);
	}
}

void pmap_post(struct pmap *pmap, uint32_t frame, const struct pmap_mappings *mappings,
	       struct shootdown_batch *batch)
{
	/* A VCPU that comes to a node after we have looked finds the view empty (vtlb_load). */
	memory_barrier();
	for (uint32_t i = 0; (mappings->unknown || mappings->window) && i < pmap->target_count;
	     i++) {
		uint32_t node = pmap_target_node(pmap, i);

		if (mappings->unknown && mappings->guest >> node & 1) {
			shootdown_add_flush(batch, pmap->target[i]);
		} else if (frame < WINDOW_FRAMES && mappings->window >> node & 1) {
			/* Finds the covering entry whatever its page size. */
			shootdown_add(batch, pmap->target[i], window_entryhi(pmap_gpn(frame)));
		}
	}
	for (unsigned i = 0; i < BACKMAP_COUNT && !mappings->unknown; i++) {
		uint64_t word = mappings->backmap->word[i];
		uint64_t vcpus = backmap_vcpus(word);

		if (word == 0) {
			break;
		}
		for (uint32_t vcpu = 0; vcpu < pmap->target_count && vcpus >> vcpu != 0; vcpu++) {
			if (vcpus >> vcpu & 1 &&
			    mappings->guest >> pmap_target_node(pmap, vcpu) & 1) {
				shootdown_add(batch, pmap->target[vcpu], backmap_tag(word));
			}
		}
	}
}

void pmap_start_change(struct pmap *pmap, uint32_t frame, uint32_t word,
		       struct shootdown_batch *batch)
{
	struct pmap_page *page = pmap_page(pmap, frame);
	struct backmap backmap;
	struct pmap_mappings mappings = {
		.backmap = &backmap,
		.unknown = page->state & PMAP_S_UNKNOWN,
		.guest = UINT64_MAX,
	};

	page->state |= PMAP_S_BUSY;
	if (pmap_leave_large(pmap, frame, word)) {
		/* A large entry has the page without its view. */
		mappings.window = UINT64_MAX;
	}
	mappings.window |= pmap_empty_views(pmap, frame);
	backmap_take(&backmap, &page->backmap);
	page->state &= (uint16_t) ~(PMAP_S_UNKNOWN | PMAP_S_USER);
	lock_release(&page->lock);
	pmap_post(pmap, frame, &mappings, batch);
}

void pmap_begin_change(struct pmap *pmap, uint32_t frame, uint32_t word,
		       const struct pmap_caller *caller)
{
	struct shootdown_batch batch;

	shootdown_begin(&batch, caller->cpu, caller->self);
	pmap_start_change(pmap, frame, word, &batch);
	shootdown_run(&batch);
	lock_acquire(&pmap_page(pmap, frame)->lock);
}

enum status pmap_lock_page(struct pmap *pmap, uint32_t gpn, uint32_t *frame)
{
	struct pmap_page *page;

	if (!pmap_frame(pmap, gpn, frame)) {
		return ERR_RANGE;
	}
	page = pmap_page(pmap, *frame);
	if (pmap_seems_busy(page)) {
		return ERR_BUSY;
	}
	lock_acquire(&page->lock);
	if (page->state & PMAP_S_BUSY) {
		lock_release(&page->lock);
		return ERR_BUSY;
	}
	return OK;
}

/* The same for a change of the page itself: without copies. */
static enum status lock_page(struct pmap *pmap, uint32_t gpn, uint32_t *frame,
			     const struct pmap_caller *caller)
{
	enum status status = pmap_lock_page(pmap, gpn, frame);

	if (status == OK && pmap_page(pmap, *frame)->state & PMAP_S_REPLICATED) {
		pmap_collapse_locked(pmap, *frame, caller);
	}
	return status;
}

static bool is_pinned(const struct pmap *pmap, uint32_t frame)
{
	return memmap_is_pinned(pmap->memmap, pmap_mpn_of(pmap, frame));
}

/* Pinned, and not only to be read: a shared page has no other pins. */
static bool is_written_by_device(const struct pmap *pmap, uint32_t frame)
{
	return (pmap_page(pmap, frame)->state & (PMAP_S_PRESENT | PMAP_S_COW)) == PMAP_S_PRESENT &&
	       is_pinned(pmap, frame);
}

enum status pmap_map_shared(struct pmap *pmap, uint32_t gpn, uint32_t mpn)
{
	uint32_t frame;
	enum status status = pmap_lock_page(pmap, gpn, &frame);

	if (status != OK) {
		return status;
	}
	if (pmap_page(pmap, frame)->state & PMAP_S_PRESENT) {
		status = ERR_BUSY;
	} else {
		swap_drop(pmap, frame);
		page_own(ANNOTATION_OWN_READ, pmap->vm, mpn);
		memmap_add_user(pmap->memmap, mpn, pmap->vm, gpn);
		pmap_page(pmap, frame)->state |= PMAP_S_PRESENT | PMAP_S_COW;
		pmap_store_page(pmap, frame, mpn);
	}
	lock_release(&pmap_page(pmap, frame)->lock);
	return status;
}

/* Under the lock: nobody maps what was there any more. Releases the lock. */
static void end_replace(struct pmap *pmap, uint32_t frame, struct pmap_replacement *item)
{
	struct pmap_page *page = pmap_page(pmap, frame);

	if (item->old_mpn != 0) {
		(void)memmap_remove_user(pmap->memmap, item->old_mpn, pmap->vm, item->gpn);
	}
	swap_drop(pmap, frame);
	page_own(ANNOTATION_OWN_READ, pmap->vm, item->mpn);
	memmap_add_user(pmap->memmap, item->mpn, pmap->vm, item->gpn);
	page->state &= PMAP_S_PROTECTED;
	page->state |= PMAP_S_PRESENT | PMAP_S_COW;
	pmap_store_page(pmap, frame, item->mpn);
	lock_release(&page->lock);
}

/* True: posted to `batch`, end_replace() is to come. */
static bool begin_replace(struct pmap *pmap, struct pmap_replacement *item,
			  struct shootdown_batch *batch, const struct pmap_caller *caller)
{
	uint32_t frame;
	enum status status = lock_page(pmap, item->gpn, &frame, caller);

	item->old_mpn = 0;
	item->is_done = false;
	if (status != OK) {
		return false;
	}
	item->is_done = !(pmap_page(pmap, frame)->state & PMAP_S_TEXT) &&
			!is_written_by_device(pmap, frame) && !pmap_is_large(pmap, item->gpn);
	if (item->is_done && !(pmap_page(pmap, frame)->state & PMAP_S_PRESENT)) {
		end_replace(pmap, frame, item);
		return false;
	}
	if (item->is_done && pmap_mpn_of(pmap, frame) != item->mpn) {
		item->old_mpn = pmap_mpn_of(pmap, frame);
		pmap_start_change(pmap, frame, PMAP_READY_NONE, batch);
		return true;
	}
	lock_release(&pmap_page(pmap, frame)->lock);
	return false;
}

void pmap_replace_shared(struct pmap *pmap, struct pmap_replacement *item, uint32_t count,
			 const struct pmap_caller *caller)
{
	struct shootdown_batch batch;
	uint32_t begun = 0;
	uint32_t frame;

	CHECK(count <= PMAP_REPLACEMENTS);
	shootdown_begin(&batch, caller->cpu, caller->self);
	for (uint32_t i = 0; i < count; i++) {
		begun |= (uint32_t)begin_replace(pmap, &item[i], &batch, caller) << i;
	}
	shootdown_run(&batch);
	for (uint32_t i = 0; i < count; i++) {
		if (begun >> i & 1 && pmap_frame(pmap, item[i].gpn, &frame)) {
			lock_acquire(&pmap_page(pmap, frame)->lock);
			end_replace(pmap, frame, &item[i]);
		}
	}
}

enum status pmap_release(struct pmap *pmap, uint32_t gpn, const struct pmap_caller *caller)
{
	uint32_t frame;
	enum status status = lock_page(pmap, gpn, &frame, caller);

	if (status != OK) {
		return status;
	}
	swap_drop(pmap, frame);
	if (pmap_page(pmap, frame)->state & PMAP_S_PRESENT) {
		uint32_t mpn = pmap_mpn_of(pmap, frame);

		if (is_written_by_device(pmap, frame)) {
			status = ERR_BUSY;
		} else {
			pmap_begin_change(pmap, frame, PMAP_READY_NONE, caller);
			pmap_page(pmap, frame)->state = 0;
			(void)memmap_remove_user(pmap->memmap, mpn, pmap->vm, gpn);
		}
	}
	lock_release(&pmap_page(pmap, frame)->lock);
	return status;
}

enum status pmap_protect(struct pmap *pmap, uint32_t gpn, uint32_t bits,
			 const struct pmap_caller *caller)
{
	uint32_t frame;
	enum status status = lock_page(pmap, gpn, &frame, caller);
	struct pmap_page *page;
	uint32_t old;

	if (status != OK) {
		return status;
	}
	page = pmap_page(pmap, frame);
	old = pmap_load_ready(pmap, frame) & ~PMAP_READY_LARGE;
	if (!(page->state & PMAP_S_PRESENT)) {
		status = ERR_RANGE;
	} else {
		uint16_t state = (uint16_t)((page->state & ~(uint32_t)PMAP_S_PROTECTED) |
					    (bits & PMAP_S_PROTECTED));
		uint32_t word = pmap_ready_word(pmap_mpn(old), state);

		page->state = state;
		if (old & ~word & (ENTRYLO_V | ENTRYLO_D)) {
			/* What is stored allows less than both. */
			pmap_begin_change(pmap, frame, old & word, caller);
			page->state &= (uint16_t)~PMAP_S_BUSY;
			pmap_store_ready(pmap, frame, word);
		} else if (word != old) {
			/* More is allowed: those who know less will fault and find it. */
			pmap_store_ready(pmap, frame, word);
		}
	}
	lock_release(&page->lock);
	return status;
}

enum status pmap_make_shared(struct pmap *pmap, uint32_t gpn, uint32_t *mpn,
			     const struct pmap_caller *caller)
{
	uint32_t frame;
	enum status status = lock_page(pmap, gpn, &frame, caller);
	struct pmap_page *page;

	if (status != OK) {
		return status;
	}
	page = pmap_page(pmap, frame);
	*mpn = pmap_mpn_of(pmap, frame);
	if (!(page->state & PMAP_S_PRESENT)) {
		status = ERR_RANGE;
	} else if (!(page->state & PMAP_S_COW)) {
		if (is_pinned(pmap, frame)) {
			/* A device may be writing it. */
			status = ERR_BUSY;
		} else {
			page->state |= PMAP_S_COW;
			pmap_begin_change(pmap, frame, pmap_ready_word(*mpn, page->state), caller);
			page->state &= (uint16_t)~PMAP_S_BUSY;
			page_own(ANNOTATION_OWN_READ, pmap->vm, *mpn);
			memmap_make_shared(pmap->memmap, *mpn);
		}
	}
	if (status == OK) {
		memmap_pin(pmap->memmap, *mpn);
	}
	lock_release(&page->lock);
	return status;
}

/* With a new page the old one is on its way out (in `batch`), and end_move() is to come. */
static void begin_move(struct pmap *pmap, struct pmap_transfer *item, uint32_t node,
		       struct shootdown_batch *batch, const struct pmap_caller *caller)
{
	item->mpn = 0;
	item->status = lock_page(pmap, item->gpn, &item->frame, caller);
	if (item->status != OK) {
		return;
	}
	item->old_mpn = pmap_mpn_of(pmap, item->frame);
	if ((pmap_page(pmap, item->frame)->state & (PMAP_S_PRESENT | PMAP_S_COW)) !=
	    PMAP_S_PRESENT) {
		item->status = ERR_RANGE;
	} else if (memmap_is_pinned(pmap->memmap, item->old_mpn)) {
		item->status = ERR_BUSY;
	} else if (page_node(pmap->memmap->alloc, item->old_mpn) != node) {
		item->status = page_alloc_here(pmap->memmap->alloc, node, &item->mpn);
		if (item->status == OK) {
			memmap_give_to(pmap->memmap, item->mpn, INSPECT_FRAME_PRIVATE, pmap->vm,
				       item->gpn);
			pmap_start_change(pmap, item->frame, PMAP_READY_NONE, batch);
			return;
		}
		item->mpn = 0;
	}
	lock_release(&pmap_page(pmap, item->frame)->lock);
}

/* Nobody can store into the old page any more. */
static void end_move(struct pmap *pmap, const struct pmap_transfer *item,
		     const struct pmap_caller *caller)
{
	struct pmap_page *page = pmap_page(pmap, item->frame);

	pmap_copy(item->mpn, item->old_mpn, caller);
	lock_acquire(&page->lock);
	page->state &= (uint16_t)~PMAP_S_BUSY;
	page_own(ANNOTATION_OWN_WRITE, pmap->vm, item->mpn);
	pmap_store_page(pmap, item->frame, item->mpn);
	pmap_count_move(page);
	lock_release(&page->lock);
	(void)memmap_remove_user(pmap->memmap, item->old_mpn, pmap->vm, item->gpn);
}

void pmap_move_pages(struct pmap *pmap, struct pmap_transfer *item, uint32_t count, uint32_t node,
		     const struct pmap_caller *caller)
{
	struct shootdown_batch batch;

	shootdown_begin(&batch, caller->cpu, caller->self);
	for (uint32_t i = 0; i < count; i++) {
		begin_move(pmap, &item[i], node, &batch, caller);
	}
	shootdown_run(&batch);
	for (uint32_t i = 0; i < count; i++) {
		if (item[i].mpn != 0) {
			end_move(pmap, &item[i], caller);
		}
	}
}

enum status pmap_populate(struct pmap *pmap, uint32_t gpn, unsigned order,
			  const struct pmap_caller *caller)
{
	uint32_t count = order < 32 ? (uint32_t)1 << order : 0;
	uint32_t first;
	uint32_t mpn;
	enum status status;

	if (count == 0 || gpn & (count - 1) || !pmap_frame(pmap, gpn, &first) ||
	    !pmap_frame(pmap, gpn + count - 1, &mpn) || mpn - first != count - 1) {
		return ERR_RANGE;
	}
	for (uint32_t i = 0; i < count; i++) {
		if (!pmap_is_empty(pmap, gpn + i)) {
			return ERR_BUSY;
		}
	}
	status = page_alloc_run(pmap->memmap->alloc, caller->node, order, false, &mpn);
	for (uint32_t i = 0; status == OK && i < count; i++) {
		machine_page_zero(mpn + i);
		page_own(ANNOTATION_OWN_ZEROED, pmap->vm, mpn + i);
		memmap_give_to(pmap->memmap, mpn + i, INSPECT_FRAME_PRIVATE, pmap->vm, gpn + i);
		pmap_page(pmap, first + i)->state = PMAP_S_PRESENT;
		pmap_store_page(pmap, first + i, mpn + i);
		if (pmap->large) {
			pmap_form_large(pmap, first + i);
		}
	}
	if (status == OK) {
		pmap_count(&pmap->allocated, count);
	}
	return status;
}
