/* SPDX-License-Identifier: MIT */
/*
 * alloc.c - pools of free pages: bits, summary bits, next fit, fallback by distance.
 *
 * A bit's number in its pool is the frame's number on its node (frame_of_node); in the block layout
 * consecutive bits are consecutive machine pages but across the I/O hole, in the round-robin layout
 * they never are. Runs are looked for by machine page, so both follow.
 */
#include "src/pmap/alloc.h"

#if MONITOR_TORTURE
#include "src/cpu/torture.h"
/* The nearest node has no page, no node a run: often. */
#define FAILS() (torture_random() % 4 == 0)
#else
#define FAILS() false
#endif

#define WORD_BITS  64U
#define INDEX_NONE 0xffffffff

static size_t words_for(size_t bits)
{
	return (bits + WORD_BITS - 1) / WORD_BITS;
}

static bool bit_is_set(const uint64_t *bits, size_t index)
{
	return bits[index / WORD_BITS] >> (index % WORD_BITS) & 1;
}

/*
 * Number of the lowest 1 of a word that is not 0 (the R4000 has no instruction for it): the upper
 * six bits of the factor, shifted left by 0 to 63, are all different.
 */
static uint32_t lowest_bit(uint64_t word)
{
	static const uint8_t number[WORD_BITS] = {
		0,  1,  48, 2,  57, 49, 28, 3,  61, 58, 50, 42, 38, 29, 17, 4,
		62, 55, 59, 36, 53, 51, 43, 22, 45, 39, 33, 30, 24, 18, 12, 5,
		63, 47, 56, 27, 60, 41, 37, 16, 54, 35, 52, 21, 44, 32, 23, 11,
		46, 26, 40, 15, 34, 20, 31, 10, 25, 14, 19, 9,  13, 8,  7,  6,
	};

	return number[(word & -word) * 0x03f79d71b4cb0a89 >> 58];
}

size_t page_pool_bytes(uint32_t frame_count)
{
	size_t words = words_for(frame_count);

	return sizeof(struct page_pool) + sizeof(uint64_t) * (words + words_for(words));
}

/* Row i of `order`: an insertion sort by (distance from i, number), i itself first. */
static void sort_nodes(struct page_alloc *alloc, size_t i, const uint32_t *distance)
{
	uint8_t *order = alloc->order[i];
	size_t count = 1;

	order[0] = (uint8_t)i;
	for (size_t j = 0; j < alloc->node_count; j++) {
		size_t place = count;

		if (j == i) {
			continue;
		}
		while (place > 1 && distance[order[place - 1]] > distance[j]) {
			order[place] = order[place - 1];
			place--;
		}
		order[place] = (uint8_t)j;
		count++;
	}
}

enum status page_alloc_init(struct page_alloc *alloc, uint32_t node_count, uint32_t frames_per_node,
			    enum frame_layout layout, const uint32_t *distance)
{
	if (node_count == 0 || node_count > MAP_NODES_MAX || frames_per_node == 0 ||
	    (uint64_t)node_count * frames_per_node > FRAME_COUNT_MAX) {
		return ERR_RANGE;
	}
	alloc->node_count = node_count;
	alloc->frames_per_node = frames_per_node;
	alloc->layout = layout;
	for (size_t i = 0; i < node_count; i++) {
		alloc->pool[i] = NULL;
		sort_nodes(alloc, i, distance + i * node_count);
	}
	return OK;
}

enum status page_pool_init(struct page_alloc *alloc, uint32_t node, void *storage)
{
	struct page_pool *pool = storage;
	size_t words = words_for(alloc->frames_per_node);

	if (node >= alloc->node_count) {
		return ERR_RANGE;
	}
	*pool = (struct page_pool){
		.frame_count = alloc->frames_per_node,
		.bits = (uint64_t *)(pool + 1),
		.summary = (uint64_t *)(pool + 1) + words,
		.fail_after = UINT64_MAX,
	};
	for (size_t i = 0; i < words + words_for(words); i++) {
		pool->bits[i] = 0;
	}
	alloc->pool[node] = pool;
	return OK;
}

bool page_locate(const struct page_alloc *alloc, uint32_t mpn, uint32_t *node, uint32_t *index)
{
	uint64_t found;
	uint32_t frame;
	uint32_t quotient;

	if (!frame_of_paddr((uint64_t)(int32_t)mpn << MAP_PAGE_SHIFT,
			    (uint64_t)alloc->node_count * alloc->frames_per_node, &found)) {
		return false;
	}
	frame = (uint32_t)found;
	/* As frame_home_node(), which would divide once more. */
	if (alloc->layout == FRAME_ROUND_ROBIN) {
		quotient = frame / alloc->node_count;
		*index = quotient;
		*node = frame - quotient * alloc->node_count;
	} else {
		quotient = frame / alloc->frames_per_node;
		*index = frame - quotient * alloc->frames_per_node;
		*node = quotient;
	}
	return true;
}

