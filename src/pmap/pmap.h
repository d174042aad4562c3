/* SPDX-License-Identifier: MIT */
/*
 * pmap.h - the memory of a VM: for each guest page a ready-made EntryLo and the page's backmaps.
 *
 * Two arrays by guest frame (machine/frame.h: guest physical memory is numbered as the machine's,
 * I/O hole included; below 0x1f000 frame and page are the same). `ready` is all that the window's
 * refill path reads: two neighbours are the two EntryLo of a pair. `page` holds the rest.
 *
 * Pages are allocated at first touch, on the node of the VCPU that touches, and zeroed.
 *
 * Views. Where pages may be replicated, each node has an array of ready words of its own, on that
 * node, which its CPUs refill the window from; `ready` is then what they are filled from, a group
 * of PMAP_GROUP_FRAMES at once, at a fault (pmap_fill_view). So a node's view says which copy its
 * CPUs use, and the views that have a group say whose CPUs may have its pages in their TLBs by the
 * window: to nobody else a shootdown goes. A change that allows more waits in `ready` for the next
 * fault; one that allows less first takes the page out of all views that have the group. Who fills
 * holds no lock: a word in a view that is not valid carries the number of its last change, and is
 * only replaced (compare and swap) as long as it does. A page with copies is read-only for all; the
 * first store gives them up. Without views (`has_views`) everybody refills from `ready`.
 *
 * Writers hold the page's lock; `ready` is read without it. Whoever changes a ready word so that
 * less is allowed than before (another page, D or V removed) sets PMAP_S_BUSY, stores the new word,
 * releases the lock, shoots down, and only then lets the old page go. Nobody else changes a busy
 * page; VCPUs that need it run on and fault again (ERR_BUSY).
 *
 * Invariants (tests/monitor/checks.c; the lock held, not BUSY):
 *   I1  a ready word has G; PFN != 0 exactly when the page exists (then PMAP_S_PRESENT). Machine
 *       page 0 has the vectors and is no VM's. Without page the word is NONE or, of a page in the
 *       swap area (swap.h), SWAPPED.
 *   I2  V exactly when PRESENT and neither PMAP_S_NO_ACCESS nor PMAP_S_IDLE.
 *   I3  D exactly when V and none of PMAP_S_COW, _NO_WRITE, _TEXT, _REPLICATED.
 *   I4  PRESENT: the memmap has (vm, gpn) as a user of the page, or the VM as unknown; kind PRIVATE
 *       exactly when not COW, and then without pins when not PINNED.
 *   I5  PMAP_READY_LARGE exactly in the words of blocks with order > 0 in their pages' state; such
 *       a block is aligned and contiguous in machine memory, all its pages D, exclusive, not
 *       MOVING.
 *   I6  beyond `frame_count`, up to an even number, words are PMAP_READY_NONE.
 *   I7  at a node in `replicas` the view has the page's word with that copy's page, which is of
 *       kind REPLICA with this one user and on that node; at another node in its group's `views` it
 *       has no valid word or the page's, but for LARGE, with or without D; all other views have
 *       NONE. `replicas` is what the nodes' `copies` say, of nodes in `views`, empty when not
 *       REPLICATED.
 */
#pragma once

#define PMAP_READY_BYTES   4
#define PMAP_READY_NONE    0x00000001 /* G: an invalid half must not make its pair local */
#define PMAP_READY_SWAPPED (PMAP_READY_NONE | INSPECT_PMAP_SWAPPED)
#define PMAP_READY_LARGE   0x80000000 /* part of a large block; no EntryLo bit: mask it off */
#define PMAP_READY_PFN     0x3fffffc0

/* Offsets in struct pmap. */
#define PMAP_READY        0 /* 64: address of the word of frame 0 */
#define PMAP_WINDOW_PAIRS 8 /* 32: pairs of the window that have memory (rounded up) */

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "machine/vm.h"

#include "src/mips_tlb/shootdown.h"
#include "src/pmap/backmap.h"
#include "src/pmap/memmap.h"

