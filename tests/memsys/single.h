/* SPDX-License-Identifier: MIT */
/* single.h - one access after the other, each to its end: for tests of single rules. */
#pragma once

#include "sim/memsys/memsys.h"

struct single {
	struct memsys *memsys;
	uint64_t now;
	bool is_resumed;
	uint64_t resumed_at;
	bool line_up[64];       /* LINES_IP_NODE */
	unsigned line_changes;  /* of it, all CPUs */
	unsigned lost_count[3]; /* by enum memsys_loss */
	uint64_t last_lost;
	unsigned dma_lines, dma_transfers;
	unsigned settled; /* times */
};

/* Aborts the test if the configuration is refused. */
struct single *single_create(const struct memsys_config *config);
void single_destroy(struct single *single);

/* Each returns the cycles that the access stalled. */
uint64_t single_load(struct single *single, unsigned cpu, uint64_t paddr);
uint64_t single_fetch(struct single *single, unsigned cpu, uint64_t paddr);
uint64_t single_store(struct single *single, unsigned cpu, uint64_t paddr, unsigned bytes);
uint64_t single_uncached(struct single *single, unsigned cpu, uint64_t paddr, bool is_store);
/* A device's transfer, to its end. */
void single_dma(struct single *single, unsigned node, uint64_t paddr, uint64_t bytes,
		bool is_write);
/* Lets all messages come to rest, and then time pass until `cycle`. */
void single_settle(struct single *single);
void single_wait_until(struct single *single, uint64_t cycle);
