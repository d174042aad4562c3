/* SPDX-License-Identifier: MIT */
/*
 * traffic.h - CPUs without instructions: each does one access after the other, chosen by a
 * function.
 *
 * They use the memory system as a core does: until the quantum is over or an access blocks. The
 * order in which they are visited can be reversed, which must change nothing. LL and SC are kept
 * honest: an SC that succeeds checks that nobody has written the line since the LL.
 */
#pragma once

#include "sim/memsys/memsys.h"

enum traffic_kind {
	TRAFFIC_LOAD,
	TRAFFIC_STORE,
	TRAFFIC_FETCH,
	TRAFFIC_LL,
	TRAFFIC_SC, /* after an LL that still holds; otherwise nothing */
	TRAFFIC_UNCACHED_LOAD,
	TRAFFIC_UNCACHED_STORE,
	TRAFFIC_DEVICE, /* `paddr` is the node */
	TRAFFIC_IDLE,   /* `paddr` cycles of computing */
	TRAFFIC_END     /* no more accesses */
};

struct traffic_access {
	enum traffic_kind kind;
	unsigned bytes;
	uint64_t paddr;
};

struct traffic_cpu {
	unsigned number;
	uint64_t now;    /* clock */
	uint64_t random; /* state of a generator of its own */
	bool is_blocked;
	bool is_done;
	bool again; /* `access` is to be repeated */
	struct traffic_access access;
	uint64_t issued;       /* cycle of `access` */
	uint64_t accesses;     /* finished */
	uint64_t last_latency; /* cycles that the last access stalled */
	uint64_t latency_sum;  /* of accesses that blocked */
	uint64_t latency_count;
	/* LL/SC. */
	bool has_link;
	uint64_t link_line;
	uint64_t link_writes; /* of its line when the LL was done */
	bool sc_succeeded;    /* the last one */
	uint64_t sc_done, sc_failed;
};

struct traffic {
	struct memsys *memsys;
	unsigned cpu_count;
	struct traffic_cpu *cpus;
	bool is_reversed;
	uint64_t now;
	/* The next access of a CPU. */
	struct traffic_access (*next)(struct traffic *traffic, struct traffic_cpu *cpu);
	/* An access of a CPU takes place; an SC only if it succeeds. May be NULL. */
	void (*done)(struct traffic *traffic, struct traffic_cpu *cpu);
	/* Called before each boundary, for devices; may be NULL. */
	void (*between)(struct traffic *traffic);
	void *context;
	/* Writes of each line, for lines below `line_count` * `line_bytes`. */
	uint64_t *writes;
	uint64_t line_count;
	uint32_t line_bytes;
	uint64_t dma_pending;
	uint64_t random; /* of `between` */
	const char *failure;
};

/* NULL with the reason, as memsys_create(). */
struct traffic *traffic_create(const struct memsys_config *config, uint64_t seed,
			       struct error *err);
void traffic_destroy(struct traffic *traffic);

/* Runs until cycle `end`, or until all CPUs are done; false if anything failed. */
bool traffic_run(struct traffic *traffic, uint64_t end);
/* No new accesses; runs until nothing is under way. False if that does not come. */
bool traffic_drain(struct traffic *traffic);
/* Hash of all CPUs: clocks, accesses, latencies. */
uint64_t traffic_cpu_hash(const struct traffic *traffic);
/* Hash of the memory system and all CPUs. */
uint64_t traffic_hash(const struct traffic *traffic);
/* Why traffic_run() or traffic_drain() returned false. */
const char *traffic_failure(const struct traffic *traffic);

uint64_t traffic_random(uint64_t *state);
