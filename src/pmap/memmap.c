/* SPDX-License-Identifier: MIT */
/*
 * memmap.c - users, pins and kinds of machine pages.
 *
 * An entry's lock protects all of it. A page goes back to its pool when its last user, its last pin
 * and its last hold are gone, whichever comes last.
 */
#include "src/pmap/memmap.h"

#include "machine/annotation.h"

size_t memmap_node_bytes(uint32_t frame_count)
{
	return sizeof(struct memmap_page) * frame_count;
}

void memmap_init(struct memmap *memmap, struct page_alloc *alloc)
{
	memmap->alloc = alloc;
	for (unsigned i = 0; i < MAP_NODES_MAX; i++) {
		memmap->node[i] = NULL;
	}
}

static void reset_page(struct memmap_page *page, uint8_t kind)
{
	page->info = (struct inspect_frame){ .kind = kind, .vm = INSPECT_VM_NONE };
	for (unsigned i = 0; i < MEMMAP_RECORDS; i++) {
		page->vms[i] = 0;
	}
	page->unknown = 0;
	page->unknown_count = 0;
	page->holds = 0;
}

void memmap_node_init(struct memmap *memmap, uint32_t node, void *storage)
{
	struct memmap_page *pages = storage;

	for (uint32_t i = 0; i < memmap->alloc->frames_per_node; i++) {
		pages[i].lock = (struct lock){ 0 };
		reset_page(&pages[i], INSPECT_FRAME_MONITOR);
	}
	memmap->node[node] = pages;
}

struct memmap_page *memmap_lookup(const struct memmap *memmap, uint32_t mpn)
{
	uint32_t node;
	uint32_t index;

	return page_locate(memmap->alloc, mpn, &node, &index) ? &memmap->node[node][index] : NULL;
}

/* Of a page that we hold: not finding it is our bug. */
static struct memmap_page *lock_page(const struct memmap *memmap, uint32_t mpn)
{
	struct memmap_page *page = memmap_lookup(memmap, mpn);

	CHECK(page);
	lock_acquire(&page->lock);
	return page;
}

void memmap_give(struct memmap *memmap, uint32_t mpn, uint32_t count)
{
	bool is_block = memmap->alloc->layout == FRAME_BLOCK;
	uint32_t node = 0;
	uint32_t index = 0;

	CHECK(mpn != 0);
	for (uint32_t i = 0; i < count; i++) {
		if (i == 0 || !is_block) {
			CHECK(page_locate(memmap->alloc, mpn + i, &node, &index));
		}
		CHECK(index < memmap->alloc->frames_per_node);
		memmap->node[node][index].info.kind = INSPECT_FRAME_FREE;
		page_give(memmap->alloc, node, index);
		index++;
	}
}

void memmap_set_kind(struct memmap *memmap, uint32_t mpn, uint8_t kind)
{
	struct memmap_page *page = lock_page(memmap, mpn);

	CHECK(page->info.users == 0 && page->info.pins == 0 && page->holds == 0);
	reset_page(page, kind);
	lock_release(&page->lock);
}

void memmap_put(struct memmap *memmap, uint32_t mpn)
{
	page_own(ANNOTATION_OWN_FREE, 0, mpn);
	memmap_set_kind(memmap, mpn, INSPECT_FRAME_FREE);
	page_free(memmap->alloc, mpn);
}

enum status memmap_take(struct memmap *memmap, uint32_t node, uint32_t hint, uint8_t kind,
			uint32_t *mpn)
{
	enum status status = page_alloc_hint(memmap->alloc, node, hint, mpn);

	if (status == OK) {
		memmap_set_kind(memmap, *mpn, kind);
		if (kind != INSPECT_FRAME_PRIVATE) {
			page_own(ANNOTATION_OWN_TAKE, 0, *mpn);
		}
	}
	return status;
}

/* The record of a guest page, or MEMMAP_RECORDS. */
static size_t find_record(const struct memmap_page *page, uint32_t gpn)
{
	size_t i = 0;

	while (i < MEMMAP_RECORDS && (page->vms[i] == 0 || page->gpn[i] != gpn)) {
		i++;
	}
	return i;
}

static size_t free_record(const struct memmap_page *page)
{
	size_t i = 0;

	while (i < MEMMAP_RECORDS && page->vms[i] != 0) {
		i++;
	}
	return i;
}

/* The VM has a record for the guest page. */
static bool has_record(const struct memmap_page *page, uint32_t vm, uint32_t gpn)
{
	size_t record = find_record(page, gpn);

	return record != MEMMAP_RECORDS && page->vms[record] >> vm & 1;
}

