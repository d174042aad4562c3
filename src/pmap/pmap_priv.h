/* SPDX-License-Identifier: MIT */
/* pmap_priv.h - between the files pmap*.c alone. */
#pragma once

#include "src/pmap/pmap.h"

/* Guest frames that the window shows: below the I/O hole, so frame and page are the same. */
#define WINDOW_FRAMES    (VM_WINDOW_BYTES / MAP_PAGE_BYTES)
#define TRAMPOLINE_GPN   ((uint32_t)VM_TRAMPOLINE_PADDR / MAP_PAGE_BYTES)
#define TRAMPOLINE_PAGES ((uint32_t)VM_TRAMPOLINE_BYTES / MAP_PAGE_BYTES)
/* Where large entries are wanted, pages are taken out of free runs of 1 MB, or else of 64 KB. */
#define RUN_ORDER       8
#define RUN_ORDER_SMALL 4
#define RUN_PAGES       (1U << RUN_ORDER)

/*
 * A frame's page and its place in a table of words. Frames are far below 2^31, where the machine's
 * registers hold a number sign-extended already and zero extension is two instructions.
 */
static inline struct pmap_page *pmap_page(const struct pmap *pmap, uint32_t frame)
{
	return &pmap->page[(int32_t)frame];
}

static inline uint32_t *pmap_word(uint32_t *words, uint32_t frame)
{
	return &words[(int32_t)frame];
}

/* Statistics, from several CPUs. */
void pmap_count(uint64_t *counter, uint64_t more);

/* A migration, or copies given up. Under the page's lock. */
static inline void pmap_count_move(struct pmap_page *page)
{
	page->interval_moves++;
	if (page->moves != UINT8_MAX) {
		page->moves++;
	}
}

uint32_t pmap_gpn(uint32_t frame);
uint32_t pmap_load_ready(const struct pmap *pmap, uint32_t frame);
/* Under the page's lock; what allows less is to go into the views, too. */
void pmap_store_ready(struct pmap *pmap, uint32_t frame, uint32_t word);
/* Under the page's lock, `ready` having its new word: no view has a valid word of the page. The
 * nodes whose CPUs may have had one. */
uint64_t pmap_empty_views(struct pmap *pmap, uint32_t frame);
/* The node's view has the frame's group from now on: true if it had before. */
bool pmap_note_view(struct pmap *pmap, uint32_t frame, uint32_t node);
/*
 * Under the page's lock, the view having the group: it has the copy, `word`. Whether it had the
 * page before.
 */
bool pmap_enter_copy(struct pmap *pmap, uint32_t frame, uint32_t node, uint32_t word);
/* Under the page's lock, which it releases and takes again: gives all copies up. */
void pmap_collapse_locked(struct pmap *pmap, uint32_t frame, const struct pmap_caller *caller);
/* The word of a present page in state `state` (I1 to I3). */
uint32_t pmap_ready_word(uint32_t mpn, uint32_t state);
/* The same, stored: the page is `mpn` from now on. */
void pmap_store_page(struct pmap *pmap, uint32_t frame, uint32_t mpn);
/* Machine page of a word, or of a frame's; 0 if there is none. */
uint32_t pmap_mpn(uint32_t word);
uint32_t pmap_mpn_of(const struct pmap *pmap, uint32_t frame);

/* Who may have a page in a TLB. */
struct pmap_mappings {
	const struct backmap *backmap;
	bool unknown;    /* not known from the backmaps: flush */
	uint64_t guest;  /* of VCPUs on these nodes: what the guests have mapped */
	uint64_t window; /* of those on these: the window's */
};

static inline uint32_t pmap_target_node(const struct pmap *pmap, uint32_t vcpu)
{
	return __atomic_load_n(&pmap->target_node[vcpu], __ATOMIC_RELAXED);
}

/* A whole page, serving this CPU's shootdowns in between. No lock held. */
void pmap_copy(uint32_t to, uint32_t from, const struct pmap_caller *caller);
/* Adds the mappings to what their VCPUs are to remove. */
void pmap_post(struct pmap *pmap, uint32_t frame, const struct pmap_mappings *mappings,
	       struct shootdown_batch *batch);
/*
 * Under the page's lock: makes the page busy, takes it out of its large block and of all views,
 * stores `word`, which allows less, releases the lock, shoots down every mapping, takes the lock
 * again. Copies, whose views are empty too, are still there. The caller ends the change: it clears
 * PMAP_S_BUSY.
 */
void pmap_begin_change(struct pmap *pmap, uint32_t frame, uint32_t word,
		       const struct pmap_caller *caller);

/* Its first half, for several pages: all but shootdown_run() and taking the lock again. */
void pmap_start_change(struct pmap *pmap, uint32_t frame, uint32_t word,
		       struct shootdown_batch *batch);

/* As pmap_touch() without looking at protection and without forming blocks. Under the lock. */
enum pmap_touch pmap_touch_locked(struct pmap *pmap, uint32_t frame, bool write,
				  const struct pmap_caller *caller);

/* The page has become writable: forms the large blocks that this completes. No lock held. */
void pmap_form_large(struct pmap *pmap, uint32_t frame);
/*
 * Takes the page, whose lock is held, out of its block and stores `word`, with which it joins none:
 * without D, or of a page chosen for movement. Whether it was in one.
 */
bool pmap_leave_large(struct pmap *pmap, uint32_t frame, uint32_t word);
/*
 * Before the lock is taken, by those who would only find that they have to come again: so whoever
 * ends the change does not compete with all of them for the lock. May be out of date at once.
 */
__attribute__((no_sanitize("thread"))) static inline bool
pmap_seems_busy(const struct pmap_page *page)
{
	return *(const volatile uint16_t *)&page->state & PMAP_S_BUSY;
}

/* The page's lock, if there is such a page and nobody changes it (ERR_RANGE, ERR_BUSY). */
MUST_CHECK enum status pmap_lock_page(struct pmap *pmap, uint32_t gpn, uint32_t *frame);

/* I5. */
const char *pmap_check_large(const struct pmap *pmap);
