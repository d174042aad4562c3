/* SPDX-License-Identifier: MIT */
/*
 * pmap_large.c - large blocks of the window (the paper, 4.1.3, used 4 KB pairs only and named
 * larger pages as the cure for its kernel's TLB misses).
 *
 * A block of order k (2, 4, ... 12) is 2^k pages that one large page of the processor can map. It
 * forms when its last page becomes writable; four blocks that fit make the next larger one.
 * Changing a page first takes it out of its block, which falls apart into the largest ones without
 * the page.
 *
 * Orders and PMAP_READY_LARGE are written under large_lock. A page that is about to change leaves
 * its block and loses D in one step under it, and joins none without D; so of a change and a
 * forming block whoever comes second sees the first. A refill reads orders and words without the
 * lock: what it enters from a block that is being broken is shot down before the page goes.
 */
#include "isa/cp0.h"

#include "src/pmap/pmap.h"
#include "src/pmap/pmap_priv.h"

#define GROUP_PAGES (2U << PMAP_ORDER_STEP) /* two blocks of the smallest order */
#define HALF_PAGES  (1U << PMAP_ORDER_STEP)

static uint32_t order_of(const struct pmap *pmap, uint32_t frame)
{
	return __atomic_load_n(&pmap_page(pmap, frame)->order, __ATOMIC_RELAXED);
}

static void set_order(struct pmap *pmap, uint32_t frame, uint32_t order)
{
	__atomic_store_n(&pmap_page(pmap, frame)->order, (uint8_t)order, __ATOMIC_RELAXED);
}

/* Two blocks of the smallest order side by side: all their words carry PMAP_READY_LARGE. */
static bool group_is_large(const struct pmap *pmap, uint32_t frame)
{
	uint32_t first = frame & ~(GROUP_PAGES - 1);

	return first + GROUP_PAGES <= pmap->frame_count && order_of(pmap, first) != 0 &&
	       order_of(pmap, first + HALF_PAGES) != 0;
}

static void mark_group(struct pmap *pmap, uint32_t frame)
{
	uint32_t first = frame & ~(GROUP_PAGES - 1);
	bool is_large = group_is_large(pmap, frame);

	for (uint32_t i = first; i < first + GROUP_PAGES && i < pmap->frame_count; i++) {
		/* Views get it with the word: without, they enter pairs of 4 KB, just as good. */
		if (is_large) {
			(void)__atomic_fetch_or(&pmap->ready[i], PMAP_READY_LARGE,
						__ATOMIC_RELEASE);
		} else {
			(void)__atomic_fetch_and(&pmap->ready[i], ~PMAP_READY_LARGE,
						 __ATOMIC_RELEASE);
		}
	}
}

/* The page may be part of a block (contract.md: exclusive, writable). */
static bool page_qualifies(const struct pmap *pmap, uint32_t frame)
{
	uint32_t word = pmap_load_ready(pmap, frame);

	return (word & (ENTRYLO_V | ENTRYLO_D)) == (ENTRYLO_V | ENTRYLO_D);
}

/* Four blocks of the next smaller order (or pages) from `first` on make a block of `order`. */
static bool block_qualifies(const struct pmap *pmap, uint32_t first, uint32_t order)
{
	uint32_t part = 1U << (order - PMAP_ORDER_STEP);
	uint32_t mpn = pmap_mpn(pmap_load_ready(pmap, first));

	if (mpn & ((1U << order) - 1)) {
		return false;
	}
	for (uint32_t i = 0; i < 1U << PMAP_ORDER_STEP; i++) {
		uint32_t frame = first + i * part;
		bool fits = order == PMAP_ORDER_STEP
				    ? page_qualifies(pmap, frame)
				    : order_of(pmap, frame) + PMAP_ORDER_STEP >= order;

		if (!fits || pmap_mpn(pmap_load_ready(pmap, frame)) != mpn + i * part) {
			return false;
		}
	}
	return true;
}