static uint32_t count_records(const struct memmap_page *page)
{
	uint32_t count = 0;

	for (unsigned i = 0; i < MEMMAP_RECORDS; i++) {
		for (uint64_t vms = page->vms[i]; vms != 0; vms &= vms - 1) {
			count++;
		}
	}
	return count;
}

/* What is published follows from records and holds: I1, I3. */
static void publish(struct memmap_page *page)
{
	if (page->unknown_count == 0) {
		page->unknown = 0;
	}
	page->info.users = page->unknown_count ? MEMMAP_USERS_UNKNOWN : count_records(page);
	for (unsigned i = 0; i < MEMMAP_RECORDS; i++) {
		if (page->vms[i] != 0) {
			page->info.ppn = page->gpn[i];
			break;
		}
	}
	page->info.flags &= (uint8_t)~INSPECT_FRAME_F_HELD;
	page->info.flags |= page->holds != 0 ? INSPECT_FRAME_F_HELD : 0;
	if (page->info.kind == INSPECT_FRAME_SHARED || page->info.kind == INSPECT_FRAME_CACHE) {
		page->info.kind = page->info.users != 0 || page->holds == 0 ? INSPECT_FRAME_SHARED
									    : INSPECT_FRAME_CACHE;
	}
}

/* A page of one VM at one guest page. */
static bool has_one_user(const struct memmap_page *page)
{
	return page->info.kind == INSPECT_FRAME_PRIVATE || page->info.kind == INSPECT_FRAME_REPLICA;
}

void memmap_add_user(struct memmap *memmap, uint32_t mpn, uint32_t vm, uint32_t gpn)
{
	struct memmap_page *page = lock_page(memmap, mpn);
	size_t record = find_record(page, gpn);
	uint64_t bit = (uint64_t)1 << vm;

	CHECK(vm < MEMMAP_VMS_MAX);
	CHECK(page->info.kind == INSPECT_FRAME_SHARED || page->info.kind == INSPECT_FRAME_CACHE ||
	      (has_one_user(page) && page->info.users == 0));
	if (record == MEMMAP_RECORDS) {
		record = free_record(page);
		if (record != MEMMAP_RECORDS) {
			page->gpn[record] = gpn;
		}
	}
	if (record != MEMMAP_RECORDS) {
		CHECK(!(page->vms[record] & bit));
		page->vms[record] |= bit;
	} else {
		page->unknown |= bit;
		page->unknown_count++;
	}
	publish(page);
	if (has_one_user(page)) {
		page->info.vm = (uint16_t)vm;
	}
	lock_release(&page->lock);
}

void memmap_give_to(struct memmap *memmap, uint32_t mpn, uint8_t kind, uint32_t vm, uint32_t gpn)
{
	struct memmap_page *page = lock_page(memmap, mpn);

	CHECK(page->info.users == 0 && page->info.pins == 0 && page->holds == 0);
	reset_page(page, kind);
	page->vms[0] = (uint64_t)1 << vm;
	page->gpn[0] = gpn;
	page->info.vm = (uint16_t)vm;
	page->info.ppn = gpn;
	page->info.users = 1;
	lock_release(&page->lock);
}

/* Not the monitor's, and nobody needs it: to the pool. Releases the lock. */
static bool release_page(struct memmap *memmap, struct memmap_page *page, uint32_t mpn)
{
	bool is_unused = page->info.kind != INSPECT_FRAME_FREE &&
			 page->info.kind != INSPECT_FRAME_MONITOR && page->info.users == 0 &&
			 page->info.pins == 0 && page->holds == 0;

	if (is_unused) {
		page_own(ANNOTATION_OWN_FREE, 0, mpn);
		reset_page(page, INSPECT_FRAME_FREE);
	}
	lock_release(&page->lock);
	if (is_unused) {
		page_free(memmap->alloc, mpn);
	}
	return is_unused;
}

bool memmap_remove_user(struct memmap *memmap, uint32_t mpn, uint32_t vm, uint32_t gpn)
{
	struct memmap_page *page = lock_page(memmap, mpn);
	uint64_t bit = (uint64_t)1 << vm;

	page_own(ANNOTATION_OWN_RELEASE, vm, mpn);
	if (has_record(page, vm, gpn)) {
		page->vms[find_record(page, gpn)] &= ~bit;
	} else {
		CHECK(page->unknown_count != 0 && page->unknown & bit);
		page->unknown_count--;
	}
	publish(page);
	return release_page(memmap, page, mpn);
}