static uint32_t page_of(const struct page_alloc *alloc, uint32_t node, uint32_t index)
{
	return (uint32_t)frame_to_page(frame_of_node(node, index, alloc->layout,
						     alloc->frames_per_node, alloc->node_count));
}

static void set_bit(struct page_pool *pool, size_t index)
{
	size_t word = index / WORD_BITS;

	pool->bits[word] |= (uint64_t)1 << index % WORD_BITS;
	pool->summary[word / WORD_BITS] |= (uint64_t)1 << word % WORD_BITS;
	pool->free_count++;
}

static void clear_bit(struct page_pool *pool, size_t index)
{
	size_t word = index / WORD_BITS;

	pool->bits[word] &= ~((uint64_t)1 << index % WORD_BITS);
	if (pool->bits[word] == 0) {
		pool->summary[word / WORD_BITS] &= ~((uint64_t)1 << word % WORD_BITS);
	}
	pool->free_count--;
}

/* The pool has `wanted` pages to give: counts down what tests allow. Under its lock. */
static bool may_take(struct page_pool *pool, uint32_t wanted)
{
	if (pool->free_count < wanted || pool->fail_after < wanted) {
		return false;
	}
	if (pool->fail_after != UINT64_MAX) {
		pool->fail_after -= wanted;
	}
	return true;
}

/* The next word that has a free page, if this one has none any more. */
static void next_word(struct page_pool *pool)
{
	size_t words = words_for(pool->frame_count);
	size_t summaries = words_for(words);
	size_t at = pool->next / WORD_BITS;
	uint64_t candidates = pool->summary[at] & (UINT64_MAX << pool->next % WORD_BITS);

	/* The first summary word twice: from `next` on, at the end all of it. */
	for (size_t i = 0; candidates == 0 && i < summaries; i++) {
		at = at + 1 == summaries ? 0 : at + 1;
		candidates = pool->summary[at];
	}
	CHECK(candidates != 0);
	pool->next = (uint32_t)at * WORD_BITS + lowest_bit(candidates);
}

/* The next free page from where the last one was found. The pool is not empty. */
static uint32_t next_fit(struct page_pool *pool)
{
	if (pool->bits[pool->next] == 0) {
		next_word(pool);
	}
	return pool->next * WORD_BITS + lowest_bit(pool->bits[pool->next]);
}

static enum status take_from(struct page_alloc *alloc, uint32_t node, uint32_t hint, uint32_t *mpn)
{
	struct page_pool *pool = alloc->pool[node];
	uint32_t hint_node = node;
	uint32_t index = INDEX_NONE;

	if (hint != PAGE_ALLOC_NO_HINT &&
	    (!page_locate(alloc, hint, &hint_node, &index) || hint_node != node)) {
		index = INDEX_NONE;
	}
	lock_acquire(&pool->lock);
	if (!may_take(pool, 1)) {
		lock_release(&pool->lock);
		return ERR_NOMEM;
	}
	if (index == INDEX_NONE || !bit_is_set(pool->bits, index)) {
		index = next_fit(pool);
	}
	clear_bit(pool, index);
	lock_release(&pool->lock);
	*mpn = page_of(alloc, node, index);
	return OK;
}

__attribute__((noinline)) enum status page_alloc_hint(struct page_alloc *alloc, uint32_t node,
						      uint32_t hint, uint32_t *mpn)
{
	if (node >= alloc->node_count) {
		return ERR_RANGE;
	}
	for (uint32_t i = 0; i < alloc->node_count; i++) {
		bool fails = i + 1 < alloc->node_count && FAILS();

		if (!fails && take_from(alloc, alloc->order[node][i], hint, mpn) == OK) {
			return OK;
		}
	}
	return ERR_NOMEM;
}

enum status page_alloc_here(struct page_alloc *alloc, uint32_t node, uint32_t *mpn)
{
	return FAILS() ? ERR_NOMEM : take_from(alloc, node, PAGE_ALLOC_NO_HINT, mpn);
}

enum status page_alloc(struct page_alloc *alloc, uint32_t node, uint32_t *mpn)
{
	return page_alloc_hint(alloc, node, PAGE_ALLOC_NO_HINT, mpn);
}

