/* SPDX-License-Identifier: MIT */
/*
 * pmap.c - guest pages: lookup, first touch, copy-on-write, the mappings that are noted.
 *
 * What takes pages away from a VM is in pmap_change.c, large blocks are in pmap_large.c.
 */
#include "src/pmap/pmap.h"

#include "isa/cp0.h"
#include "machine/annotation.h"

#include "src/mips_tlb/l2tlb.h"
#include "src/pmap/pmap_priv.h"
#include "src/pmap/swap.h"

#define CACHE_COHERENT_EXCLUSIVE 5 /* R4000 UM table 4-6: exclusive on write */

/* An even number of ready words: the last pair is complete. */
static uint32_t ready_words(uint32_t frame_count)
{
	return frame_count + (frame_count & 1);
}

static uint32_t group_count(uint32_t frame_count)
{
	return (ready_words(frame_count) + PMAP_GROUP_FRAMES - 1) / PMAP_GROUP_FRAMES;
}

size_t pmap_storage_bytes(uint32_t frame_count)
{
	return (size_t)ready_words(frame_count) * PMAP_READY_BYTES +
	       (size_t)frame_count * sizeof(struct pmap_page) +
	       (size_t)group_count(frame_count) * sizeof(uint64_t);
}

size_t pmap_view_bytes(const struct pmap *pmap)
{
	return (size_t)(ready_words(pmap->frame_count) +
			(group_count(pmap->frame_count) + 1U) / 2 * 2) *
	       PMAP_READY_BYTES;
}

enum status pmap_init(struct pmap *pmap, uint32_t vm, uint32_t frame_count, struct memmap *memmap,
		      void *storage)
{
	uint32_t window = frame_count < WINDOW_FRAMES ? frame_count : WINDOW_FRAMES;

	if (vm >= MEMMAP_VMS_MAX || frame_count == 0 || frame_count > FRAME_COUNT_MAX) {
		return ERR_RANGE;
	}
	*pmap = (struct pmap){
		.ready = storage,
		.page = (struct pmap_page *)((uint32_t *)storage + ready_words(frame_count)),
		.window_pairs = ready_words(window) / 2,
		.frame_count = frame_count,
		.memmap = memmap,
		.vm = vm,
		.clock_ready = PMAP_READY_NONE,
	};
	pmap->views = (uint64_t *)(pmap->page + frame_count);
	for (uint32_t i = 0; i < ready_words(frame_count); i++) {
		pmap->ready[i] = PMAP_READY_NONE;
	}
	for (uint32_t i = 0; i < MAP_NODES_MAX; i++) {
		pmap->view[i] = pmap->ready;
	}
	for (uint32_t i = 0; i < TRAMPOLINE_PAGES; i++) {
		pmap->trampoline[i] = PMAP_READY_NONE;
	}
	return OK;
}

void pmap_add_view(struct pmap *pmap, uint32_t node, void *storage)
{
	pmap->has_views = true;
	pmap->view[node] = storage;
	pmap->copies[node] = pmap->view[node] + ready_words(pmap->frame_count);
	for (uint32_t i = 0; i < ready_words(pmap->frame_count); i++) {
		pmap->view[node][i] = PMAP_READY_NONE;
	}
}

enum status pmap_add_target(struct pmap *pmap, struct shootdown_target *target)
{
	if (pmap->target_count == VM_VCPUS_MAX) {
		return ERR_FULL;
	}
	pmap->target[pmap->target_count++] = target;
	return OK;
}

void pmap_set_node(struct pmap *pmap, uint32_t vcpu, uint32_t node)
{
	uint8_t *at = &pmap->target_node[vcpu];

	if (__atomic_load_n(at, __ATOMIC_RELAXED) != node) {
		__atomic_store_n(at, (uint8_t)node, __ATOMIC_RELAXED);
	}
}

__attribute__((noinline)) void pmap_count(uint64_t *counter, uint64_t more)
{
	(void)__atomic_fetch_add(counter, more, __ATOMIC_RELAXED);
}

