/* SPDX-License-Identifier: MIT */
/*
 * vring.h - a split virtqueue of a guest, from the device's side (virtio 1.2, 2.7).
 *
 * Descriptors and rings are hostile input that may change at any time: every field is copied once
 * and checked as the copy. The pages of the three parts are the VM's own and pinned while the queue
 * is ready, so looking at them never waits.
 *
 * Invariants:
 *   I1  is_ready exactly when every page in mpn[] that a part reaches is pinned.
 *   I2  seen and used count modulo 2^16; chains taken and not yet given back are the device's.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "machine/virtio.h"

#include "src/lib/status.h"

struct pmap;
struct pmap_caller;

#define VRING_PARTS    3
#define VRING_SEGMENTS 130 /* of a chain: a header, 128 of data, a status */

enum vring_part {
	VRING_DESC,
	VRING_AVAIL,
	VRING_USED
};

struct vring {
	struct pmap *pmap;
	uint64_t address[VRING_PARTS]; /* guest physical, as the driver says */
	uint32_t mpn[VRING_PARTS][2];  /* where that is */
	uint16_t size;                 /* entries */
	uint16_t seen;                 /* entries of the available ring taken */
	uint16_t used;                 /* entries put on the used ring */
	bool is_ready;
};
_Static_assert(sizeof(struct vring) == 64, "an index is a shift");

/* A part of a request in guest physical memory. */
struct vring_segment {
	uint64_t gpa;
	uint32_t bytes;
	bool write; /* the device writes here */
};

struct vring_chain {
	uint16_t head;
	uint16_t count;
	struct vring_segment segment[VRING_SEGMENTS];
};

enum vring_result {
	VRING_EMPTY,
	VRING_TAKEN,
	VRING_BROKEN /* the driver broke a rule: the device needs a reset */
};

/* An empty queue of `pmap`'s VM, not ready. */
void vring_init(struct vring *ring, struct pmap *pmap);
/* Takes size and addresses as they are now; false if they are not what a queue can have. */
MUST_CHECK bool vring_start(struct vring *ring, const struct pmap_caller *caller);
/* Not ready any more; nothing of it is pinned. */
void vring_stop(struct vring *ring);

/* The next chain that the driver offers, and whether there is one. */
enum vring_result vring_take(struct vring *ring, struct vring_chain *chain,
			     const struct pmap_caller *caller);
bool vring_has_more(const struct vring *ring);
/* The chain just taken, and not yet given back, is the next one again. */
void vring_put_back(struct vring *ring);
/* Gives a chain back, `bytes` of it written; false: the driver wants no interrupt. */
bool vring_give(struct vring *ring, uint16_t head, uint32_t bytes);