/* struct pmap_page.state */
#define PMAP_S_PRESENT    0x0001
#define PMAP_S_COW        0x0002 /* shared: a store gets a copy */
#define PMAP_S_BUSY       0x0004
#define PMAP_S_UNKNOWN    0x0008 /* backmaps overflowed */
#define PMAP_S_NO_WRITE   0x0010 /* stores are kept away: watched page */
#define PMAP_S_NO_ACCESS  0x0020 /* all accesses are: watched page */
#define PMAP_S_TEXT       0x0040 /* stores and DMA are: rewritten text */
#define PMAP_S_PROTECTED  0x0070
#define PMAP_S_USER       0x0100 /* user mode has mapped it, as the memmap says */
#define PMAP_S_REPLICATED 0x0080 /* has copies: a store gives them up */
#define PMAP_S_IDLE       0x0200 /* nobody has used it since swap.h's first hand was here */
#define PMAP_S_PINNED     0x0400 /* was pinned: the memmap, which is far away, knows if it is */

/* Page sizes of R4000: 4^n * 4 KB. */
#define PMAP_ORDER_MAX  12
#define PMAP_ORDER_STEP 2

/* One guest page but for its ready word. */
struct pmap_page {
	struct lock lock;
	uint16_t state;
	uint8_t order; /* log2 of the pages of its large block, 0 = none; under large_lock */
	uint8_t moves; /* migrations and collapses ever, or UINT8_MAX */
	struct backmap backmap;
	union {
		uint64_t replicas; /* nodes with a copy of their own */
		uint64_t slot;     /* of a page that is swapped out */
	};
	uint32_t interval;       /* in which it moved last */
	uint16_t interval_moves; /* how often */
	uint16_t changes;        /* how often it was, for who makes a copy or fills a view */
};

_Static_assert(sizeof(struct pmap_page) == 64, "an index is a shift");

/* Neighbours that come into a view together: their words are a line of the cache. */
#define PMAP_GROUP_LOG2   5
#define PMAP_GROUP_FRAMES (1U << PMAP_GROUP_LOG2)

/* Where a page comes from at its first touch, or by distance from there. */
enum pmap_placement {
	PMAP_PLACE_FIRST_TOUCH, /* the node that touches */
	PMAP_PLACE_ROUND_ROBIN, /* guest page by guest page to one node after the other */
	PMAP_PLACE_FIXED        /* placement_node */
};

struct pmap {
	union {
		uint32_t *ready;
		uint64_t ready_base; /* what assembly loads */
	};
	uint32_t window_pairs;
	uint32_t frame_count;
	struct pmap_page *page;
	struct memmap *memmap;
	uint32_t vm;            /* 0..MEMMAP_VMS_MAX-1 */
	uint32_t clock_ready;   /* EntryLo of the machine's clock page (machine/clock.h), or NONE */
	bool large;             /* large entries in the window: switch of the VM, before it runs */
	bool is_lost;           /* a page could not be read back: the VM cannot go on */
	struct lock large_lock; /* orders and PMAP_READY_LARGE; inside a page's lock */
	uint32_t trampoline[VM_TRAMPOLINE_BYTES / MAP_PAGE_BYTES]; /* ready words */
	uint32_t target_count;
	struct shootdown_target *target[VM_VCPUS_MAX]; /* by VCPU number */
	uint8_t target_node[VM_VCPUS_MAX]; /* where the VCPU is or was last; beside each other */
	uint8_t placement;                 /* enum pmap_placement */
	uint8_t placement_node;
	bool has_views;
	uint32_t *view[MAP_NODES_MAX];   /* by node; all are `ready` without views */
	uint32_t *copies[MAP_NODES_MAX]; /* by node and group: bits of the frames with copies */
	uint64_t *views;                 /* by group: nodes whose view may have more than NONE */
	/* Statistics, on lines of their own: all CPUs write them and read the above */
	uint64_t unused[16];
	uint64_t allocated;
	uint64_t remote; /* of them on another node than asked for */
	uint64_t copied;
	uint64_t backmap_overflows;
	uint64_t collapsed; /* pages whose copies were given up */
};

/* On whose behalf: where to allocate, and what shootdown_run() must serve while it waits. */
struct pmap_caller {
	uint32_t node;
	uint32_t cpu;
	struct shootdown_target *self; /* loaded on this CPU, or NULL */
};

