/* SPDX-License-Identifier: MIT */
/*
 * core.h - one R4000 processor: architectural state, soft TLB, simulated time.
 *
 * A core is driven by sim/machine.c: core_run() executes until a cycle, everything else inspects
 * or prods it. A core touches nothing but itself, the RAM and the bus it was given, and the other
 * cores' soft TLBs through sim/core/smp.c.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "isa/cp0.h"
#include "isa/isa.h"
#include "sim/core/limits.h"
#include "sim/mem/ram.h"

#define CORE_TLB_MAX        64
#define CORE_GPR_SINK       32 /* decode sends writes to $0 here */
#define CORE_PAGE_OFFSET    0xfffULL
#define CORE_PAGE_MASK      (~CORE_PAGE_OFFSET)
#define CORE_TAG_INVALID    0x800ULL /* bit 11 is never set in a tag that is looked for */
#define CORE_TAG_ASID_SHIFT 3
/* Load-linked watches a line of this size (the secondary cache line of the machine). */
#define CORE_LINK_BYTES 128U

enum core_mode {
	CORE_USER,
	CORE_SUPERVISOR,
	CORE_KERNEL,
	CORE_MODE_COUNT
};

enum core_access {
	CORE_LOAD,
	CORE_STORE,
	CORE_FETCH
};

/* By priority (R4000 UM table 5-13). */
enum core_reset_kind {
	CORE_RESET_NONE,
	CORE_RESET_NMI,
	CORE_RESET_SOFT,
	CORE_RESET_COLD
};

/*
 * One entry of the soft TLB for data: the translation of one 4 KB virtual page, checked by one
 * comparison. A tag is the page address | ASID << 3; the comparison includes the address bits that
 * must be zero for alignment, so bits 2..0 of a tag are zero.
 * Invariants: S1 a valid tag means that the architecture would translate every address of the page
 * this way without an exception in this mode. S2 write_tag is valid only if the page may be
 * written (D set) and its frame has no flag of RAM_GUARDED.
 */
struct core_soft_data {
	uint64_t read_tag;
	uint64_t write_tag;
	uintptr_t delta; /* host address = virtual address + delta */
	uint64_t paddr;  /* physical address of the page */
};

struct code_page;
struct block;
struct op;

struct core_soft_fetch {
	uint64_t tag;
	struct code_page *page;
};

#define CORE_MAP_UNUSED UINT32_MAX /* whatever it holds is forgotten before its next use */

/*
 * The soft TLB of one mode. Mode changes select another map, ASID writes another tag: neither
 * flushes. Direct-mapped by page number alone, so that one virtual page has one slot, whatever
 * its ASID, and a TLB write knows where to look.
 */
struct core_map {
	struct core_soft_data data[CORE_SOFT_DATA];
	struct core_soft_fetch fetch[CORE_SOFT_FETCH];
	uint32_t filled_for; /* the bits of Status that the contents depend on, or _UNUSED */
	uint8_t decode_key;  /* DECODE_* of the blocks that `fetch` leads to */
};

/*
 * Slot of a virtual page in a map of `slots` (a power of two) entries. Folding keeps pages that lie
 * a large power of two apart, as kernels and their vectors do, out of each other's way.
 */
static inline uint64_t core_map_slot(uint64_t vaddr, uint64_t slots)
{
	uint64_t vpn = vaddr >> RAM_PAGE_SHIFT;

	return (vpn ^ (vpn >> 8)) & (slots - 1);
}

/* One pair of pages of the joint TLB (R4000 UM 4.2). */
struct core_tlb_entry {
	uint64_t vpn2;  /* R and VPN2 in place, bits under `mask` zero */
	uint32_t mask;  /* PageMask bits 24..13 */
	uint32_t lo[2]; /* EntryLo without G */
	uint8_t asid;
	bool global; /* G of both halves */
};

/*
 * Invariants: T1 bucket[h] has bit i set exactly if entry i has mask 0 and hash h; T2 `large` has
 * the entries with another mask.
 */
