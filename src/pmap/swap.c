/* SPDX-License-Identifier: MIT */
/* swap.c - which pages leave, where they are, and their way back. */
#include "src/pmap/swap.h"

#include "machine/annotation.h"

#include "src/pmap/pmap_priv.h"

/* Pages that leave at a time. */
#define PAGES 16
/* Slots for pages that are on their way back, as many as CPUs. */
#define RESERVE 64
/* From hand to hand, as a part of the machine's frames. */
#define SPREAD 4

static struct {
	uint32_t holder; /* atomic: a CPU is at work; 0: none */
	uint32_t frames; /* of the machine; 0: no swap area */
	uint32_t hand;   /* the second one */
	uint32_t bad;    /* slots that could not be written */
	struct memmap *memmap;
	struct pmap *pmap[MEMMAP_VMS_MAX];
	struct page_alloc slots; /* numbered as pages of one node */
} swap;

void swap_init(struct memmap *memmap, uint32_t slots, void *storage)
{
	static const uint32_t distance;

	CHECK(page_alloc_init(&swap.slots, 1, slots, FRAME_BLOCK, &distance) == OK &&
	      page_pool_init(&swap.slots, 0, storage) == OK);
	for (uint32_t i = 0; i < slots; i++) {
		page_give(&swap.slots, 0, i);
	}
	swap.memmap = memmap;
	swap.frames = memmap->alloc->node_count * memmap->alloc->frames_per_node;
	swap.hand = 0;
	swap.bad = 0;
}

void swap_add(struct pmap *pmap)
{
	swap.pmap[pmap->vm] = pmap;
}

static void enter(const struct pmap_caller *caller)
{
	while (__atomic_exchange_n(&swap.holder, 1, __ATOMIC_ACQUIRE) != 0) {
		shootdown_serve(caller->self);
	}
}

static void leave(void)
{
	__atomic_store_n(&swap.holder, 0, __ATOMIC_RELEASE);
}

static uint32_t free_slots(void)
{
	return (uint32_t)page_alloc_free_count(&swap.slots);
}

static bool transfer(uint32_t slot, uint32_t mpn, bool is_write, const struct pmap_caller *caller)
{
	uint32_t node;
	uint32_t index = 0;

	CHECK(page_locate(&swap.slots, slot, &node, &index));
	return swap_transfer(index, mpn, is_write, caller->self);
}

/* A page that may leave, locked. */
struct victim {
	struct pmap *pmap;
	struct pmap_page *page;
	uint32_t frame;
	uint32_t mpn;
};

/* The page in frame `number` of the machine, if it is a VM's own and nothing keeps it there. */
static bool lock_victim(uint32_t number, struct victim *victim)
{
	uint32_t state;
	uint32_t gpn;
	uint32_t vm;

	victim->mpn = (uint32_t)frame_to_page(number % swap.frames);
	if (!memmap_find_owner(swap.memmap, victim->mpn, &vm, &gpn)) {
		return false;
	}
	victim->pmap = swap.pmap[vm];
	if (pmap_lock_page(victim->pmap, gpn, &victim->frame) != OK) {
		return false;
	}
	victim->page = pmap_page(victim->pmap, victim->frame);
	state = victim->page->state;
	if ((state & (PMAP_S_PRESENT | PMAP_S_COW | PMAP_S_PROTECTED | PMAP_S_REPLICATED)) ==
		    PMAP_S_PRESENT &&
	    pmap_mpn(pmap_load_ready(victim->pmap, victim->frame)) == victim->mpn &&
	    !memmap_is_pinned(swap.memmap, victim->mpn)) {
		return true;
	}
	lock_release(&victim->page->lock);
	return false;
}

/* The first hand. */
static void make_idle(uint32_t number, const struct pmap_caller *caller)
{
	struct victim victim;
	struct pmap_page *page;

	if (!lock_victim(number, &victim)) {
		return;
	}
	page = victim.page;
	if (!(page->state & PMAP_S_IDLE)) {
		page->state |= PMAP_S_IDLE;
		pmap_begin_change(victim.pmap, victim.frame,
				  pmap_ready_word(victim.mpn, page->state), caller);
		page->state &= (uint16_t)~PMAP_S_BUSY;
	}
	lock_release(&page->lock);
}

/* The second one. OK: the page has left; ERR_BUSY: it stays; ERR_FULL: no page can leave. */
static enum status write_out(uint32_t number, const struct pmap_caller *caller)
{
	enum status status = ERR_BUSY;
	struct victim victim;
	uint32_t vm;
	uint32_t slot;

