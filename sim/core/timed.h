/* SPDX-License-Identifier: MIT */
/*
 * timed.h - timing mode of a core: every access asks the caches, misses stall or block it.
 *
 * In timing mode the blocks have handlers of their own (DECODE_TIMED), which look into the
 * first-level cache before they touch RAM. A miss either costs stall cycles at once, or blocks the
 * core: it stands at the instruction, with nothing of it done, until the memory system resumes it
 * (sim/memsys/memsys.h), and executes it again. An uncached or device access takes place while
 * the core is blocked; the instruction, executed again, finds it done.
 *
 * Cache attributes of addresses decide: uncached accesses to RAM go around the caches. Instruction
 * fetches are always cached, except from devices and boot memory, which take no time to fetch from.
 */
#pragma once

#include "sim/core/block.h"
#include "sim/core/core.h"
#include "sim/memsys/memsys.h"

#define TIMED_MATCH(entry, paddr, match) (((entry) ^ (paddr)) & (match))

static inline bool timed_load_hits(const struct core *core, uint64_t paddr)
{
	const struct memsys_l1 *l1 = &core->cache->data;

	return TIMED_MATCH(*memsys_l1_set(l1, paddr), paddr, l1->match) == 0;
}

static inline bool timed_store_hits(struct core *core, uint64_t paddr, unsigned bytes)
{
	struct memsys_cpu *cache = core->cache;
	uint64_t *entry = memsys_l1_set(&cache->data, paddr);
	uint64_t match = cache->data.match | MEMSYS_ENTRY_READ_ONLY;
	uint64_t bits = bytes == 8 ? cache->wide_bits : 1;

	if (__builtin_expect(TIMED_MATCH(*entry, paddr, match) != 0, 0)) {
		return false;
	}
	*entry |=
		bits << (MEMSYS_ENTRY_WORD_SHIFT + (paddr >> cache->word_shift & cache->word_mask));
	return true;
}

static inline bool timed_fetch_hits(const struct core *core, uint64_t paddr)
{
	const struct memsys_l1 *l1 = &core->cache->fetch;

	return TIMED_MATCH(*memsys_l1_set(l1, paddr), paddr, l1->match) == 0;
}

/* Is `block`, but for a slot in the next line, in the instruction cache? */
static inline bool timed_line_hits(const struct core *core, const struct block *block)
{
	const struct memsys_l1 *l1 = &core->cache->fetch;

	return TIMED_MATCH(l1->entries[block->line_slot], block->line, l1->match) == 0;
}

/* Is all of it? */
static inline bool timed_block_hits(const struct core *core, const struct block *block)
{
	if (__builtin_expect(!timed_line_hits(core, block), 0)) {
		return false;
	}
	return __builtin_expect(!block->slot_crosses, 1) ||
	       timed_fetch_hits(core, block->line + (1U << core->cache->fetch.line_shift));
}

/*
 * A load or store of RAM by `op` that timed_..._hits() denied. True: the stall is counted, the
 * access takes place now. False: the core is blocked, the handler returns NULL.
 */
bool timed_load(struct core *core, const struct op *op, uint64_t paddr);
bool timed_store(struct core *core, const struct op *op, uint64_t paddr, unsigned bytes);

/*
 * The fetch at core->pc, between instructions. True: it hit and took no time. False: time has
 * passed or the core is blocked; the caller looks at events and tries again.
 */
bool timed_fetch(struct core *core, uint64_t paddr);

/*
 * An access of `op` that goes around the caches: to a device, or to RAM when uncached. True: it has
 * been done by timed_perform(), and *value is what it read (NULL for stores). False: the core is
 * blocked, or there was a bus error.
 */
bool timed_bypass(struct core *core, const struct op *op, const struct core_bypass *wanted,
		  uint64_t *value);

/* The access that a core is blocked for takes place: memsys_ops.perform. */
void timed_perform(struct core *core);
/* Between instructions: a blocked core goes on at `cycle`. */
void timed_resume(struct core *core, uint64_t cycle);
/* The core lost its copy of a line: an LL link to it breaks. */
void timed_lost(struct core *core, uint64_t line, uint32_t bytes);

/* Between instructions, at `now`: enters timing mode with these caches, or leaves it (NULL). */
void timed_switch(struct core *core, struct memsys_cpu *cache, const struct memsys_cpu_stats *stats,
		  uint64_t now);

/* Time up to `now` spent in `mode`, as long as it was in timing mode. */
struct core_split timed_split(const struct core *core, enum core_mode mode, uint64_t now);