struct core_tlb {
	struct core_tlb_entry entry[CORE_TLB_MAX];
	uint64_t bucket[64];
	uint64_t large;
	unsigned count; /* 48 or 64 */
};

/* CP0 registers as stored; Count, Random and Cause.IP7 are derived from time (see cp0.c). */
struct core_cp0 {
	uint64_t entry_lo[2];
	uint64_t entry_hi;
	uint64_t context;
	uint64_t xcontext;
	uint64_t bad_vaddr;
	uint64_t epc;
	uint64_t error_epc;
	uint32_t index;
	uint32_t page_mask;
	uint32_t wired;
	uint32_t compare;
	uint32_t status;
	uint32_t cause; /* IP included */
	uint32_t config;
	uint32_t prid;
	uint32_t ll_addr;
	uint32_t watch_lo;
	uint32_t watch_hi;
	uint32_t ecc;
	uint32_t cache_err;
	uint32_t tag_lo;
	uint32_t tag_hi;
	uint32_t count_offset;  /* Count = (cycle >> 1) + count_offset */
	uint64_t random_origin; /* instructions executed when Random was TLB size - 1 */
	bool watch_postponed;   /* a watched address was accessed with EXL or ERL set */
};

struct core;

/* Observers; NULL when off. None may change the core. */
struct core_hooks {
	void *trace;   /* context of all but block and warn */
	void *profile; /* context of block */
	void *warner;  /* context of warn */
	void *checker; /* context of check and check_exception */
	void *account; /* context of mode and watched */
	void *guard;   /* context of guard_tlb_write and guard_mode */
	void *measure; /* context of point */
	/* Each instruction before it executes; set only together with core->step_engine. */
	void (*insn)(void *context, struct core *core, uint64_t pc, uint32_t word);
	/* The same, for a checker of programs (sim/trace/undefined.h). */
	void (*check)(void *context, struct core *core, uint64_t pc, uint32_t word);
	/*
	 * It takes an exception, NMI as EXC_INT, while registers are still as before: of the
	 * instruction that `check` saw last, or of no instruction that could be executed.
	 */
	void (*check_exception)(void *context, struct core *core, unsigned code, bool is_executing);
	/* An exception was taken: the code, where execution goes on. */
	void (*exception)(void *context, struct core *core, unsigned code, uint64_t epc,
			  uint64_t vector);
	/* TLB entry `index` was written. */
	void (*tlb_write)(void *context, struct core *core, unsigned index);
	/* A data access was made (soft TLB off while set). */
	void (*mem)(void *context, struct core *core, enum core_access access, uint64_t vaddr,
		    uint64_t paddr, unsigned size, uint64_t value);
	/* A device, or nothing, was accessed at a physical address outside RAM. */
	void (*dev)(void *context, struct core *core, enum core_access access, uint64_t vaddr,
		    uint64_t paddr, unsigned size, uint64_t value);
	/* A straight run of instructions was executed: profile. */
	void (*block)(void *context, struct core *core, uint64_t pc, unsigned insns);
	/* Status has changed, and with it perhaps the mode. */
	void (*mode)(void *context, struct core *core);
	/* A store to a frame with RAM_WATCHED was made, by an instruction that began at `cycle`. */
	void (*watched)(void *context, struct core *core, uint64_t cycle, uint64_t paddr);
	/*
	 * The instruction at `pc`, whose offset in its page was given to code_add_point(), is about
	 * to execute at `cycle`; again after an exception, but not after a stall.
	 */
	void (*point)(void *context, struct core *core, uint64_t pc, uint64_t cycle);
	/* As tlb_write and mode, for a checker of both (sim/check/ownership.h). */
	void (*guard_tlb_write)(void *context, struct core *core, unsigned index);
	void (*guard_mode)(void *context, struct core *core);
	/* The R4000 manual calls what the guest did undefined. */
	void (*warn)(void *context, struct core *core, const char *text);
};