bool pmap_frame(const struct pmap *pmap, uint32_t gpn, uint32_t *frame)
{
	uint64_t number;

	if (gpn < TRAMPOLINE_GPN) {
		*frame = gpn;
		return gpn < pmap->frame_count;
	}
	/* A guest has no machine bit "without alias": such an address is beyond its memory. */
	if (gpn >> (MAP_NO_ALIAS_BIT - MAP_PAGE_SHIFT) != 0 ||
	    !frame_of_paddr((uint64_t)gpn << MAP_PAGE_SHIFT, pmap->frame_count, &number) ||
	    gpn - TRAMPOLINE_GPN < TRAMPOLINE_PAGES) {
		return false;
	}
	*frame = (uint32_t)number;
	return true;
}

__attribute__((noinline)) uint32_t pmap_gpn(uint32_t frame)
{
	return (uint32_t)frame_to_page(frame);
}

uint32_t pmap_load_ready(const struct pmap *pmap, uint32_t frame)
{
	return __atomic_load_n(pmap_word(pmap->ready, frame), __ATOMIC_ACQUIRE);
}

void pmap_store_ready(struct pmap *pmap, uint32_t frame, uint32_t word)
{
	__atomic_store_n(pmap_word(pmap->ready, frame), word, __ATOMIC_RELEASE);
}

/* Which frames of the group have copies on the node: its word, and there the frame's bit. */
static uint32_t *copies_of(const struct pmap *pmap, uint32_t frame, uint32_t node, uint32_t *bit)
{
	*bit = 1U << frame % PMAP_GROUP_FRAMES;
	return &pmap->copies[node][frame / PMAP_GROUP_FRAMES];
}

static bool has_copy(const struct pmap *pmap, uint32_t frame, uint32_t node)
{
	uint32_t bit;
	const uint32_t *copies = copies_of(pmap, frame, node, &bit);

	return __atomic_load_n(copies, __ATOMIC_ACQUIRE) & bit;
}

uint64_t pmap_empty_views(struct pmap *pmap, uint32_t frame)
{
	struct pmap_page *page = pmap_page(pmap, frame);
	uint64_t views;

	if (!pmap->has_views) {
		return UINT64_MAX;
	}
	/* Who fills a view is in `views` before it reads `ready`. */
	memory_barrier();
	views = __atomic_load_n(&pmap->views[frame / PMAP_GROUP_FRAMES], __ATOMIC_RELAXED);
	page->changes++;
	for (uint32_t node = 0; node < MAP_NODES_MAX && views >> node != 0; node++) {
		if (views >> node & 1) {
			__atomic_store_n(pmap_word(pmap->view[node], frame),
					 PMAP_READY_NONE | (uint32_t)page->changes
								   << ENTRYLO_PFN_SHIFT,
					 __ATOMIC_RELEASE);
		}
		if (page->replicas >> node & 1) {
			uint32_t bit;
			uint32_t *copies = copies_of(pmap, frame, node, &bit);

			(void)__atomic_fetch_and(copies, ~bit, __ATOMIC_RELEASE);
		}
	}
	return views;
}

bool pmap_note_view(struct pmap *pmap, uint32_t frame, uint32_t node)
{
	uint64_t *views = &pmap->views[frame / PMAP_GROUP_FRAMES];
	uint64_t bit = (uint64_t)1 << node;

	return __atomic_load_n(views, __ATOMIC_RELAXED) & bit ||
	       __atomic_fetch_or(views, bit, __ATOMIC_SEQ_CST) & bit;
}

bool pmap_enter_copy(struct pmap *pmap, uint32_t frame, uint32_t node, uint32_t word)
{
	uint32_t *view = pmap_word(pmap->view[node], frame);
	bool had = (__atomic_load_n(view, __ATOMIC_RELAXED) & ENTRYLO_V) != 0;
	uint32_t bit;
	uint32_t *copies = copies_of(pmap, frame, node, &bit);

	/* First the bit: who sees the copy's word while it fills sees that, too. */
	(void)__atomic_fetch_or(copies, bit, __ATOMIC_RELEASE);
	__atomic_store_n(view, word, __ATOMIC_RELEASE);
	return had;
}