/* All `count` pages from bit `index` on free: by words where whole words are asked for. */
static bool run_is_free(const struct page_pool *pool, size_t index, size_t count)
{
	while (count != 0) {
		size_t shift = index % WORD_BITS;
		size_t here = WORD_BITS - shift < count ? WORD_BITS - shift : count;
		uint64_t ones = here < WORD_BITS ? ((uint64_t)1 << here) - 1 : UINT64_MAX;

		if ((~pool->bits[index / WORD_BITS] >> shift & ones) != 0) {
			return false;
		}
		index += here;
		count -= here;
	}
	return true;
}

/* First bit of a free run of `count` (a power of two) aligned machine pages. Under the lock. */
static uint32_t find_run(const struct page_alloc *alloc, uint32_t node, uint32_t count)
{
	const struct page_pool *pool = alloc->pool[node];
	uint32_t index = 0;

	while (index < pool->frame_count && pool->frame_count - index >= count) {
		uint32_t first = page_of(alloc, node, index);
		uint32_t behind = first & (count - 1);

		if (behind == 0 && page_of(alloc, node, index + count - 1) == first + count - 1 &&
		    run_is_free(pool, index, count)) {
			return index;
		}
		/* To the next aligned page; a step that meets the hole only comes out unaligned. */
		index += alloc->layout == FRAME_ROUND_ROBIN ? 1 : count - behind;
	}
	return INDEX_NONE;
}

/* `wanted` pages from page `first` of a free run of `count` on. */
static enum status take_run(struct page_alloc *alloc, uint32_t node, uint32_t count, uint32_t first,
			    uint32_t wanted, uint32_t *mpn)
{
	struct page_pool *pool = alloc->pool[node];
	uint32_t index = INDEX_NONE;

	if (FAILS()) {
		return ERR_NOMEM;
	}
	lock_acquire(&pool->lock);
	if (pool->free_count >= count && (pool->no_run == 0 || count < pool->no_run)) {
		index = find_run(alloc, node, count);
		if (index == INDEX_NONE) {
			pool->no_run = count;
		}
	}
	if (index == INDEX_NONE || !may_take(pool, wanted)) {
		lock_release(&pool->lock);
		return ERR_NOMEM;
	}
	index += first;
	for (uint32_t i = 0; i < wanted; i++) {
		clear_bit(pool, index + i);
	}
	lock_release(&pool->lock);
	*mpn = page_of(alloc, node, index);
	return OK;
}

enum status page_alloc_in_run(struct page_alloc *alloc, uint32_t node, unsigned order,
			      uint32_t offset, uint32_t *mpn)
{
	if (node >= alloc->node_count || order >= 32 || offset >= (uint32_t)1 << order) {
		return ERR_RANGE;
	}
	return take_run(alloc, node, (uint32_t)1 << order, offset, 1, mpn);
}

enum status page_alloc_run(struct page_alloc *alloc, uint32_t node, unsigned order, bool here_only,
			   uint32_t *mpn)
{
	if (node >= alloc->node_count || order >= 32) {
		return ERR_RANGE;
	}
	for (uint32_t i = 0; i < (here_only ? 1 : alloc->node_count); i++) {
		uint32_t count = (uint32_t)1 << order;

		if (take_run(alloc, alloc->order[node][i], count, 0, count, mpn) == OK) {
			return OK;
		}
	}
	return ERR_NOMEM;
}

void page_give(struct page_alloc *alloc, uint32_t node, uint32_t index)
{
	CHECK(!bit_is_set(alloc->pool[node]->bits, index));
	set_bit(alloc->pool[node], index);
	alloc->pool[node]->no_run = 0;
}

void page_free(struct page_alloc *alloc, uint32_t mpn)
{
	uint32_t node;
	uint32_t index;
	bool is_ram = page_locate(alloc, mpn, &node, &index);

	CHECK(is_ram);
	lock_acquire(&alloc->pool[node]->lock);
	page_give(alloc, node, index);
	lock_release(&alloc->pool[node]->lock);
}

uint64_t page_alloc_free_count(const struct page_alloc *alloc)
{
	uint64_t count = 0;

	for (uint32_t i = 0; i < alloc->node_count; i++) {
		count += alloc->pool[i]->free_count;
	}
	return count;
}

uint32_t page_node(const struct page_alloc *alloc, uint32_t mpn)
{
	uint32_t node;
	uint32_t index;

	return page_locate(alloc, mpn, &node, &index) ? node : alloc->node_count;
}

bool page_is_free(const struct page_alloc *alloc, uint32_t mpn)
{
	uint32_t node;
	uint32_t index;

	return page_locate(alloc, mpn, &node, &index) && bit_is_set(alloc->pool[node]->bits, index);
}
