/* SPDX-License-Identifier: MIT */
/*
 * vtlb.h - the TLB that a guest sees: 48 entries of any page size, behind them the second level.
 *
 * Called by the emulation of tlbp, tlbr, tlbwi, tlbwr and by the handler of TLB exceptions that the
 * refill path did not settle. Guest addresses and pages only; machine pages come from the pmap.
 * R4000 UM chapter 4; the second level's rules are those of docs/machine/vm.md ("TLB").
 *
 * Owned by the CPU that runs the VCPU; other CPUs reach it through `target` alone.
 *
 * Rules for the second level, which is invisible but for refill exceptions that do not come:
 *   R1  tlbp searches the slots, then the second level; a hit there is promoted to a slot.
 *   R2  tlbwi and tlbwr remove every pair that the new entry matches.
 *   R3  tlbwi removes every pair of the entry that it overwrites.
 *   R4  tlbwr leaves the pairs of an overwritten 4 KB entry behind; those of a larger one go.
 *   R5  tlbwi of an EntryHi that nothing can match, unless the last tlbp hit that index, removes
 *       all pairs but those that a wired slot matches.
 *   R6  with the second level off (`second_level`), R4 removes too.
 * Two slots that match one address are the guest's error (the processor would shut its TLB down):
 * what either says may count, until both are gone. Nothing is searched to find that out.
 *
 * Invariants (vtlb_check):
 *   I1  wired <= VM_TLB_ENTRIES; a slot's mask is legal; G is in both words of a slot or in none;
 *       bits of `hi` under the mask are 0.
 *   I2  no pair of the second level lies where the guest's entries have no effect (window.h).
 *   I3  a pair of the second level that a slot matches says in `guest` what the slot says; only of
 *       guests whose slots never match one address twice (tests/monitor/test_vtlb_random.c).
 *   I4  with the second level off, a slot matches every pair of the second level.
 *   I6  each slot is in the chain of its EntryHi's hash, or in the last one, once.
 *   I5  each valid half of the second level has a backmap, or its page's are unknown;
 *       but for what shootdown requests that wait will remove.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "machine/inspect.h"
#include "machine/vm.h"

#include "src/mips_tlb/l2tlb.h"
#include "src/mips_tlb/shootdown.h"

struct pmap;

#define VTLB_NONE 0xffffffff

/*
 * Slots by their EntryHi (vtlb_chain()), linked by their numbers; the last chain has the large and
 * the global ones.
 */
#define VTLB_CHAINS    65
#define VTLB_CHAIN_END 0xff

struct vtlb {
	/* Fields as in CP0; published as it is (machine/inspect.h). */
	struct inspect_tlb_entry slot[VM_TLB_ENTRIES];
	uint32_t wired;
	uint32_t random; /* next slot of tlbwr, wired <= random < VM_TLB_ENTRIES */
	uint32_t probed; /* index that the last tlbp hit, until a TLB write; or VTLB_NONE */
	uint32_t vcpu;   /* number in its VM, 0..VM_VCPUS_MAX-1 */
	uint32_t node;   /* where its pages are allocated first */
	uint8_t chain[VTLB_CHAINS];
	uint8_t chain_next[VM_TLB_ENTRIES];
	uint8_t chain_previous[VM_TLB_ENTRIES]; /* VTLB_CHAIN_END: the first */
	/* Slots that the guest wrote by number without a probe: promotion leaves them alone. */
	uint64_t explicit_slots;
	bool second_level;
	bool low_page; /* VM_SHARED_PAIR_LOW is the monitor's */
	struct pmap *pmap;
	struct l2tlb l2tlb;
	struct shootdown_target target;
};

/* What a guest writes with tlbwi and tlbwr and reads with tlbr: the four registers. */
struct vtlb_registers {
	uint64_t entryhi;
	uint32_t pagemask;
	uint32_t entrylo0;
	uint32_t entrylo1;
};

