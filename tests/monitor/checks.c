/* SPDX-License-Identifier: MIT */
/* checks.c - invariants of memmap and pmap (checks.h). */
#include "tests/monitor/checks.h"

#include "isa/cp0.h"

#include "src/pmap/memmap.h"
#include "src/pmap/pmap_priv.h"

static const char *check_memmap_page(const struct memmap_page *page)
{
	const struct inspect_frame *info = &page->info;
	bool has_one_user =
		info->kind == INSPECT_FRAME_PRIVATE || info->kind == INSPECT_FRAME_REPLICA;
	uint32_t records = 0;

	for (size_t i = 0; i < MEMMAP_RECORDS; i++) {
		records += (uint32_t)__builtin_popcountll(page->vms[i]);
	}

	if (info->users != (page->unknown_count ? MEMMAP_USERS_UNKNOWN : records) ||
	    (page->unknown != 0) != (page->unknown_count != 0)) {
		return "memmap I3: users";
	}
	if (info->kind == INSPECT_FRAME_FREE &&
	    (info->users != 0 || info->pins != 0 || info->flags != 0 || page->holds != 0)) {
		return "memmap I1: a free page in use";
	}
	if (has_one_user && !(info->users == 0 && info->pins != 0) &&
	    (info->users != 1 || !((page->vms[0] | page->vms[1]) >> info->vm & 1) ||
	     page->holds != 0)) {
		return "memmap I1: a private page without its one user";
	}
	if (info->kind == INSPECT_FRAME_CACHE &&
	    (info->users != 0 || (page->holds == 0 && info->pins == 0))) {
		return "memmap I1: a cached page in use, or not held";
	}
	if (info->kind == INSPECT_FRAME_SHARED && info->vm != INSPECT_VM_NONE) {
		return "memmap I1: a shared page of one VM";
	}
	if (page->vms[0] != 0 && page->vms[1] != 0 && page->gpn[0] == page->gpn[1]) {
		return "memmap I2: a guest page in two records";
	}
	return NULL;
}

const char *memmap_check(const struct memmap *memmap)
{
	const struct page_alloc *alloc = memmap->alloc;

	for (uint32_t node = 0; node < alloc->node_count; node++) {
		for (uint32_t i = 0; i < alloc->frames_per_node; i++) {
			const struct memmap_page *page = &memmap->node[node][i];
			const char *broken = check_memmap_page(page);
			uint32_t mpn = (uint32_t)frame_to_page(frame_of_node(
				node, i, alloc->layout, alloc->frames_per_node, alloc->node_count));

			if (broken) {
				return broken;
			}
			if ((page->info.kind == INSPECT_FRAME_FREE) != page_is_free(alloc, mpn)) {
				return "alloc I3: free in one table alone";
			}
		}
	}
	return NULL;
}

/* I7, of a page at rest. */
static const char *check_views(const struct pmap *pmap, uint32_t frame)
{
	const struct pmap_page *page = pmap_page(pmap, frame);
	uint64_t views = pmap->views[frame / PMAP_GROUP_FRAMES];
	uint32_t master = pmap->ready[frame] & ~PMAP_READY_LARGE;
	uint32_t nodes = pmap->memmap->alloc->node_count;

	if ((page->replicas != 0 && !(page->state & PMAP_S_REPLICATED)) ||
	    (page->replicas & ~views) != 0 || (!pmap->has_views && views != 0)) {
		return "pmap I7: sets of nodes";
	}
	for (uint32_t node = 0; pmap->has_views && node < nodes; node++) {
		uint32_t word = pmap->view[node][frame] & ~PMAP_READY_LARGE;

		if ((page->replicas >> node & 1) !=
		    (pmap->copies[node][frame / PMAP_GROUP_FRAMES] >> frame % PMAP_GROUP_FRAMES &
		     1)) {
			return "pmap I7: which nodes have copies";
		}
		if (page->replicas >> node & 1) {
			const struct memmap_page *copy =
				memmap_lookup(pmap->memmap, pmap_mpn(word));

			if (word != pmap_ready_word(pmap_mpn(word), page->state) || !copy ||
			    copy->info.kind != INSPECT_FRAME_REPLICA || copy->info.vm != pmap->vm ||
			    copy->info.ppn != pmap_gpn(frame) ||
			    page_node(pmap->memmap->alloc, pmap_mpn(word)) != node) {
				return "pmap I7: a copy";
			}
		} else if (views >> node & 1 ? word & ENTRYLO_V && word != master &&
						       word != (master & ~(uint32_t)ENTRYLO_D)
					     : word != PMAP_READY_NONE) {
			return "pmap I7: a view";
		}
	}
	return NULL;
}

/* I1 to I4 for one page at rest. */
static const char *check_page(const struct pmap *pmap, uint32_t frame)
{
	const struct pmap_page *page = pmap_page(pmap, frame);
	uint32_t word = pmap->ready[frame] & ~PMAP_READY_LARGE;
	const struct memmap_page *machine = memmap_lookup(pmap->memmap, pmap_mpn(word));

	if (page->state & PMAP_S_BUSY || page->lock.word != 0) {
		return "pmap: a page busy or locked at rest";
	}
	if (!(page->state & PMAP_S_PRESENT)) {
		if (word == PMAP_READY_SWAPPED && page->state == 0) {
			return NULL;
		}
		return word == PMAP_READY_NONE ? check_views(pmap, frame)
					       : "pmap I1: a word without page";
	}
	if (pmap_mpn(word) == 0 || !machine) {
		return "pmap I1: present without page";
	}
	if (word != pmap_ready_word(pmap_mpn(word), page->state)) {
		return "pmap I2, I3: V or D";
	}
	if (check_views(pmap, frame) != NULL) {
		return check_views(pmap, frame);
	}
	if (!memmap_has_user(pmap->memmap, pmap_mpn(word), pmap->vm, pmap_gpn(frame))) {
		return "pmap I4: the memmap does not know this user";
	}
	if (machine->info.kind !=
	    (page->state & PMAP_S_COW ? INSPECT_FRAME_SHARED : INSPECT_FRAME_PRIVATE)) {
		return "pmap I4: kind";
	}
	if (machine->info.pins != 0 && !(page->state & (PMAP_S_COW | PMAP_S_PINNED))) {
		return "pmap I4: pinned";
	}
	return NULL;
}

const char *pmap_check(const struct pmap *pmap)
{
	for (uint32_t frame = 0; frame < pmap->frame_count; frame++) {
		const char *broken = NULL;

		if (pmap_gpn(frame) - TRAMPOLINE_GPN < TRAMPOLINE_PAGES) {
			continue;
		}
		broken = check_page(pmap, frame);
		if (broken) {
			return broken;
		}
	}
	if (pmap->frame_count & 1 && pmap->ready[pmap->frame_count] != PMAP_READY_NONE) {
		return "pmap I6: the word behind the last";
	}
	return pmap_check_large(pmap);
}
