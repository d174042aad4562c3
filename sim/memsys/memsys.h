/* SPDX-License-Identifier: MIT */
/*
 * memsys.h - the memory system as the CPU cores, devices and the machine use it.
 *
 * Caches hold tags and states; data lives in RAM. Time goes in quanta. Within one, a CPU touches
 * only lines that it holds with permission, by memsys_load(), memsys_store() and memsys_fetch();
 * what it lacks is posted, and the CPU is blocked. Between quanta memsys_boundary() does everything
 * that CPUs do to each other. So the order in which CPUs are visited within a quantum changes
 * nothing. docs/memory-system.md has the whole model, docs/coherence.md the protocol.
 *
 * A core: for each access call the function of its kind with the machine address (aliases applied)
 * and the CPU's own clock. The answer is a number of stall cycles, the access then takes place, or
 * MEMSYS_BLOCKED: the CPU stops, in the middle of the instruction, until resume() tells it a cycle;
 * from that cycle on it calls the function again for the same access (not for the fetch of that
 * instruction: a direct-mapped L2 may have only one of the two lines), and that call does not
 * block.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sim/error.h"
#include "sim/memsys/config.h"
#include "sim/memsys/stats.h"

#define MEMSYS_BLOCKED UINT32_MAX

struct memsys;
struct state_hash;

enum memsys_loss {
	MEMSYS_INVALIDATED, /* somebody else writes it; an LL link to it breaks */
	MEMSYS_REPLACED, /* it had to make room; an LL link to it breaks, nobody would tell later */
	MEMSYS_DOWNGRADED /* somebody else reads it: no store without asking again */
};

/* What the memory system calls, only within memsys_boundary(). */
struct memsys_ops {
	/* A CPU no longer holds [line, line + bytes) with the permission it had. */
	void (*lost)(void *context, unsigned cpu, uint64_t line, uint32_t bytes,
		     enum memsys_loss loss);
	/* A blocked CPU goes on at `cycle`, which is not before the boundary. */
	void (*resume)(void *context, unsigned cpu, uint64_t cycle);
	/* An uncached or device access of a CPU takes place now: read or write, keep the value. */
	void (*perform)(void *context, unsigned cpu);
	/* A line of a device's transfer takes place now; after the last one, when it was complete.
	 */
	void (*dma_perform)(void *context, uint64_t cookie, uint64_t paddr, uint32_t bytes);
	void (*dma_done)(void *context, uint64_t cookie, uint64_t cycle);
	/* LINES_IP_NODE of a CPU goes up or down (machine/misscount.h). */
	void (*hot_page)(void *context, unsigned cpu, bool up);
};

/* One first-level cache: `entries` has each set's ways in a row, the most recently used first. */
struct memsys_l1 {
	uint64_t *entries; /* MEMSYS_ENTRY_* */
	uint64_t match;    /* bits that agree with the address where an access hits */
	uint32_t set_mask;
	uint8_t line_shift;
	uint8_t stride_shift; /* a set takes 1 << stride_shift entries */
	uint8_t ways;
};

/*
 * An entry: the line's address, and above its 36 bits
 * bits 36..39: 0; all ones in an entry without a line, so that no address matches it
 * bits 40..55: the line's words that this CPU has written (classify.c)
 * bit 62: not writable    bit 63: always 1; in `match` of a checked system, so that nothing hits
 * here and every access takes the slow way, where it is checked.
 */
#define MEMSYS_ENTRY_NONE       ((uint64_t)0xc00000f000000000)
#define MEMSYS_ENTRY_WORD_SHIFT 40
#define MEMSYS_ENTRY_WORDS      ((uint64_t)0xffff << MEMSYS_ENTRY_WORD_SHIFT)
#define MEMSYS_ENTRY_READ_ONLY  ((uint64_t)1 << 62)
#define MEMSYS_ENTRY_ALWAYS     ((uint64_t)1 << 63)

/* What a hit needs of a CPU; the rest of it is private (memsys_priv.h). */
struct memsys_cpu {
	struct memsys_l1 data;
	struct memsys_l1 fetch;
	uint32_t word_mask; /* words of an L1 data line, less one */
	uint8_t word_shift;
	uint8_t wide_bits; /* bits of a store of 8 bytes */
};

/* NULL, with the reason, for an impossible configuration. `ops` and `context` must stay. */
struct memsys *memsys_create(const struct memsys_config *config, const struct memsys_ops *ops,
			     void *context, struct error *err);
void memsys_destroy(struct memsys *memsys);
/* Cold caches and empty queues, whatever was under way; statistics and miss counters stay. */
void memsys_reset(struct memsys *memsys);
/* As after creation: statistics and miss counters too. */
void memsys_power_on(struct memsys *memsys);

struct memsys_cpu *memsys_cpu(struct memsys *memsys, unsigned cpu);
uint64_t memsys_quantum(const struct memsys *memsys);

/* The ways other than the most recently used one, the second level, misses, checks. */
uint32_t memsys_load_slow(struct memsys_cpu *cpu, uint64_t paddr, uint64_t now);
uint32_t memsys_fetch_slow(struct memsys_cpu *cpu, uint64_t paddr, uint64_t now);
uint32_t memsys_store_slow(struct memsys_cpu *cpu, uint64_t paddr, unsigned bytes, uint64_t now);