/* Bytes of storage for `frame_count` frames, 8-aligned; must be zeroed by the caller. */
size_t pmap_storage_bytes(uint32_t frame_count);
MUST_CHECK enum status pmap_init(struct pmap *pmap, uint32_t vm, uint32_t frame_count,
				 struct memmap *memmap, void *storage);
/* Bytes of storage of a view, 8-aligned; node `node` gets a view there. Before the VM runs. */
size_t pmap_view_bytes(const struct pmap *pmap);
void pmap_add_view(struct pmap *pmap, uint32_t node, void *storage);
/*
 * A page of the window is about to be entered: the view of `node` gets its group as it is now, or
 * the page alone if it has only become what it is (`is_new`) and the group is there.
 */
void pmap_fill_view(struct pmap *pmap, uint32_t frame, uint32_t node, bool is_new);
/* VCPU number target_count gets this target. */
MUST_CHECK enum status pmap_add_target(struct pmap *pmap, struct shootdown_target *target);

/* The VCPU is about to run on a CPU of `node`. */
void pmap_set_node(struct pmap *pmap, uint32_t vcpu, uint32_t node);

/* Guest frame of guest page `gpn`; false if the VM has no memory there. */
bool pmap_frame(const struct pmap *pmap, uint32_t gpn, uint32_t *frame);

/*
 * The word for a guest page as it is now, without PMAP_READY_LARGE: NONE if there is no memory,
 * none yet, or access is kept away. The clock page gives `clock_ready`, a trampoline's its word.
 */
uint32_t pmap_ready(const struct pmap *pmap, uint32_t gpn);
/* The same as the CPUs of `node` see it: with their copy, if they have one. */
uint32_t pmap_ready_at(const struct pmap *pmap, uint32_t gpn, uint32_t node);
/* The VM has never touched the page, or has given it up: it would read as zeroes. */
bool pmap_is_empty(const struct pmap *pmap, uint32_t gpn);

/*
 * Page `number` of the trampolines (VM_TRAMPOLINE_BASE), a page of the monitor, becomes readable in
 * the window. No guest memory lies there, so nothing is taken away.
 */
void pmap_set_trampoline(struct pmap *pmap, uint32_t number, uint32_t mpn);

enum pmap_touch {
	PMAP_TOUCH_OK,
	PMAP_TOUCH_OUTSIDE,  /* no memory of the VM */
	PMAP_TOUCH_BUSY,     /* being changed elsewhere */
	PMAP_TOUCH_TRAPPED,  /* kept away: PMAP_S_PROTECTED */
	PMAP_TOUCH_NO_MEMORY /* nothing has changed */
};

/*
 * Makes the page present and, for `write`, the VM's own: allocates and zeroes, or copies a shared
 * page and shoots the old one down.
 */
enum pmap_touch pmap_touch(struct pmap *pmap, uint32_t gpn, bool write,
			   const struct pmap_caller *caller);

/*
 * Reads the ready word of `node` and, if it is valid, notes that VCPU `vcpu` maps the page at
 * `tag`, in one step under the lock. For vtlb.c.
 */
uint32_t pmap_note_mapping(struct pmap *pmap, uint32_t gpn, uint32_t node, uint32_t vcpu,
			   uint64_t tag);
/* That is noted, or the page's backmaps are unknown, or it needs none (clock, trampolines). For
 * checks. */
bool pmap_has_mapping(const struct pmap *pmap, uint32_t gpn, uint32_t vcpu, uint64_t tag);

/* A shared page at a guest page without one: copy-on-write. ERR_BUSY if there is one. */
MUST_CHECK enum status pmap_map_shared(struct pmap *pmap, uint32_t gpn, uint32_t mpn);
/*
 * Maps shared pages in place of what is there, as a device would write them: up to
 * PMAP_REPLACEMENTS with one shootdown. Not done: no such page, it is being changed, a device
 * writes it, it is rewritten text or part of a large block; the caller copies instead.
 */
#define PMAP_REPLACEMENTS 8
struct pmap_replacement {
	uint32_t gpn;
	uint32_t mpn;
	bool is_done;
	uint32_t old_mpn; /* 0: there was none */
};
void pmap_replace_shared(struct pmap *pmap, struct pmap_replacement *item, uint32_t count,
			 const struct pmap_caller *caller);
/*
 * Takes the page away; the next touch gives a zeroed one. ERR_BUSY: the VM's own and pinned, or
 * being changed. No page: OK, nothing to do. The frame is freed if this was its last user.
 */