	if (!lock_victim(number, &victim)) {
		return status;
	}
	vm = victim.pmap->vm;
	if (victim.page->state & PMAP_S_IDLE && page_alloc(&swap.slots, 0, &slot) == OK) {
		/* Nobody maps it. */
		victim.page->state |= PMAP_S_BUSY;
		lock_release(&victim.page->lock);
		memmap_pin(swap.memmap, victim.mpn);
		page_own(ANNOTATION_OWN_DEVICE_READ, vm, victim.mpn);
		status = transfer(slot, victim.mpn, true, caller) ? OK : ERR_FULL;
		memmap_unpin(swap.memmap, victim.mpn);
		lock_acquire(&victim.page->lock);
		victim.page->state &= (uint16_t)~PMAP_S_BUSY;
		if (status == OK) {
			victim.page->state = 0;
			victim.page->slot = slot;
			pmap_store_ready(victim.pmap, victim.frame, PMAP_READY_SWAPPED);
			(void)memmap_remove_user(swap.memmap, victim.mpn, vm,
						 pmap_gpn(victim.frame));
		} else {
			swap.bad++;
		}
	}
	lock_release(&victim.page->lock);
	return status;
}

/* The hands go round, twice at most, until `wanted` pages have left: how many did. */
static uint32_t turn(uint32_t wanted, const struct pmap_caller *caller)
{
	enum status status = OK;
	uint32_t pages = 0;

	for (uint32_t i = 0; i < 2 * swap.frames && pages < wanted && status != ERR_FULL; i++) {
		make_idle(swap.hand + swap.frames / SPREAD, caller);
		status = write_out(swap.hand, caller);
		pages += status == OK;
		swap.hand = swap.hand + 1 < swap.frames ? swap.hand + 1 : 0;
	}
	return pages;
}

uint32_t swap_out(uint32_t wanted, const struct pmap_caller *caller)
{
	uint32_t pages;

	enter(caller);
	pages = turn(wanted, caller);
	leave();
	return pages;
}

bool swap_make_room(const struct pmap *pmap, uint32_t gpn, const struct pmap_caller *caller)
{
	uint32_t frame;
	uint32_t wanted = PAGES;
	bool has_room;

	if (swap.frames == 0 || (pmap != NULL && pmap->is_lost)) {
		return false;
	}
	enter(caller);
	if (free_slots() < RESERVE + PAGES) {
		bool is_back = pmap != NULL && pmap_frame(pmap, gpn, &frame) &&
			       pmap_load_ready(pmap, frame) == PMAP_READY_SWAPPED;

		wanted = is_back || free_slots() > RESERVE ? 1 : 0;
	}
	/* Somebody else may have made room meanwhile. */
	has_room = page_alloc_free_count(swap.memmap->alloc) != 0 || turn(wanted, caller) != 0;
	leave();
	return has_room;
}

bool swap_in(struct pmap *pmap, uint32_t frame, uint32_t mpn, const struct pmap_caller *caller)
{
	struct pmap_page *page = pmap_page(pmap, frame);
	bool is_good;

	page->state |= PMAP_S_BUSY;
	lock_release(&page->lock);
	/* Nobody's, and a device may write it. */
	page_own(ANNOTATION_OWN_TAKE, 0, mpn);
	enter(caller);
	is_good = transfer((uint32_t)page->slot, mpn, false, caller);
	leave();
	lock_acquire(&page->lock);
	page->state &= (uint16_t)~PMAP_S_BUSY;
	if (is_good) {
		swap_drop(pmap, frame);
		page_own(ANNOTATION_OWN_WRITE, pmap->vm, mpn);
	} else {
		pmap->is_lost = true;
		memmap_put(pmap->memmap, mpn);
	}
	return is_good;
}

void swap_drop(struct pmap *pmap, uint32_t frame)
{
	struct pmap_page *page = pmap_page(pmap, frame);

	if (pmap_load_ready(pmap, frame) == PMAP_READY_SWAPPED) {
		page_free(&swap.slots, (uint32_t)page->slot);
		page->slot = 0;
		pmap_store_ready(pmap, frame, PMAP_READY_NONE);
	}
}

const char *swap_check(void)
{
	uint32_t taken = swap.slots.frames_per_node - free_slots();
	uint32_t count = swap.bad;

	for (uint32_t vm = 0; vm < MEMMAP_VMS_MAX; vm++) {
		const struct pmap *pmap = swap.pmap[vm];

		for (uint32_t i = 0; pmap != NULL && i < pmap->frame_count; i++) {
			if (pmap->ready[i] == PMAP_READY_SWAPPED) {
				if (page_is_free(&swap.slots, (uint32_t)pmap_page(pmap, i)->slot)) {
					return "swap I1: a page in a free slot";
				}
				count++;
			}
		}
	}
	return count == taken ? NULL : "swap I1: slots and pages";
}
