/* SPDX-License-Identifier: MIT */
/*
 * policy.h - what to do with a hot page: a pure function of its counters (paper 4.2.2).
 *
 * The decision tree is that of Verghese et al. (ASPLOS 1996). A page is hot when one CPU's misses
 * on it reach `trigger`. No other node at `sharing`: it belongs to the hot node and migrates there.
 * Otherwise it is shared: with fewer than `write` writes it is replicated to the nodes that miss
 * most, with more it stays. docs/monitor/numa.md has the thresholds' defaults and their reasons.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "machine/map.h"
#include "machine/movement.h"

#include "src/pmap/pmap.h"

/* A CPU's counters of a page, as a row of the node controller holds them (misscount.h). */
struct policy_counts {
	uint16_t reads;
	uint16_t writes;
};

/* Switches and thresholds of a VM. */
struct policy {
	bool migrates;
	bool replicates;
	bool is_random;      /* nothing is decided: the stress test */
	bool by_tlb;         /* refills of the window are counted, not misses of the cache */
	uint16_t trigger;    /* misses of a CPU that make a page hot */
	uint16_t sharing;    /* misses of another node that make it shared */
	uint16_t write;      /* writes that keep a shared page from being replicated */
	uint16_t moves_max;  /* migrations and collapses of a page in an interval */
	uint16_t thrash;     /* such moves ever, then the page stays where it is */
	uint16_t reserve;    /* free pages of a node that replicas must leave */
	uint16_t reset_log2; /* an interval is 2^n cycles: counters are halved at its end */
};

/* What the page's home knows of it. */
struct policy_page {
	const struct policy_counts *counts; /* by CPU */
	const uint8_t *cpu_node;
	uint32_t cpu_count;
	uint32_t node_count;
	uint32_t hot_cpu;
	uint32_t home; /* node of the page */
	bool is_pinned;
};

struct policy_decision {
	uint8_t action;  /* MOVEMENT_NONE, _MIGRATE, _REPLICATE */
	uint8_t reason;  /* MOVEMENT_* */
	uint64_t nodes;  /* where to: one bit, or those that get a copy */
	uint32_t misses; /* of the hot node */
	uint32_t others; /* of all others */
	uint32_t writes; /* of all */
};

/* The defaults: Verghese's but for what docs/monitor/numa.md says. */
void policy_init(struct policy *policy);
/* By the counters, which lie where the page does. */
void policy_decide(const struct policy *policy, const struct policy_page *page,
		   struct policy_decision *decision);
/* Whether that is to be done, at the one node in `nodes`; a page that cannot move is copied. */
void policy_allow(const struct policy *policy, const struct pmap_hot *state,
		  struct policy_decision *decision);