void pmap_fill_view(struct pmap *pmap, uint32_t frame, uint32_t node, bool is_new)
{
	uint32_t *view = pmap->view[node];
	uint32_t end = ready_words(pmap->frame_count);

	if (!pmap->has_views || frame >= end ||
	    __atomic_load_n(&view[frame], __ATOMIC_RELAXED) == pmap_load_ready(pmap, frame)) {
		return;
	}
	if (pmap_note_view(pmap, frame, node) && is_new) {
		end = frame + 1;
	} else {
		frame -= frame % PMAP_GROUP_FRAMES;
		if (end > frame + PMAP_GROUP_FRAMES) {
			end = frame + PMAP_GROUP_FRAMES;
		}
	}
	for (; frame < end; frame++) {
		/* First what is to be replaced. */
		uint32_t had = __atomic_load_n(&view[frame], __ATOMIC_ACQUIRE);
		uint32_t word = __atomic_load_n(&pmap->ready[frame], __ATOMIC_RELAXED);

		if (word & ENTRYLO_V && word != had && !has_copy(pmap, frame, node)) {
			(void)__atomic_compare_exchange_n(&view[frame], &had, word, false,
							  __ATOMIC_RELEASE, __ATOMIC_RELAXED);
		}
	}
}

/* What the CPUs of `node` use now, or would after a fault. */
static uint32_t word_at(const struct pmap *pmap, uint32_t frame, uint32_t node)
{
	uint32_t word = pmap_load_ready(pmap, frame);

	if (pmap->has_views && has_copy(pmap, frame, node)) {
		word = __atomic_load_n(pmap_word(pmap->view[node], frame), __ATOMIC_ACQUIRE);
	}
	return word & ~PMAP_READY_LARGE;
}

uint32_t pmap_ready_at(const struct pmap *pmap, uint32_t gpn, uint32_t node)
{
	uint32_t frame;

	if (pmap_frame(pmap, gpn, &frame)) {
		uint32_t word = word_at(pmap, frame, node);

		return word & ENTRYLO_V ? word : PMAP_READY_NONE;
	}
	if (gpn - TRAMPOLINE_GPN < TRAMPOLINE_PAGES) {
		return pmap->trampoline[gpn - TRAMPOLINE_GPN];
	}
	return gpn == MAP_CLOCK_BASE / MAP_PAGE_BYTES ? pmap->clock_ready : PMAP_READY_NONE;
}

uint32_t pmap_ready(const struct pmap *pmap, uint32_t gpn)
{
	uint32_t frame;
	uint32_t word;

	if (!pmap_frame(pmap, gpn, &frame)) {
		return pmap_ready_at(pmap, gpn, 0);
	}
	word = pmap_load_ready(pmap, frame) & ~PMAP_READY_LARGE;
	return word & ENTRYLO_V ? word : PMAP_READY_NONE;
}

bool pmap_is_empty(const struct pmap *pmap, uint32_t gpn)
{
	uint32_t frame;

	return !pmap_frame(pmap, gpn, &frame) || pmap_load_ready(pmap, frame) == PMAP_READY_NONE;
}

void pmap_set_trampoline(struct pmap *pmap, uint32_t number, uint32_t mpn)
{
	uint32_t frame = TRAMPOLINE_GPN + number;

	CHECK(number < TRAMPOLINE_PAGES);
	page_own(ANNOTATION_OWN_READ, pmap->vm, mpn);
	pmap->trampoline[number] = pmap_ready_word(mpn, PMAP_S_NO_WRITE);
	if (frame < pmap->frame_count) {
		pmap_store_ready(pmap, frame, pmap->trampoline[number]);
	}
}

uint32_t pmap_ready_word(uint32_t mpn, uint32_t state)
{
	uint32_t word =
		mpn << ENTRYLO_PFN_SHIFT | CACHE_COHERENT_EXCLUSIVE << ENTRYLO_C_SHIFT | ENTRYLO_G;

	if (!(state & (PMAP_S_NO_ACCESS | PMAP_S_IDLE))) {
		word |= ENTRYLO_V;
		if (!(state & (PMAP_S_COW | PMAP_S_NO_WRITE | PMAP_S_TEXT | PMAP_S_REPLICATED))) {
			word |= ENTRYLO_D;
		}
	}
	return word;
}