void pmap_form_large(struct pmap *pmap, uint32_t frame)
{
	lock_acquire(&pmap->large_lock);
	for (uint32_t order = PMAP_ORDER_STEP; order <= PMAP_ORDER_MAX; order += PMAP_ORDER_STEP) {
		uint32_t pages = 1U << order;
		uint32_t first = frame & ~(pages - 1);

		if (first + pages > pmap->frame_count || first + pages > WINDOW_FRAMES) {
			break;
		}
		if (order_of(pmap, frame) >= order) {
			continue;
		}
		if (!block_qualifies(pmap, first, order)) {
			break;
		}
		for (uint32_t i = first; i < first + pages; i++) {
			set_order(pmap, i, order);
		}
		mark_group(pmap, frame);
	}
	lock_release(&pmap->large_lock);
}

bool pmap_leave_large(struct pmap *pmap, uint32_t frame, uint32_t word)
{
	uint32_t order;

	if (!pmap->large) {
		pmap_store_ready(pmap, frame, word);
		return false;
	}
	lock_acquire(&pmap->large_lock);
	order = order_of(pmap, frame);
	if (order != 0) {
		uint32_t first = frame & ~((1U << order) - 1);

		for (uint32_t i = first; i < first + (1U << order); i++) {
			/* The largest block with page i and without the page that leaves. */
			uint32_t rest = order - PMAP_ORDER_STEP;

			while (rest != 0 && (i ^ frame) >> rest == 0) {
				rest -= PMAP_ORDER_STEP;
			}
			set_order(pmap, i, rest);
		}
		mark_group(pmap, frame);
	}
	pmap_store_ready(pmap, frame, word);
	lock_release(&pmap->large_lock);
	return order != 0;
}

bool pmap_is_large(const struct pmap *pmap, uint32_t gpn)
{
	uint32_t frame;

	return pmap->large && pmap_frame(pmap, gpn, &frame) && order_of(pmap, frame) != 0;
}

bool pmap_large_pair(const struct pmap *pmap, uint32_t frame, uint32_t *pagemask, uint32_t lo[2])
{
	uint32_t order;

	if (!pmap->large || frame >= pmap->frame_count) {
		return false;
	}
	for (order = order_of(pmap, frame); order != 0; order -= PMAP_ORDER_STEP) {
		uint32_t pages = 1U << order;
		uint32_t first = frame & ~(2 * pages - 1);

		if (first + 2 * pages <= pmap->frame_count && order_of(pmap, first) >= order &&
		    order_of(pmap, first + pages) >= order) {
			*pagemask = (pages - 1) << 13;
			lo[0] = pmap_load_ready(pmap, first) & ~PMAP_READY_LARGE;
			lo[1] = pmap_load_ready(pmap, first + pages) & ~PMAP_READY_LARGE;
			return true;
		}
	}
	return false;
}

const char *pmap_check_large(const struct pmap *pmap)
{
	for (uint32_t frame = 0; frame < pmap->frame_count; frame++) {
		uint32_t order = order_of(pmap, frame);
		uint32_t first = frame & ~((1U << order) - 1);
		uint32_t mpn = pmap_mpn(pmap->ready[frame]);

		if (((pmap->ready[frame] & PMAP_READY_LARGE) != 0) != group_is_large(pmap, frame)) {
			return "pmap I5: PMAP_READY_LARGE";
		}
		if (order == 0) {
			continue;
		}
		if (!pmap->large || frame >= WINDOW_FRAMES || order % PMAP_ORDER_STEP ||
		    order > PMAP_ORDER_MAX || order_of(pmap, first) != order) {
			return "pmap I5: order";
		}
		if (!page_qualifies(pmap, frame) ||
		    mpn - pmap_mpn(pmap->ready[first]) != frame - first ||
		    pmap_mpn(pmap->ready[first]) & ((1U << order) - 1)) {
			return "pmap I5: a page that does not fit its block";
		}
	}
	return NULL;
}