MUST_CHECK enum status pmap_release(struct pmap *pmap, uint32_t gpn,
				    const struct pmap_caller *caller);
/* Sets the PMAP_S_PROTECTED bits of a page, which must be present. */
MUST_CHECK enum status pmap_protect(struct pmap *pmap, uint32_t gpn, uint32_t bits,
				    const struct pmap_caller *caller);
/*
 * The page becomes copy-on-write and is pinned, so that it stays what it is until the caller has
 * mapped it elsewhere (pmap_map_shared) and calls memmap_unpin().
 */
MUST_CHECK enum status pmap_make_shared(struct pmap *pmap, uint32_t gpn, uint32_t *mpn,
					const struct pmap_caller *caller);
/* A page that is moved or copied. */
struct pmap_transfer {
	uint32_t gpn;
	uint32_t mpn;       /* the new page, or the copy until it is in use; 0: none */
	enum status status; /* OK and no new page: it was there already */
	/* Private. */
	uint32_t frame;
	uint32_t old_mpn; /* what is copied; 0: nothing to do */
	uint16_t number;
	bool is_changing;
};
/*
 * Moves private pages to `node` (ERR_NOMEM if that node has none): copies, shoots down once for all
 * of them, frees.
 */
void pmap_move_pages(struct pmap *pmap, struct pmap_transfer *item, uint32_t count, uint32_t node,
		     const struct pmap_caller *caller);
/*
 * Gives the node a copy of each page, if it has none, with one shootdown before the copying and one
 * after. From then on nobody can store into the page until it has no copies any more. ERR_NOMEM:
 * the node has no free page. ERR_BUSY: pinned, being changed, or stored into meanwhile.
 */
void pmap_replicate_pages(struct pmap *pmap, struct pmap_transfer *item, uint32_t count,
			  uint32_t node, const struct pmap_caller *caller);
/* What a decision on a hot page asks (src/numa). */
struct pmap_hot {
	uint64_t replicas; /* nodes that have a copy */
	uint32_t moves;    /* ever */
	uint32_t interval_moves;
	uint32_t free_pages; /* of the node */
	bool is_shared;      /* copy-on-write: it cannot move for one user */
	bool is_spread;      /* mapped at more places than are known */
};
/*
 * The guest page, if it has machine page `mpn` (ERR_RANGE: not any more) and nobody changes it
 * (ERR_BUSY), and the node that it is to go to; moves are counted anew in each `interval`. Without
 * the page's lock, for which all CPUs that look at the page at once would wait: who acts looks
 * again.
 */
enum status pmap_look_hot(struct pmap *pmap, uint32_t gpn, uint32_t mpn, uint32_t node,
			  uint32_t interval, struct pmap_hot *hot);
/* Gives the copies up. No copies: OK. */
MUST_CHECK enum status pmap_collapse(struct pmap *pmap, uint32_t gpn,
				     const struct pmap_caller *caller);

/*
 * DMA: the page is made present (for `write` the VM's own) and stays in use until
 * memmap_unpin(mpn). TRAPPED for a write to PMAP_S_TEXT.
 */
enum pmap_touch pmap_pin(struct pmap *pmap, uint32_t gpn, bool write, uint32_t *mpn,
			 const struct pmap_caller *caller);

/*
 * Pages for frames [first, first + 2^order), aligned, as one run on `node` if there is one and none
 * of them is present; not zeroed by halves: all or nothing. For loading kernels and large blocks.
 */
MUST_CHECK enum status pmap_populate(struct pmap *pmap, uint32_t gpn, unsigned order,
				     const struct pmap_caller *caller);

/* The page is part of a large block: to share it or to give it up would break that up. */
bool pmap_is_large(const struct pmap *pmap, uint32_t gpn);
/* The pair of large pages that covers frame `frame` of the window; false: 4 KB pairs. */
bool pmap_large_pair(const struct pmap *pmap, uint32_t frame, uint32_t *pagemask, uint32_t lo[2]);

_Static_assert(offsetof(struct pmap, ready) == PMAP_READY, "layout");
_Static_assert(offsetof(struct pmap, window_pairs) == PMAP_WINDOW_PAIRS, "layout");
#endif