void pmap_store_page(struct pmap *pmap, uint32_t frame, uint32_t mpn)
{
	pmap_store_ready(pmap, frame, pmap_ready_word(mpn, pmap_page(pmap, frame)->state));
}

uint32_t pmap_mpn(uint32_t word)
{
	return (word & PMAP_READY_PFN) >> ENTRYLO_PFN_SHIFT;
}

uint32_t pmap_mpn_of(const struct pmap *pmap, uint32_t frame)
{
	return pmap_mpn(pmap_load_ready(pmap, frame));
}

/* A page of a free run, at the place in it that `frame` has among its neighbours. */
static enum status allocate_in_run(struct pmap *pmap, uint32_t frame, uint32_t node, uint32_t *mpn)
{
	struct page_alloc *alloc = pmap->memmap->alloc;
	enum status status = page_alloc_in_run(alloc, node, RUN_ORDER, frame % RUN_PAGES, mpn);

	if (status != OK) {
		status = page_alloc_in_run(alloc, node, RUN_ORDER_SMALL,
					   frame % (1U << RUN_ORDER_SMALL), mpn);
	}
	if (status == OK) {
		memmap_set_kind(pmap->memmap, *mpn, INSPECT_FRAME_PRIVATE);
	}
	return status;
}

/* Where large blocks are to form, a page comes beside its neighbours. */
static enum status allocate(struct pmap *pmap, uint32_t frame, uint32_t node, uint32_t *mpn)
{
	uint32_t hint = PAGE_ALLOC_NO_HINT;

	if (pmap->large && frame < WINDOW_FRAMES) {
		uint32_t before = frame % RUN_PAGES != 0 ? pmap_load_ready(pmap, frame - 1) : 0;
		uint32_t after = (frame + 1) % RUN_PAGES != 0 && frame + 1 < pmap->frame_count
					 ? pmap_load_ready(pmap, frame + 1)
					 : 0;

		if (pmap_mpn(before) != 0) {
			hint = pmap_mpn(before) + 1;
		} else if (pmap_mpn(after) != 0) {
			hint = pmap_mpn(after) - 1;
		} else if (allocate_in_run(pmap, frame, node, mpn) == OK) {
			return OK;
		}
	}
	return memmap_take(pmap->memmap, node, hint, INSPECT_FRAME_PRIVATE, mpn);
}

static enum status allocate_counted(struct pmap *pmap, uint32_t frame, uint32_t node, uint32_t *mpn)
{
	struct memmap *memmap = pmap->memmap;
	enum status status;

	if (pmap->placement == PMAP_PLACE_ROUND_ROBIN) {
		node = frame % memmap->alloc->node_count;
	} else if (pmap->placement == PMAP_PLACE_FIXED) {
		node = pmap->placement_node;
	}
	status = allocate(pmap, frame, node, mpn);
	while (status == ERR_NOMEM && memmap->reclaim != NULL && memmap->reclaim(memmap)) {
		status = allocate(pmap, frame, node, mpn);
	}
	if (status == OK) {
		pmap_count(&pmap->allocated, 1);
		pmap_count(&pmap->remote, page_node(memmap->alloc, *mpn) != node);
	}
	return status;
}

/* First touch, or swapped out. Under the page's lock, which it may release and take again. */
static enum pmap_touch fill(struct pmap *pmap, uint32_t frame, const struct pmap_caller *caller)
{
	struct pmap_page *page = pmap_page(pmap, frame);
	uint32_t mpn;

