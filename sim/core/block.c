/* SPDX-License-Identifier: MIT */
/*
 * block.c - building, finding and dropping predecoded blocks.
 *
 * Called by run.c when a pc has no block yet and by mmu.c when code is written.
 */
#include "sim/core/block.h"

#include <stdlib.h>
#include <string.h>

#include "sim/core/core.h"
#include "sim/core/exec.h"
#include "sim/memsys/memsys.h"

#define BREAKS_MAX 256U

/* Blocks are cut from chunks; a cache holding CODE_CHUNKS_MAX is emptied whole. */
struct chunk {
	struct chunk *next;
	size_t used;
	_Alignas(16) uint8_t bytes[];
};

struct code_cache {
	struct ram *ram;
	struct code_page **frame_pages; /* by frame: its pages, linked by next_key */
	struct chunk *chunks;
	unsigned chunk_count;
	bool big_endian;
	/* Of the instruction cache, for timed blocks (memsys.h). */
	uint32_t line_bytes;
	uint32_t set_mask;
	uint8_t stride_shift;
	unsigned break_count;
	uint64_t breaks[BREAKS_MAX];
	uint64_t points[RAM_PAGE_BYTES / 4 / 64]; /* by page offset: hooks.point */
};

static void *checked_alloc(size_t bytes)
{
	void *memory = calloc(1, bytes);

	if (memory == NULL) {
		abort(); /* the host is out of memory: nothing sensible is left to do */
	}
	return memory;
}

static void *chunk_alloc(struct code_cache *cache, size_t bytes)
{
	struct chunk *chunk = cache->chunks;

	bytes = (bytes + 15U) & ~(size_t)15U;
	if (chunk == NULL || chunk->used + bytes > CODE_CHUNK_BYTES) {
		chunk = checked_alloc(sizeof(*chunk) + CODE_CHUNK_BYTES);
		chunk->next = cache->chunks;
		cache->chunks = chunk;
		cache->chunk_count++;
	}
	void *memory = chunk->bytes + chunk->used;

	chunk->used += bytes;
	return memory;
}

struct code_cache *code_create(struct ram *ram, bool big_endian)
{
	struct code_cache *cache = checked_alloc(sizeof(*cache));

	cache->ram = ram;
	cache->big_endian = big_endian;
	cache->line_bytes = RAM_PAGE_BYTES;
	cache->frame_pages = checked_alloc(ram->pages * sizeof(*cache->frame_pages));
	return cache;
}

void code_set_lines(struct code_cache *cache, const struct memsys_l1 *l1)
{
	cache->line_bytes = 1U << l1->line_shift;
	cache->set_mask = l1->set_mask;
	cache->stride_shift = l1->stride_shift;
}

static void free_chunks(struct code_cache *cache)
{
	while (cache->chunks != NULL) {
		struct chunk *next = cache->chunks->next;

		free(cache->chunks);
		cache->chunks = next;
	}
	cache->chunk_count = 0;
}

void code_destroy(struct code_cache *cache)
{
	if (cache == NULL) {
		return;
	}
	free_chunks(cache);
	free(cache->frame_pages);
	free(cache);
}

struct code_page *code_page_get(struct code_cache *cache, uint64_t frame, uint8_t key)
{
	struct code_page *page = cache->frame_pages[frame];

	while (page != NULL && page->key != key) {
		page = page->next_key;
	}
	if (page == NULL) {
		page = chunk_alloc(cache, sizeof(*page));
		memset(page, 0, sizeof(*page));
		page->frame = frame;
		page->key = key;
		page->next_key = cache->frame_pages[frame];
		cache->frame_pages[frame] = page;
	}
	return page;
}

bool code_touches(const struct code_cache *cache, uint64_t frame, uint32_t offset, unsigned size)
{
	uint64_t lines = (1ULL << (offset >> 6)) | (1ULL << ((offset + size - 1) >> 6));
	const struct code_page *page = cache->frame_pages[frame];

	while (page != NULL) {
		if (page->lines & lines) {
			return true;
		}
		page = page->next_key;
	}
	return false;
}

