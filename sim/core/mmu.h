/* SPDX-License-Identifier: MIT */
/*
 * mmu.h - addresses: segments and TLB, the soft TLB in front of them, the path to RAM and devices.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sim/core/block.h"
#include "sim/core/core.h"

enum mmu_fault {
	MMU_OK,
	MMU_ADDRESS,  /* address error */
	MMU_REFILL,   /* no TLB entry matches */
	MMU_INVALID,  /* V clear */
	MMU_MODIFIED, /* store, D clear */
	MMU_SHUTDOWN  /* several entries match */
};

struct mmu_translation {
	enum mmu_fault fault;
	bool writable;  /* a store would be allowed too */
	bool uncached;  /* attribute 2 of segment, TLB entry or Config.K0 */
	uint64_t paddr; /* 35 bits, the local alias applied */
};

/* Whose eyes an address is seen with: mode and widths as in Status, and an ASID. */
struct mmu_view {
	uint32_t status;
	uint8_t asid;
};

/* Translates without any side effect. */
struct mmu_translation mmu_translate_in(const struct core *core, struct mmu_view view,
					uint64_t vaddr, enum core_access access);

/* The same as the core sees it now. */
struct mmu_translation mmu_translate(const struct core *core, uint64_t vaddr,
				     enum core_access access);

/*
 * The slow path of loads and stores: everything that the soft TLB does not answer. `vaddr` must be
 * a multiple of `size` (1, 2, 4, 8) or an address error results. False: an exception was taken, the
 * handler returns NULL. Values are as the CPU sees them in a register, zero-extended.
 */
bool mmu_load(struct core *core, const struct op *op, uint64_t vaddr, unsigned size,
	      uint64_t *value);

enum mmu_store {
	MMU_STORE_DONE,
	MMU_STORE_LEAVE,     /* done; the handler must leave the block after this operation */
	MMU_STORE_EXCEPTION, /* an exception was taken */
};

enum mmu_store mmu_store(struct core *core, const struct op *op, uint64_t vaddr, unsigned size,
			 uint64_t value);

/* Raises what a store would raise, without storing. False: exception taken. */
bool mmu_probe_store(struct core *core, const struct op *op, uint64_t vaddr, unsigned size);

/* CACHE translates its address like a load (R4000 UM, CACHE). False: exception taken. */
bool mmu_probe_cache(struct core *core, const struct op *op, uint64_t vaddr);

/*
 * The unaligned family: the aligned unit (4 or 8 bytes) that holds the byte at `vaddr`, which is
 * the address that exceptions report. `mask` selects the bits of `value` to be stored.
 */
bool mmu_load_unit(struct core *core, const struct op *op, uint64_t vaddr, unsigned unit,
		   uint64_t *value);
enum mmu_store mmu_store_unit(struct core *core, const struct op *op, uint64_t vaddr, unsigned unit,
			      uint64_t value, uint64_t mask);

/* Does what `bypass` wants: the access of a core that is blocked for it. */
void mmu_bypass(struct core *core, struct core_bypass *bypass);

/* Load-linked: remembers the line of `paddr`. */
void mmu_link(struct core *core, uint64_t paddr);

/*
 * `entry` has just been written to the TLB. Most often a handler did it for the address that
 * missed, and returns to it: the host shall have its word at hand by then. Changes no state.
 */
void mmu_expect(const struct core *core, const struct core_tlb_entry *entry);

/* Called when the core stops running for a while: others' stores must now be seen. */
void mmu_watch_link(struct core *core);

/* Physical address of a mapped or unmapped data address that has just been accessed. */
uint64_t mmu_paddr(const struct core *core, uint64_t vaddr, enum core_access access);

/* The block at core->pc if the soft TLB and the page know it, otherwise NULL. */
static inline struct block *mmu_find_block(const struct core *core)
{
	uint64_t pc = core->pc;
	const struct core_soft_fetch *entry = &core->map->fetch[core_map_slot(pc, CORE_SOFT_FETCH)];

	if (entry->tag != ((pc & (CORE_PAGE_MASK | 3)) | core->map_tag)) {
		return NULL;
	}
	return entry->page->at[(pc & CORE_PAGE_OFFSET) >> 2];
}

/*
 * The block at core->pc, translated, decoded and built as needed. NULL: a fetch exception was
 * taken, or the code lies outside RAM (then *uncached is set and the caller steps).
 */
struct block *mmu_fetch_block(struct core *core, bool *outside);

/* The instruction word at core->pc, for stepping. False: an exception was taken. */
bool mmu_fetch_word(struct core *core, uint32_t *word);

/*
 * Sets the local alias: from its next instruction on this core finds physical [0, bytes) at `base`;
 * both are multiples of RAM_PAGE_BYTES. Everything that was translated before is forgotten.
 */
void mmu_set_alias(struct core *core, uint64_t base, uint64_t bytes);

/* Empties soft TLBs: of one mode, of the core, entries of one virtual range, of one frame. */
void mmu_flush_map(struct core_map *map);
void mmu_flush(struct core *core);
void mmu_flush_range(struct core *core, uint64_t vaddr, uint64_t bytes);

/* Removes every core's write entries for `frame`; stores to it take the slow path from now on. */
void mmu_guard_frame(struct core *core, uint64_t frame);

/*
 * Somebody other than a core's fast path wrote to RAM (DMA, loader, debugger, slow stores): drops
 * decoded code there and breaks other cores' links. `writer` may be NULL.
 */
void mmu_note_write(struct core *core, struct core *writer, uint64_t frame, uint32_t offset,
		    unsigned size);
