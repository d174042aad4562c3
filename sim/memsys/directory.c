/* SPDX-License-Identifier: MIT */
/*
 * directory.c - the homes' records of lines, by pages of 4 KB that exist from the first touch on.
 *
 * Pages are numbered: RAM by frame, then the rows of the miss counters, then boot memory. Which
 * node is the home of a line is machine/frame.h's business for RAM; a row belongs to its frame's
 * home, boot memory to node 0 (docs/machine/map.md).
 */
#include <stdlib.h>

#include "machine/map.h"
#include "machine/misscount.h"
#include "sim/memsys/memsys_priv.h"

#define BOOT_PAGES (MAP_BOOT_BYTES >> MAP_PAGE_SHIFT)
#define NO_PAGE    UINT64_MAX

static uint64_t row_page_count(const struct memsys *memsys)
{
	return (memsys->frame_count * MISSCOUNT_ROW_BYTES + MAP_PAGE_BYTES - 1) >> MAP_PAGE_SHIFT;
}

static uint64_t page_number(const struct memsys *memsys, uint64_t paddr)
{
	uint64_t frame;

	if (frame_of_paddr(paddr, memsys->frame_count, &frame)) {
		return frame;
	}
	if (paddr >= MAP_MISS_BASE) {
		uint64_t page = (paddr - MAP_MISS_BASE) >> MAP_PAGE_SHIFT;

		return page < row_page_count(memsys) ? memsys->frame_count + page : NO_PAGE;
	}
	if (paddr >= MAP_BOOT_BASE && paddr - MAP_BOOT_BASE < MAP_BOOT_BYTES) {
		return memsys->frame_count + row_page_count(memsys) +
		       ((paddr - MAP_BOOT_BASE) >> MAP_PAGE_SHIFT);
	}
	return NO_PAGE;
}

bool directory_has(const struct memsys *memsys, uint64_t paddr)
{
	return page_number(memsys, paddr) != NO_PAGE;
}

unsigned memsys_home_node(const struct memsys *memsys, uint64_t paddr)
{
	uint64_t frame;

	if (!frame_of_paddr(paddr, memsys->frame_count, &frame)) {
		if (paddr < MAP_MISS_BASE) {
			return 0;
		}
		frame = (paddr - MAP_MISS_BASE) >> MISSCOUNT_ROW_SHIFT;
		if (frame >= memsys->frame_count) {
			return 0;
		}
	}
	return frame_home_node(frame, memsys->config.layout, memsys->config.frames_per_node,
			       memsys->config.nodes);
}

static unsigned lines_per_page(const struct memsys *memsys)
{
	return MAP_PAGE_BYTES >> memsys->l2_shift;
}

struct home_page *directory_make_page(struct memsys *memsys, uint64_t number)
{
	unsigned count = lines_per_page(memsys);
	size_t bytes = sizeof(struct home_page) + count * sizeof(struct home_line);
	struct home_page *page = memsys_allocate(1, bytes);

	for (unsigned i = 0; i < count; i++) {
		struct home_line *line = &page->lines[i];

		line->home.owner = PROTOCOL_AGENT_NONE;
		line->home.requester = PROTOCOL_AGENT_NONE;
		line->wait_first = NO_INDEX;
		line->wait_last = NO_INDEX;
	}
	if (memsys->config.classify) {
		page->history = memsys_allocate(count, sizeof(*page->history));
		bytes += count * sizeof(*page->history);
	}
	memsys->directory_bytes += bytes;
	memsys->pages[number] = page;
	return page;
}

static unsigned line_in_page(const struct memsys *memsys, uint64_t line)
{
	return (unsigned)(line & (MAP_PAGE_BYTES - 1)) >> memsys->l2_shift;
}

struct home_line *directory_find(const struct memsys *memsys, uint64_t line)
{
	uint64_t number = page_number(memsys, line);

	if (number == NO_PAGE || !memsys->pages[number]) {
		return NULL;
	}
	return &memsys->pages[number]->lines[line_in_page(memsys, line)];
}

struct home_line *directory_line(struct memsys *memsys, uint64_t line)
{
	uint64_t number = page_number(memsys, line);
	struct home_page *page = memsys->pages[number];

	if (!page) {
		page = directory_make_page(memsys, number);
	}
	return &page->lines[line_in_page(memsys, line)];
}

struct line_history *directory_history(struct memsys *memsys, uint64_t line)
{
	uint64_t number = page_number(memsys, line);
	struct home_page *page = memsys->pages[number];

	if (!page) {
		page = directory_make_page(memsys, number);
	}
	return page->history ? &page->history[line_in_page(memsys, line)] : NULL;
}

void directory_clear(struct memsys *memsys)
{
	for (uint64_t number = 0; number < memsys->page_count; number++) {
		struct home_page *page = memsys->pages[number];

		if (!page) {
			continue; /* and the host page stays untouched */
		}
		if (page->history) {
			for (unsigned i = 0; i < lines_per_page(memsys); i++) {
				free(page->history[i].written);
			}
			free(page->history);
		}
		free(page);
		memsys->pages[number] = NULL;
	}
	memsys->waiting_count = 0;
	memsys->waiting_free = NO_INDEX;
	memsys->directory_bytes = 0;
}

uint32_t waiting_allocate(struct memsys *memsys)
{
	uint32_t index = memsys->waiting_free;

	if (index == NO_INDEX) {
		uint32_t old = memsys->waiting_count;
		uint32_t count = old ? 2 * old : 64;

		memsys->waiting = memsys_resize(memsys->waiting, count, sizeof(*memsys->waiting));
		for (uint32_t i = old; i < count; i++) {
			memsys->waiting[i].next = i + 1 < count ? i + 1 : NO_INDEX;
		}
		memsys->waiting_count = count;
		index = old;
	}
	memsys->waiting_free = memsys->waiting[index].next;
	return index;
}

void waiting_release(struct memsys *memsys, uint32_t index)
{
	memsys->waiting[index].next = memsys->waiting_free;
	memsys->waiting_free = index;
}