static inline uint64_t *memsys_l1_set(const struct memsys_l1 *l1, uint64_t paddr)
{
	return &l1->entries[(paddr >> l1->line_shift & l1->set_mask) << l1->stride_shift];
}

/* A load at cycle `now` of this CPU, LL among them. Never crosses a line. */
static inline uint32_t memsys_load(struct memsys_cpu *cpu, uint64_t paddr, uint64_t now)
{
	const uint64_t *entry = memsys_l1_set(&cpu->data, paddr);

	if (__builtin_expect(((*entry ^ paddr) & cpu->data.match) == 0, 1)) {
		return 0;
	}
	return memsys_load_slow(cpu, paddr, now);
}

/* An instruction fetch. Calls for further instructions of the same line may be left out. */
static inline uint32_t memsys_fetch(struct memsys_cpu *cpu, uint64_t paddr, uint64_t now)
{
	const uint64_t *entry = memsys_l1_set(&cpu->fetch, paddr);

	if (__builtin_expect(((*entry ^ paddr) & cpu->fetch.match) == 0, 1)) {
		return 0;
	}
	return memsys_fetch_slow(cpu, paddr, now);
}

/* A store of 1 to 8 bytes; SC too, if its link still holds. */
static inline uint32_t memsys_store(struct memsys_cpu *cpu, uint64_t paddr, unsigned bytes,
				    uint64_t now)
{
	uint64_t *entry = memsys_l1_set(&cpu->data, paddr);
	uint64_t match = cpu->data.match | MEMSYS_ENTRY_READ_ONLY;

	if (__builtin_expect(((*entry ^ paddr) & match) == 0, 1)) {
		uint64_t bits = bytes == 8 ? cpu->wide_bits : 1;

		*entry |= bits << (MEMSYS_ENTRY_WORD_SHIFT +
				   (paddr >> cpu->word_shift & cpu->word_mask));
		return 0;
	}
	return memsys_store_slow(cpu, paddr, bytes, now);
}

/*
 * Uncached access of a CPU to memory, coherent. Always blocks: perform() when it takes place,
 * resume() for the next instruction (the access is not repeated).
 */
uint32_t memsys_uncached(struct memsys_cpu *cpu, uint64_t paddr, unsigned bytes, bool is_store,
			 uint64_t now);
/* The same for a register of a device at `node`. */
uint32_t memsys_device(struct memsys_cpu *cpu, unsigned node, bool is_store, uint64_t now);

/*
 * A device at `node` reads or writes RAM from cycle `time` on, coherently, line after line. To be
 * called between quanta; `time` is not before the last boundary.
 */
void memsys_dma(struct memsys *memsys, unsigned node, uint64_t paddr, uint64_t bytes, bool is_write,
		uint64_t time, uint64_t cookie);

/*
 * The end of a quantum at cycle `now`, all CPUs having come this far: takes what they posted,
 * handles everything that happens before `now`, and resumes the CPUs whose misses end before
 * now + quantum. False if the protocol or a check found an error; memsys_failure() tells it.
 */
bool memsys_boundary(struct memsys *memsys, uint64_t now);
const char *memsys_failure(const struct memsys *memsys);

/* Nothing is under way and no CPU waits. */
bool memsys_is_quiet(const struct memsys *memsys);
/* Something waits, and nothing is under way that could end that: an error of the protocol. */
bool memsys_is_stuck(const struct memsys *memsys);

/* A read miss from node `from` to a line clean at node `to`, without contention: NODE_LATENCY. */
unsigned memsys_latency_ns(const struct memsys *memsys, unsigned from, unsigned to);
unsigned memsys_home_node(const struct memsys *memsys, uint64_t paddr);

/* What a CPU was blocked for last: valid from resume() on, until it blocks again. */
struct memsys_miss {
	uint64_t paddr;
	uint64_t issued, resumed; /* cycles */
	uint8_t home;             /* node of the memory or device */
	bool is_store, is_fetch;
	bool is_uncached;    /* or a device's register */
	bool is_upgrade;     /* the line was held shared all the time */
	bool has_three_hops; /* another cache had the data */
	uint8_t cause;       /* enum memsys_cause */
};

enum memsys_cause {
	MEMSYS_NO_CAUSE, /* upgrades, uncached accesses, or not classified */
	MEMSYS_COLD,
	MEMSYS_REPLACEMENT,
	MEMSYS_TRUE_SHARING,
	MEMSYS_FALSE_SHARING
};

const struct memsys_miss *memsys_last_miss(const struct memsys *memsys, unsigned cpu);

const struct memsys_cpu_stats *memsys_stats_cpu(const struct memsys *memsys, unsigned cpu);
const struct memsys_node_stats *memsys_stats_node(const struct memsys *memsys, unsigned node);
/* Cycles that messages have waited for links of the network, or for the bus. */
uint64_t memsys_stats_network_waited(const struct memsys *memsys);
/* Bytes of host memory that grow with what is touched. */
uint64_t memsys_host_bytes(const struct memsys *memsys);

/* Tests all invariants between caches and directory; false with memsys_failure(). */
bool memsys_check(struct memsys *memsys, uint64_t now);
/* Everything that influences what happens next, and the counters. */
void memsys_hash(const struct memsys *memsys, struct state_hash *hash);