void code_drop(struct code_cache *cache, uint64_t frame)
{
	struct code_page *page = cache->frame_pages[frame];

	/* Pages stay, because fetch entries point to them; their blocks go. */
	while (page != NULL) {
		memset(page->at, 0, sizeof(page->at));
		page->lines = 0;
		page = page->next_key;
	}
}

bool code_is_full(const struct code_cache *cache)
{
	return cache->chunk_count >= CODE_CHUNKS_MAX;
}

void code_reclaim(struct code_cache *cache)
{
	/* Writing only where something is leaves the host's pages for unused RAM unused. */
	for (uint64_t frame = 0; frame < cache->ram->pages; frame++) {
		if (cache->frame_pages[frame] != NULL) {
			cache->frame_pages[frame] = NULL;
			cache->ram->flags[frame] &= (uint8_t)~RAM_CODE;
		}
	}
	free_chunks(cache);
}

void code_set_breaks(struct code_cache *cache, const uint64_t *vaddrs, unsigned count)
{
	cache->break_count = count < BREAKS_MAX ? count : BREAKS_MAX;
	memcpy(cache->breaks, vaddrs, cache->break_count * sizeof(*vaddrs));
}

bool code_may_break(const struct code_cache *cache, uint64_t vaddr)
{
	for (unsigned i = 0; i < cache->break_count; i++) {
		if (((cache->breaks[i] ^ vaddr) & CORE_PAGE_OFFSET) == 0) {
			return true;
		}
	}
	return false;
}

void code_add_point(struct code_cache *cache, uint64_t vaddr)
{
	uint64_t word = (vaddr & CORE_PAGE_OFFSET) / 4;

	cache->points[word / 64] |= 1ULL << (word % 64);
	for (uint64_t frame = 0; frame < cache->ram->pages; frame++) {
		code_drop(cache, frame);
	}
}

bool code_is_point(const struct code_cache *cache, uint64_t vaddr)
{
	uint64_t word = (vaddr & CORE_PAGE_OFFSET) / 4;

	return (cache->points[word / 64] >> (word % 64) & 1) != 0;
}

static uint32_t fetch_word(const struct code_cache *cache, const uint8_t *page, uint32_t offset)
{
	uint32_t word;

	memcpy(&word, page + offset, sizeof(word));
	return cache->big_endian ? __builtin_bswap32(word) : word;
}

/* Length, ending and distances of the block that starts at `offset`. */
struct block_plan {
	uint32_t insns;
	bool has_slot;
	bool slot_crosses;
	int32_t distance[2];
	op_fn *end;
};

static bool has_delay(enum isa_id id)
{
	return (isa_descs[id].flags & ISA_F_DELAY) != 0;
}

/* Writing these CP0 registers changes nothing but the register. */
static bool is_plain_cp0(unsigned reg)
{
	switch (reg) {
	case CP0_INDEX:
	case CP0_ENTRYLO0:
	case CP0_ENTRYLO1:
	case CP0_CONTEXT:
	case CP0_PAGEMASK:
	case CP0_WIRED:
	case CP0_EPC:
	case CP0_XCONTEXT:
	case CP0_TAGLO:
	case CP0_TAGHI:
	case CP0_ERROREPC:
		return true;
	default:
		return false;
	}
}

/* Must the block end after this instruction? */
static bool ends_block(uint32_t word, enum isa_id id)
{
	if (id == ISA_mtc0 || id == ISA_dmtc0) {
		return !is_plain_cp0(isa_rd(word));
	}
	return (isa_descs[id].flags & ISA_F_ENDS) != 0;
}

/*
 * A branch ends the block with its slot. If the slot is in the next page, would itself end a block,
 * or carries a breakpoint, the block ends before the branch, which is then stepped (insns 0). So it
 * does if the branch may skip a slot in the next line (`end`), which is then not fetched.
 */