/* What became of a TLB exception. The first three are passed on to the guest. */
enum vtlb_result {
	VTLB_REFILL,   /* no entry: refill exception */
	VTLB_INVALID,  /* entry without V: TLBL or TLBS at the general vector */
	VTLB_MODIFIED, /* store, entry without D: Mod */
	VTLB_MAPPED,   /* the pair is in the second level and in the hardware: run on */
	VTLB_AGAIN,    /* another CPU changes the page: serve shootdowns, then run on */
	VTLB_OUTSIDE,  /* no guest memory there: a device, or a bus error */
	VTLB_TRAPPED,  /* the pmap keeps access away on purpose (pmap_protect): emulate or undo */
	VTLB_NO_MEMORY /* the machine has no page left */
};

struct vtlb_fault {
	uint64_t gpa;  /* guest physical address; not for REFILL and INVALID */
	bool writable; /* the guest's D */
};

/* An empty TLB: entries that match nothing, Wired 0. `entry_count` is the second level's. */
MUST_CHECK enum status vtlb_init(struct vtlb *vtlb, struct pmap *pmap, uint32_t vcpu, uint32_t node,
				 uint32_t entry_count, void *storage);
/* Reset of the VCPU: as after vtlb_init(). */
void vtlb_reset(struct vtlb *vtlb);

/*
 * The VCPU comes to machine CPU `cpu`, whose hardware TLB holds nothing of it; leaves it, having
 * flushed the hardware TLB.
 */
void vtlb_load(struct vtlb *vtlb, uint32_t cpu);
void vtlb_unload(struct vtlb *vtlb);

/* tlbp: the Index register's value, INDEX_P if nothing matches. */
uint32_t vtlb_probe(struct vtlb *vtlb, uint64_t entryhi);
/* tlbr; an index beyond the TLB reads as an entry that matches nothing. */
struct vtlb_registers vtlb_read(const struct vtlb *vtlb, uint32_t index);
/* tlbwi; beyond the TLB nothing happens. */
void vtlb_write_indexed(struct vtlb *vtlb, uint32_t index, const struct vtlb_registers *registers);
/* tlbwr. */
void vtlb_write_random(struct vtlb *vtlb, const struct vtlb_registers *registers);

/* The chain that a slot belongs to. For vtlb.c and vtlb_check(). */
uint32_t vtlb_chain(const struct inspect_tlb_entry *slot);
/* mtc0 Wired: Random becomes the highest slot. More than 47 counts as 47. */
void vtlb_set_wired(struct vtlb *vtlb, uint32_t wired);
/* mfc0 Random. */
uint32_t vtlb_random(const struct vtlb *vtlb);
/* An exception is delivered to the guest, or it returns from one: R5 looks at what follows. */
void vtlb_forget_probe(struct vtlb *vtlb);

/*
 * A TLB exception at `vaddr`, outside window, monitor and device areas, under the guest's EntryHi
 * ASID. Allocates, breaks copy-on-write, derives the pair, fills second level and hardware.
 */
enum vtlb_result vtlb_fault(struct vtlb *vtlb, uint64_t vaddr, uint8_t asid, bool write,
			    struct vtlb_fault *fault);
/* The same for an address of the window: REFILL and INVALID do not occur. */
enum vtlb_result vtlb_window_fault(struct vtlb *vtlb, uint64_t vaddr, bool write,
				   struct vtlb_fault *fault);
/*
 * Where the guest's TLB leads, window included: for reading the trapped instruction and for
 * emulated accesses. Changes nothing. MAPPED: fault->gpa holds; else REFILL, INVALID, MODIFIED.
 */
enum vtlb_result vtlb_translate(const struct vtlb *vtlb, uint64_t vaddr, uint8_t asid, bool write,
				struct vtlb_fault *fault);

/* NULL, or the name of the first broken invariant (also those of l2tlb_check). */
const char *vtlb_check(const struct vtlb *vtlb);