/* What a core needs from the machine around it. */
struct core_bus {
	void *context;
	/* Device access at a physical address outside RAM; false means bus error. */
	bool (*read)(void *context, struct core *core, uint64_t paddr, unsigned size,
		     uint64_t *value);
	bool (*write)(void *context, struct core *core, uint64_t paddr, unsigned size,
		      uint64_t value);
	/* Is anything there? Without side effect; what is may still refuse. */
	bool (*answers)(void *context, uint64_t paddr, unsigned size);
	/* The node whose device answers there. */
	unsigned (*node)(void *context, uint64_t paddr);
};

struct code_cache;
struct core_debug;
struct memsys_cpu;
struct memsys_cpu_stats;

/* Timing mode: an access that goes around the caches, and takes place while the core is blocked. */
struct core_bypass {
	uint64_t paddr;
	uint64_t value; /* to store; what was loaded */
	uint64_t mask;  /* bits to store */
	uint8_t size;
	bool is_store;
	bool is_done;    /* the instruction, executed again, finds it so */
	bool has_failed; /* a bus error */
};

/* Timing: cycles of one mode. An instruction executes for one cycle, and stalls for the others. */
struct core_split {
	uint64_t execution;
	uint64_t stall_l2;
	uint64_t stall_local;
	uint64_t stall_remote;
	uint64_t stall_uncached;
	uint64_t idle;
};

struct core {
	/* Hot: used by every instruction. */
	uint64_t gpr[33];     /* [CORE_GPR_SINK] takes writes to $0 */
	uint64_t pc;          /* at a block's entry: its first instruction; see block.h */
	struct block *block;  /* being executed */
	int64_t cycles_left;  /* cycle now = slice_end - cycles_left; see core_now() */
	struct core_map *map; /* of the current mode */
	uint64_t map_tag;     /* ASID << CORE_TAG_ASID_SHIFT */
	uint64_t hi;
	uint64_t lo;
	uint64_t target; /* of a jump, between it and the end of its slot */
	bool taken;      /* of a branch, likewise */
	bool in_slot;    /* pc is a delay slot reached by stepping */
	bool big_endian;
	bool step_engine; /* single instructions instead of blocks */
	bool vm_segments; /* addresses and vectors as the guest of a VM has them (machine/vm.h) */
	enum core_reset_kind reset_pending;
	bool irq_ready; /* an enabled interrupt is pending, or a postponed Watch exception due */
	bool stop;      /* leave core_run() at the next instruction boundary */
	bool llbit;
	bool is_observed;     /* core_note_observers() */
	bool running;         /* started and not paused */
	bool waiting;         /* in power-save */
	bool skip_break;      /* the breakpoint at pc has been shown: execute it now */
	bool remapped;        /* the pending `link` may lead to another page than it should */
	bool exception_shown; /* stopped after an exception of `show_exceptions` */
	bool is_probing;      /* looking for exceptions only: memory is not touched (run.c) */
	bool break_hit;       /* stopped before the instruction at pc, which has a breakpoint */
	bool blocked;         /* timing: until the memory system resumes it */
	bool retry; /* timing: the instruction at pc was begun, and comes before all else */
	struct block **link; /* exit of the last block, to be patched to the next one */
	uint32_t fcsr;
	union {
		uint64_t d[32];
		uint32_t w[64]; /* little-endian host: w[2n] is the low half of d[n] */
	} fpr;

	/* Time. */
	uint64_t slice_end;
	uint64_t timer_cycle;  /* cycle at which Count reaches Compare */
	uint64_t idle_cycles;  /* cycles without an instruction: paused, interrupts taken */
	uint64_t stall_cycles; /* timing: cycles in which an instruction waits for memory */

	/* Stepping: the branch whose slot `pc` is, where the slot leads. */
	uint64_t slot_branch_pc;
	uint64_t slot_target;

	struct core_cp0 cp0;
	struct core_tlb tlb;
	uint64_t link_paddr; /* physical line of the last load-linked */