static void plan_branch(const struct code_cache *cache, const uint8_t *page, uint32_t offset,
			uint32_t end, enum isa_id id, struct block_plan *plan)
{
	uint32_t slot = offset + plan->insns * 4 + 4;
	uint32_t word = fetch_word(cache, page, slot - 4);
	bool likely = (isa_descs[id].flags & ISA_F_LIKELY) != 0;
	bool fits =
		slot < RAM_PAGE_BYTES && !code_may_break(cache, slot) && (slot < end || !likely);

	if (fits) {
		uint32_t slot_word = fetch_word(cache, page, slot);
		enum isa_id slot_id = isa_decode(slot_word);

		fits = !has_delay(slot_id) && !ends_block(slot_word, slot_id);
	}
	if (!fits) {
		plan->end = op_end_fall;
		plan->distance[0] = (int32_t)(plan->insns * 4);
		return;
	}
	plan->has_slot = true;
	plan->slot_crosses = slot >= end;
	plan->insns += 2;
	plan->distance[0] = (int32_t)(plan->insns * 4);
	plan->distance[1] = (int32_t)(slot - offset) + isa_simm(word) * 4;
	plan->end = isa_descs[id].class == ISA_CLASS_JUMP ? op_end_jump : op_end_branch;
}

static struct block_plan plan_block(const struct code_cache *cache, const uint8_t *page,
				    uint32_t offset, uint8_t key)
{
	struct block_plan plan = { .end = op_end_fall };
	uint32_t unit = (key & DECODE_TIMED) ? cache->line_bytes : RAM_PAGE_BYTES;
	uint32_t end = (offset | (unit - 1)) + 1;

	while (plan.insns < BLOCK_INSNS_MAX - 2) {
		uint32_t here = offset + plan.insns * 4;

		if (here >= end || (plan.insns > 0 &&
				    (code_may_break(cache, here) || code_is_point(cache, here)))) {
			break;
		}
		uint32_t word = fetch_word(cache, page, here);
		enum isa_id id = isa_decode(word);

		if (has_delay(id)) {
			plan_branch(cache, page, offset, end, id, &plan);
			return plan;
		}
		plan.insns++;
		if (ends_block(word, id)) {
			plan.end = op_end_stop;
			break;
		}
	}
	plan.distance[0] = (int32_t)(plan.insns * 4);
	return plan;
}

/* Does a block of this plan jump inside its own page, so that next[which] may be linked? */
static bool stays_in_page(uint32_t offset, int32_t distance)
{
	int64_t there = (int64_t)offset + distance;

	return there >= 0 && there < (int64_t)RAM_PAGE_BYTES;
}

/* Notes where code was decoded; the slot word that decided against a branch counts as well. */
static void mark_lines(struct code_page *page, uint32_t offset, uint32_t insns)
{
	uint32_t last = offset + insns * 4 + 3;

	for (uint32_t line = offset >> 6; line <= last >> 6 && line < 64; line++) {
		page->lines |= 1ULL << line;
	}
}

/* The fused ending of a branch, NULL if it has none. */
static op_fn *fused_ending(enum isa_id id)
{
	switch (id) {
	case ISA_beq:
		return op_beq_fused;
	case ISA_bne:
		return op_bne_fused;
	case ISA_blez:
		return op_blez_fused;
	case ISA_bgtz:
		return op_bgtz_fused;
	case ISA_bltz:
		return op_bltz_fused;
	case ISA_bgez:
		return op_bgez_fused;
	case ISA_j:
		return op_j_fused;
	case ISA_jal:
		return op_jal_fused;
	case ISA_jr:
		return op_jr_fused;
	default:
		return NULL;
	}
}

/* Integer arithmetic that can raise nothing. */
static bool is_pure(enum isa_id id)
{
	switch (id) {
	case ISA_add:
	case ISA_addi:
	case ISA_sub:
	case ISA_dadd:
	case ISA_daddi:
	case ISA_dsub:
		return false;
	default:
		return isa_descs[id].class == ISA_CLASS_ALU;
	}
}

/*
 * Executes the slot before the branch where nobody can tell the difference, and spares the branch
 * an operation of its own. `ops` holds branch and slot, and gets what replaces them if they can be
 * fused; false if they cannot.
 */
