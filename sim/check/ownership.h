/* SPDX-License-Identifier: MIT */
/*
 * ownership.h - may a VM map what it maps? A checker of monitors (docs/machine/annotation.md).
 *
 * It keeps its own list of the pages that each VM may map, and how, from what the monitor says when
 * it allocates, shares and releases them (ANNOTATION_OWN), and believes no table of the monitor's.
 * Held against it are every TLB entry when it is written, all that can match when a CPU goes to a
 * guest, those of CPUs in a guest when a page is taken away, and every byte that a device moves. So
 * are two entries that match one address. What is not allowed ends the run (STOP_OWNERSHIP).
 *
 * Changes nothing that a program sees but ANNOTATION_OWN, which reads as 1. Not part of
 * checkpoints.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct core;
struct core_hooks;
struct machine;
struct ownership;

/* From now on `machine` has a list, empty at first. NULL: no memory. */
struct ownership *ownership_begin(struct machine *machine);
void ownership_add_hooks(struct ownership *ownership, struct core_hooks *hooks);
void ownership_end(struct ownership *ownership);

/* For the annotation port: a write of OWN and OWN_RUN. */
void ownership_note(struct ownership *ownership, const struct core *core, uint64_t value);
void ownership_run(struct ownership *ownership, struct core *core, uint32_t value);

/* For devices: a part of one page is about to be moved. */
void ownership_dma(struct ownership *ownership, uint64_t paddr, bool is_write);

/* What has been looked at, for summaries and tests. */
struct ownership_counts {
	uint64_t changes; /* of the list */
	uint64_t entries; /* TLB entries */
	uint64_t parts;   /* of device's transfers */
};

struct ownership_counts ownership_counts(const struct ownership *ownership);