bool memmap_claim(struct memmap *memmap, uint32_t mpn, uint32_t vm, uint32_t gpn)
{
	struct memmap_page *page = lock_page(memmap, mpn);
	bool is_only_user = page->info.kind == INSPECT_FRAME_SHARED && page->info.users == 1 &&
			    page->info.pins == 0 && page->holds == 0 && has_record(page, vm, gpn);

	if (is_only_user) {
		page->info.kind = INSPECT_FRAME_PRIVATE;
		page->info.vm = (uint16_t)vm;
	}
	lock_release(&page->lock);
	return is_only_user;
}

void memmap_make_shared(struct memmap *memmap, uint32_t mpn)
{
	struct memmap_page *page = lock_page(memmap, mpn);

	CHECK(page->info.kind == INSPECT_FRAME_PRIVATE);
	page->info.kind = INSPECT_FRAME_SHARED;
	page->info.vm = INSPECT_VM_NONE;
	lock_release(&page->lock);
}

void memmap_set_user(struct memmap *memmap, uint32_t mpn)
{
	struct memmap_page *page = lock_page(memmap, mpn);

	page->info.flags |= INSPECT_FRAME_F_USER;
	lock_release(&page->lock);
}

__attribute__((no_sanitize("thread"))) bool memmap_is_pinned(const struct memmap *memmap,
							     uint32_t mpn)
{
	const struct memmap_page *page = memmap_lookup(memmap, mpn);

	CHECK(page);
	return *(const volatile uint32_t *)&page->info.pins != 0;
}

bool memmap_has_user(const struct memmap *memmap, uint32_t mpn, uint32_t vm, uint32_t gpn)
{
	struct memmap_page *page = lock_page(memmap, mpn);
	bool has_user = has_record(page, vm, gpn) || page->unknown >> vm & 1;

	lock_release(&page->lock);
	return has_user;
}

bool memmap_find_owner(const struct memmap *memmap, uint32_t mpn, uint32_t *vm, uint32_t *gpn)
{
	struct memmap_page *page = lock_page(memmap, mpn);
	bool is_private = page->info.kind == INSPECT_FRAME_PRIVATE && page->info.users != 0;

	*vm = page->info.vm;
	*gpn = page->info.ppn;
	lock_release(&page->lock);
	return is_private;
}

bool memmap_find_user(struct memmap *memmap, uint32_t mpn, uint32_t vm, uint32_t *gpn)
{
	struct memmap_page *page = lock_page(memmap, mpn);
	bool is_found = false;

	for (unsigned i = 0; i < MEMMAP_RECORDS && !is_found; i++) {
		is_found = page->vms[i] >> vm & 1;
		*gpn = page->gpn[i];
	}
	lock_release(&page->lock);
	return is_found;
}

void memmap_pin(struct memmap *memmap, uint32_t mpn)
{
	struct memmap_page *page = lock_page(memmap, mpn);

	CHECK(page->info.kind != INSPECT_FRAME_FREE);
	page_own(ANNOTATION_OWN_PIN, 0, mpn);
	page->info.pins++;
	lock_release(&page->lock);
}

void memmap_unpin(struct memmap *memmap, uint32_t mpn)
{
	struct memmap_page *page = lock_page(memmap, mpn);

	CHECK(page->info.pins != 0);
	page_own(ANNOTATION_OWN_UNPIN, 0, mpn);
	page->info.pins--;
	(void)release_page(memmap, page, mpn);
}

void memmap_hold(struct memmap *memmap, uint32_t mpn)
{
	struct memmap_page *page = lock_page(memmap, mpn);

	CHECK(page->info.kind == INSPECT_FRAME_SHARED || page->info.kind == INSPECT_FRAME_CACHE);
	page->holds++;
	publish(page);
	lock_release(&page->lock);
}

void memmap_drop(struct memmap *memmap, uint32_t mpn)
{
	struct memmap_page *page = lock_page(memmap, mpn);

	CHECK(page->holds != 0);
	page->holds--;
	publish(page);
	(void)release_page(memmap, page, mpn);
}

void memmap_share_module(struct memmap *memmap, uint32_t mpn)
{
	struct memmap_page *page = lock_page(memmap, mpn);

	if (page->info.kind == INSPECT_FRAME_MONITOR) {
		reset_page(page, INSPECT_FRAME_CACHE);
		page->holds = 1;
		page->info.flags = INSPECT_FRAME_F_TEXT;
		publish(page);
	}
	lock_release(&page->lock);
}

bool memmap_evict(struct memmap *memmap, uint32_t mpn)
{
	struct memmap_page *page = lock_page(memmap, mpn);
	bool is_idle = page->info.users == 0 && page->info.pins == 0 && page->holds == 1;

	if (is_idle) {
		page->holds = 0;
	}
	return release_page(memmap, page, mpn);
}