	if (pmap->is_lost || allocate_counted(pmap, frame, caller->node, &mpn) != OK) {
		return PMAP_TOUCH_NO_MEMORY;
	}
	if (pmap_load_ready(pmap, frame) != PMAP_READY_SWAPPED) {
		machine_page_zero(mpn);
		page_own(ANNOTATION_OWN_ZEROED, pmap->vm, mpn);
	} else if (!swap_in(pmap, frame, mpn, caller)) {
		return PMAP_TOUCH_NO_MEMORY;
	}
	memmap_add_user(pmap->memmap, mpn, pmap->vm, pmap_gpn(frame));
	page->state |= PMAP_S_PRESENT;
	pmap_store_page(pmap, frame, mpn);
	return PMAP_TOUCH_OK;
}

/* A store to a shared page. Under the page's lock, which it releases and takes again. */
static enum pmap_touch break_cow(struct pmap *pmap, uint32_t frame,
				 const struct pmap_caller *caller)
{
	struct pmap_page *page = pmap_page(pmap, frame);
	uint32_t old = pmap_mpn_of(pmap, frame);
	uint32_t mpn;

	if (memmap_claim(pmap->memmap, old, pmap->vm, pmap_gpn(frame))) {
		/* Nobody else has it any more. More is allowed than before: no shootdown. */
		page_own(ANNOTATION_OWN_WRITE, pmap->vm, old);
		page->state &= (uint16_t)~PMAP_S_COW;
		pmap_store_page(pmap, frame, old);
		return PMAP_TOUCH_OK;
	}
	if (allocate_counted(pmap, frame, caller->node, &mpn) != OK) {
		return PMAP_TOUCH_NO_MEMORY;
	}
	machine_page_copy(mpn, old, 0, MAP_PAGE_BYTES);
	pmap_count(&pmap->copied, 1);
	pmap_begin_change(pmap, frame, PMAP_READY_NONE, caller);
	page->state &= (uint16_t) ~(PMAP_S_COW | PMAP_S_BUSY);
	page_own(ANNOTATION_OWN_WRITE, pmap->vm, mpn);
	memmap_add_user(pmap->memmap, mpn, pmap->vm, pmap_gpn(frame));
	(void)memmap_remove_user(pmap->memmap, old, pmap->vm, pmap_gpn(frame));
	pmap_store_page(pmap, frame, mpn);
	return PMAP_TOUCH_OK;
}

enum pmap_touch pmap_touch_locked(struct pmap *pmap, uint32_t frame, bool write,
				  const struct pmap_caller *caller)
{
	struct pmap_page *page = pmap_page(pmap, frame);

	if (!(page->state & PMAP_S_PRESENT)) {
		return fill(pmap, frame, caller);
	}
	if (page->state & PMAP_S_IDLE) {
		page->state &= (uint16_t)~PMAP_S_IDLE;
		pmap_store_page(pmap, frame, pmap_mpn_of(pmap, frame));
	}
	if (write && page->state & PMAP_S_REPLICATED) {
		pmap_collapse_locked(pmap, frame, caller);
	}
	if (write && page->state & PMAP_S_COW) {
		return break_cow(pmap, frame, caller);
	}
	return PMAP_TOUCH_OK;
}

static enum pmap_touch not_locked(enum status status)
{
	return status == ERR_RANGE ? PMAP_TOUCH_OUTSIDE : PMAP_TOUCH_BUSY;
}

enum pmap_touch pmap_touch(struct pmap *pmap, uint32_t gpn, bool write,
			   const struct pmap_caller *caller)
{
	enum pmap_touch touch;
	struct pmap_page *page;
	uint32_t frame;
	bool is_new;
	enum status status = pmap_lock_page(pmap, gpn, &frame);

	if (status != OK) {
		return not_locked(status);
	}
	page = pmap_page(pmap, frame);
	if (page->state & PMAP_S_NO_ACCESS ||
	    (write && page->state & (PMAP_S_NO_WRITE | PMAP_S_TEXT))) {
		lock_release(&page->lock);
		return PMAP_TOUCH_TRAPPED;
	}
	is_new = !(pmap_load_ready(pmap, frame) & ENTRYLO_D);
	touch = pmap_touch_locked(pmap, frame, write, caller);
	is_new = is_new && pmap_load_ready(pmap, frame) & ENTRYLO_D;
	lock_release(&page->lock);
	if (is_new && pmap->large) {
		pmap_form_large(pmap, frame);
	}
	return touch;
}

