/* SPDX-License-Identifier: MIT */
/*
 * block.h - predecoded code: blocks of operations, kept by physical page.
 *
 * A block is a straight run of instructions inside one page, ended by a branch with its delay
 * slot, by an instruction that may change mode or mapping, by the page or by a length limit. It
 * is found by physical address, so it survives every change of mapping, mode and ASID, and is
 * shared by all cores. What decoding depends on besides the word is the decode key; each key has
 * its own blocks. The structure says nothing about how it is executed: the interpreter calls
 * op->run, a translator may compile the same blocks.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "isa/isa.h"
#include "sim/core/limits.h"
#include "sim/mem/ram.h"

struct core;
struct block;
struct memsys_l1;
struct op;

/* Executes one operation and those after it; returns the next block if it is known at once. */
typedef struct block *op_fn(struct core *core, const struct op *op);

/*
 * One operation, 16 bytes. `d`, `s`, `t` are register numbers: destination (CORE_GPR_SINK for $0),
 * first and second source; indices into fpr.w or fpr.d for the FPU; `a` is a shift amount, CP0
 * register, compare condition or CACHE operation. `imm` is the sign- or zero-extended immediate,
 * the byte distance of a branch from its slot, or a jump's target field.
 */
struct op {
	op_fn *run;
	uint8_t d;
	uint8_t s;
	uint8_t t;
	uint8_t a;
	int32_t imm;
};

#define DECODE_X64    0x01U /* 64-bit operations allowed */
#define DECODE_FR     0x02U /* Status.FR */
#define DECODE_LITTLE 0x04U /* little-endian machine */
#define DECODE_TIMED  0x08U /* timing mode */
#define DECODE_KEYS   8U    /* per machine: X64 x FR x timed */

/*
 * Invariants: B1 ops[i] is instruction i for i < insns, ops[insns] is the ending operation; but a
 * branch and slot may be fused into [slot,] branch-and-ending, neither of which can fault or leave.
 * B2 all instructions lie in one page. B3 next[] points to blocks of the same page and key only,
 * so that dropping a page leaves no dangling pointer. B4 has_slot means that the last
 * instruction is the delay slot of the one before it. B5 in the torture build ops[insns + 1 + i]
 * says what ops[i] really does (observe.c). B6 a timed block lies in one line of the instruction
 * cache, its slot perhaps in the next; what is there at its entry stays to its end.
 * B7 where the first operation is op_point, the last of all says what it really does.
 */
struct block {
	uint16_t insns; /* instructions, 0..BLOCK_INSNS_MAX; 0: to be stepped, see block_find() */
	bool has_slot;
	bool slot_crosses;   /* timed: the slot is in the line behind the others' */
	int32_t distance[2]; /* bytes from the block's pc to where it goes on: not taken, taken */
	uint32_t line_slot;  /* timed: where the set of `line` begins in the cache's entries */
	uint64_t line;       /* timed: physical address of its line in the instruction cache */
	struct block *next[2];
	struct op ops[];
};

/* The blocks of one physical page under one key. */
struct code_page {
	struct block *at[RAM_PAGE_BYTES / 4];
	struct code_page *next_key; /* other keys of the same frame */
	uint64_t frame;
	uint64_t lines; /* bit n: 64-byte line n holds decoded code */
	uint8_t key;
};

struct code_cache;

struct code_cache *code_create(struct ram *ram, bool big_endian);
void code_destroy(struct code_cache *cache);

/* The page of `frame` under `key`, made if need be. Sets RAM_CODE; the caller keeps I3 of ram.h. */
struct code_page *code_page_get(struct code_cache *cache, uint64_t frame, uint8_t key);

/* Decodes the block at byte offset `offset` of `page` and enters it. */
struct block *code_build(struct code_cache *cache, struct code_page *page, uint32_t offset);

/* Does a store to [offset, offset + size) of `frame` hit decoded code? */
bool code_touches(const struct code_cache *cache, uint64_t frame, uint32_t offset, unsigned size);

/*
 * Drops all blocks of `frame`. Their memory stays valid until code_reclaim(), because one of them
 * may be executing.
 */
void code_drop(struct code_cache *cache, uint64_t frame);

/* True if enough memory is held by blocks, live and dropped, that all should be dropped. */
bool code_is_full(const struct code_cache *cache);

/*
 * Drops everything and frees it. Only between blocks, and every core's soft TLB must be emptied
 * (code_page pointers). Never changes results.
 */
void code_reclaim(struct code_cache *cache);

/* Stops code from being decoded across `offset` of any page: a breakpoint may be there. */
void code_set_breaks(struct code_cache *cache, const uint64_t *vaddrs, unsigned count);

/* Is there a breakpoint at this page offset? */
bool code_may_break(const struct code_cache *cache, uint64_t vaddr);

/*
 * From now on the instruction at this page offset of any page shows itself to hooks.point before it
 * executes, unless it is in the delay slot of a block. Drops all blocks: the caller clears the
 * cores' links.
 */
void code_add_point(struct code_cache *cache, uint64_t vaddr);
bool code_is_point(const struct code_cache *cache, uint64_t vaddr);

/* The instruction cache, the same in all CPUs: timed blocks are cut at its lines. Drops no block.
 */
void code_set_lines(struct code_cache *cache, const struct memsys_l1 *l1);

/* Decodes one word into `op` (not its ending operation). */
void code_decode(uint32_t word, uint8_t key, struct op *op);
