/* SPDX-License-Identifier: MIT */
/*
 * shootdown.h - removing translations from VCPUs that run elsewhere, in batches.
 *
 * Every VCPU has a target: a short queue of pairs to remove and the CPU whose hardware TLB may hold
 * its entries. Whoever takes a page away first makes the pmap's ready word invalid, then posts the
 * pairs that the backmaps name, then waits. A target whose VCPU runs nowhere is not waited for: its
 * queue is served before the VCPU enters the guest again (vtlb_load).
 *
 * Why nothing stale survives: a VCPU reads a ready word, notes the backmap and fills its second
 * level without serving its queue in between (interrupts are off in the monitor). If it read the
 * old word, the page's lock orders its backmap before the post, and it serves after it has filled.
 *
 * Invariants (shootdown_check):
 *   I1  served <= posted; they are equal exactly when the queue is empty and `flush` is not set.
 *   I2  count <= SHOOTDOWN_REQUESTS; with more, `flush` stands for all of them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "machine/map.h"

#include "src/lib/hooks.h"

#define SHOOTDOWN_REQUESTS      8
#define SHOOTDOWN_BATCH_TARGETS 64
#define SHOOTDOWN_NO_CPU        0xffffffff
#define SHOOTDOWN_ANY_ASID      0x200 /* in an EntryHi: the pairs of all ASIDs */

struct l2tlb;

struct shootdown_target {
	struct lock lock; /* for all fields but l2tlb */
	uint32_t cpu;     /* whose hardware TLB may hold entries of the VCPU, or none */
	uint32_t count;
	uint32_t flush;  /* not 0: remove everything */
	uint64_t posted; /* number of the last request */
	uint64_t served; /* all up to this one are done; also read without the lock */
	uint64_t entryhi[SHOOTDOWN_REQUESTS];
	struct l2tlb *l2tlb;
};

/* Posts of one initiator, on its stack: requests of many pages, one interrupt per CPU. */
struct shootdown_batch {
	uint32_t self_cpu;
	struct shootdown_target *self; /* VCPU loaded on this CPU, or NULL: served while waiting */
	uint32_t count;
	struct {
		struct shootdown_target *target;
		uint64_t request;
	} wait[SHOOTDOWN_BATCH_TARGETS];
	uint64_t requests; /* posted, for statistics */
	uint64_t interrupts;
};

void shootdown_target_init(struct shootdown_target *target, struct l2tlb *l2tlb);

void shootdown_begin(struct shootdown_batch *batch, uint32_t self_cpu,
		     struct shootdown_target *self);
/* The pair of `entryhi`, which may have SHOOTDOWN_ANY_ASID: of the second level, or
 * (window_area_of) of the window. */
void shootdown_add(struct shootdown_batch *batch, struct shootdown_target *target,
		   uint64_t entryhi);
/* Everything that the VCPU has. */
void shootdown_add_flush(struct shootdown_batch *batch, struct shootdown_target *target);
/*
 * Interrupts the CPUs concerned, once each, and returns when no CPU can use what was posted. Holds
 * no lock and must be called with none: it serves this CPU's own queue while it waits.
 */
void shootdown_run(struct shootdown_batch *batch);
/* Its two halves, for who has something to do in between. */
void shootdown_send(struct shootdown_batch *batch);
void shootdown_wait(struct shootdown_batch *batch);

/*
 * On the CPU that the VCPU is loaded on, or before loading it: removes what was asked for. For a
 * CPU that waits or works long, too: `target` may be NULL, and nothing may have been asked for.
 */
void shootdown_serve(struct shootdown_target *target);
/* Anything to serve? One load: for the way back to the guest. */
static inline bool shootdown_pending(const struct shootdown_target *target)
{
	return __atomic_load_n(&target->posted, __ATOMIC_RELAXED) != target->served;
}

/* Loaded on `cpu`, or on none: then the caller has flushed the hardware TLB. */
void shootdown_set_cpu(struct shootdown_target *target, uint32_t cpu);

const char *shootdown_check(const struct shootdown_target *target);