	/* Timing mode (timed.h). */
	struct memsys_cpu *cache; /* NULL in fast mode */
	const struct memsys_cpu_stats *cache_stats;
	struct core_split split[CORE_MODE_COUNT]; /* up to the last change of mode */
	struct core_split split_mark;             /* all modes together, then */
	enum core_mode split_mode;                /* since then */
	struct core_bypass bypass;

	/* The surroundings. */
	unsigned id;
	struct ram *ram;
	/* Local alias of the node: physical [0, alias_bytes) is at alias_base (machine/node.h). */
	uint64_t alias_bytes;
	uint64_t alias_base;
	struct core_bus bus;
	struct code_cache *code;
	struct core **peers; /* all cores of the machine, this one included */
	unsigned peer_count;
	struct core_hooks hooks;
	struct core_debug *debug; /* break- and watchpoints, NULL when none */
	uint32_t show_exceptions; /* stop after an exception whose code's bit is set */
	uint32_t external_ip;     /* Cause.IP2-6 as driven by devices */

	uint64_t exception_count[32];
	uint64_t tlb_refills;      /* of TLBL and TLBS, those without a matching entry */
	uint64_t cache_operations; /* CACHE instructions */

	struct core_map maps[CORE_MODE_COUNT];
	struct core_map map_off;
};

/* Builds a core in its reset state. */
struct core *core_create(unsigned id, struct ram *ram, const struct core_bus *bus,
			 struct code_cache *code, unsigned tlb_entries, bool big_endian);
void core_destroy(struct core *core);

/* Power-on, and what the cold reset exception does (R4000 UM 5.3). */
void core_reset(struct core *core);

/* A reset exception, taken at the core's next instruction boundary. */
void core_request_reset(struct core *core, enum core_reset_kind kind);

/* Takes the pending one. */
void core_take_reset(struct core *core);

/* The state of machine/boot.h, in which a program's CPU starts. */
void core_enter_elf(struct core *core, uint64_t entry, uint32_t status, uint64_t sp);

/* The power-save register was written: no instruction until (Cause.IP & Status.IM) != 0. */
void core_wait_for_interrupt(struct core *core);

/* Executes until cycle `until`, or until core->stop. The core ends at an instruction boundary. */
void core_run(struct core *core, uint64_t until);

/* One instruction, or one exception or interrupt instead of it. */
void core_step(struct core *core);

/* core_step() from outside core_run(): brings the timer up to date first. */
void core_advance(struct core *core);

/* Cycle now, between instructions. */
static inline uint64_t core_now(const struct core *core)
{
	return core->slice_end - (uint64_t)core->cycles_left;
}

/* Instructions executed so far, between instructions. */
static inline uint64_t core_instructions(const struct core *core)
{
	return core_now(core) - core->idle_cycles - core->stall_cycles;
}

/* Cycles without an instruction up to `now`: the clock of a paused core stands. */
static inline uint64_t core_idle_cycles(const struct core *core, uint64_t now)
{
	bool stands = !core->running && now > core_now(core);

	return core->idle_cycles + (stands ? now - core_now(core) : 0);
}

/*
 * To be called after `cache`, `show_exceptions` or a hook for exceptions and modes has changed:
 * says whether exceptions and changes of mode concern anybody beside the core.
 */
void core_note_observers(struct core *core);

/* Makes core_run() look at interrupts, time and `stop` before the next instruction. */
static inline void core_kick(struct core *core)
{
	if (core->cycles_left > 0) {
		core->slice_end -= (uint64_t)core->cycles_left;
		core->cycles_left = 0;
	}
}

/* Says that the guest did what the R4000 manual calls undefined. */
static inline void core_warn(struct core *core, const char *text)
{
	if (core->hooks.warn != NULL) {
		core->hooks.warn(core->hooks.warner, core, text);
	}
}

/* Drives Cause.IP bit `line` (2..6) from a device. */
void core_set_irq(struct core *core, unsigned line, bool level);

/* Moves an idle core's clock forward. */
void core_skip_to(struct core *core, uint64_t cycle);