static bool fuse_branch(struct op *ops, enum isa_id branch, enum isa_id slot, const struct op *end)
{
	op_fn *ending = fused_ending(branch);
	bool slot_uses_link =
		branch == ISA_jal && (ops[1].d == 31 || ops[1].s == 31 || ops[1].t == 31);

	if (ending == NULL || !is_pure(slot) || ops[1].run == op_reserved_x64 ||
	    ops[1].d == ops[0].s || ops[1].d == ops[0].t || slot_uses_link) {
		return false;
	}
	struct op fused = ops[0];

	fused.run = ending;
	fused.a = (uint8_t)(end->s | (end->t << 1));
	if (ops[1].run == op_nop) {
		ops[0] = fused;
	} else {
		ops[0] = ops[1];
		ops[1] = fused;
	}
	return true;
}

/* Torture build: lets checkers see what the finished block executes (invariant B5). */
static void observe(const struct code_cache *cache, struct block *block, const uint8_t *bytes,
		    uint32_t offset, bool is_fused)
{
	uint32_t words[BLOCK_INSNS_MAX];

	if (!CORE_CHECKED) {
		return;
	}
	for (uint32_t i = 0; i < block->insns; i++) {
		words[i] = fetch_word(cache, bytes, offset + i * 4);
	}
	observe_block(block, words, is_fused);
}

/* Where the block at `paddr` is in the instruction cache, if it is. */
static void enter_line(const struct code_cache *cache, struct block *block, uint64_t paddr)
{
	uint64_t number = paddr / cache->line_bytes;

	block->line = number * cache->line_bytes;
	block->line_slot = ((uint32_t)number & cache->set_mask) << cache->stride_shift;
}

struct block *code_build(struct code_cache *cache, struct code_page *page, uint32_t offset)
{
	const uint8_t *bytes = ram_frame_host(cache->ram, page->frame);
	struct block_plan plan = plan_block(cache, bytes, offset, page->key);
	uint32_t op_count = (CORE_CHECKED ? 2 * plan.insns : plan.insns) + 1;
	bool is_point = code_is_point(cache, offset);
	struct block *block =
		chunk_alloc(cache, sizeof(*block) + (op_count + is_point) * sizeof(struct op));
	bool is_fused = false;

	memset(block, 0, sizeof(*block));
	enter_line(cache, block, ram_paddr(cache->ram, page->frame) + offset);
	cache->ram->flags[page->frame] |= RAM_CODE;
	if (plan.insns == 0) {
		/* Nothing but a branch that has to be stepped. */
		block->insns = 1;
		block->ops[0].run = op_step;
		mark_lines(page, offset, 1);
		page->at[offset >> 2] = block;
		return block;
	}
	block->insns = (uint16_t)plan.insns;
	block->has_slot = plan.has_slot;
	block->slot_crosses = plan.slot_crosses;
	memcpy(block->distance, plan.distance, sizeof(plan.distance));
	for (uint32_t i = 0; i < plan.insns; i++) {
		code_decode(fetch_word(cache, bytes, offset + i * 4), page->key, &block->ops[i]);
	}
	block->ops[plan.insns] = (struct op){
		.run = plan.end,
		/* s, t: may next[0], next[1] be linked? */
		.s = stays_in_page(offset, plan.distance[0]),
		.t = plan.has_slot && stays_in_page(offset, plan.distance[1]),
	};
	if (plan.has_slot) {
		uint32_t branch = offset + (plan.insns - 2) * 4;

		is_fused = fuse_branch(
			&block->ops[plan.insns - 2], isa_decode(fetch_word(cache, bytes, branch)),
			isa_decode(fetch_word(cache, bytes, branch + 4)), &block->ops[plan.insns]);
	}
	observe(cache, block, bytes, offset, is_fused);
	if (is_point) {
		*exec_point_real(block) = block->ops[0];
		block->ops[0].run = op_point;
	}
	mark_lines(page, offset, plan.insns);
	page->at[offset >> 2] = block;
	return block;
}