enum pmap_touch pmap_pin(struct pmap *pmap, uint32_t gpn, bool write, uint32_t *mpn,
			 const struct pmap_caller *caller)
{
	enum pmap_touch touch = PMAP_TOUCH_TRAPPED;
	struct pmap_page *page;
	uint32_t frame;
	enum status status = pmap_lock_page(pmap, gpn, &frame);

	if (status != OK) {
		return not_locked(status);
	}
	page = pmap_page(pmap, frame);
	if (!write || !(page->state & PMAP_S_TEXT)) {
		touch = pmap_touch_locked(pmap, frame, write, caller);
	}
	if (touch == PMAP_TOUCH_OK) {
		*mpn = pmap_mpn_of(pmap, frame);
		pmap_page(pmap, frame)->state |= PMAP_S_PINNED;
		memmap_pin(pmap->memmap, *mpn);
		page_own(write ? ANNOTATION_OWN_DEVICE_WRITE : ANNOTATION_OWN_DEVICE_READ, pmap->vm,
			 *mpn);
	}
	lock_release(&page->lock);
	return touch;
}

/* A VCPU and its second level, for backmap_purge(). */
struct purge {
	uint32_t vcpu;
	const struct l2tlb *l2tlb;
};

static bool is_live(const void *context, uint64_t word)
{
	const struct purge *purge = context;

	/* Another VCPU's second level changes under our eyes: what it maps is left alone. */
	return backmap_vcpus(word) != (uint64_t)1 << purge->vcpu ||
	       l2tlb_find(purge->l2tlb, backmap_tag(word)) != NULL;
}

static void note(struct pmap *pmap, struct pmap_page *page, uint32_t vcpu, uint64_t word)
{
	const struct purge purge = { vcpu, pmap->target[vcpu]->l2tlb };

	if (page->state & PMAP_S_UNKNOWN || backmap_add(&page->backmap, word) ||
	    backmap_add_wide(&page->backmap, word)) {
		return;
	}
	if (backmap_purge(&page->backmap, is_live, &purge)) {
		(void)backmap_add(&page->backmap, word);
	} else {
		page->state |= PMAP_S_UNKNOWN;
		pmap_count(&pmap->backmap_overflows, 1);
	}
}

/* For statistics: below the kernel's segments are processes. */
static void note_user(struct pmap *pmap, struct pmap_page *page, uint32_t mpn, uint64_t tag)
{
	if (!(tag >> 63) && !(page->state & PMAP_S_USER)) {
		page->state |= PMAP_S_USER;
		memmap_set_user(pmap->memmap, mpn);
	}
}

uint32_t pmap_note_mapping(struct pmap *pmap, uint32_t gpn, uint32_t node, uint32_t vcpu,
			   uint64_t tag)
{
	uint32_t frame;
	uint32_t ready;

	if (!pmap_frame(pmap, gpn, &frame)) {
		return pmap_ready(pmap, gpn);
	}
	lock_acquire(&pmap_page(pmap, frame)->lock);
	ready = word_at(pmap, frame, node);
	if (ready & ENTRYLO_V) {
		note(pmap, pmap_page(pmap, frame), vcpu, backmap_make(vcpu, tag));
		note_user(pmap, pmap_page(pmap, frame), pmap_mpn(ready), tag);
	}
	lock_release(&pmap_page(pmap, frame)->lock);
	return ready & ENTRYLO_V ? ready : PMAP_READY_NONE;
}

bool pmap_has_mapping(const struct pmap *pmap, uint32_t gpn, uint32_t vcpu, uint64_t tag)
{
	uint32_t frame;

	if (!pmap_frame(pmap, gpn, &frame)) {
		return (pmap_ready(pmap, gpn) & ENTRYLO_V) != 0;
	}
	return pmap_page(pmap, frame)->state & PMAP_S_UNKNOWN ||
	       backmap_has(&pmap_page(pmap, frame)->backmap, backmap_make(vcpu, tag));
}
