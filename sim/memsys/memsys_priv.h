/* SPDX-License-Identifier: MIT */
/* memsys_priv.h - the parts of a memory system, for the files of sim/memsys. */
#pragma once

#include "sim/memsys/events.h"
#include "sim/memsys/memsys.h"
#include "sim/memsys/network.h"
#include "sim/memsys/protocol.h"

#define NO_INDEX UINT32_MAX

/* One line of a second-level cache. `tag` is its address with the state (CACHE_I..M) below. */
struct l2_line {
	uint64_t tag;
	uint32_t version; /* checked systems: of the data it stands for */
	uint32_t written; /* words written by this CPU since it has been owner */
};

#define L2_STATE ((uint64_t)3)

enum request_state {
	REQUEST_NONE,
	REQUEST_POSTED,      /* since this quantum */
	REQUEST_SENT,        /* cache.state is IS, IM, SM or MA */
	REQUEST_BUFFERED,    /* the line is still in the write-back buffer */
	REQUEST_FILLING,     /* the answer is complete; the line comes at event FILL */
	REQUEST_PORT_POSTED, /* an uncached access since this quantum */
	REQUEST_PORT         /* an uncached access under way */
};

/* What a CPU is blocked for. */
struct request {
	uint8_t state; /* enum request_state */
	bool is_fetch;
	bool is_store;
	bool three_hop;
	bool is_upgrade;
	uint8_t cause; /* enum memsys_cause */
	uint8_t bytes;
	uint64_t paddr;
	uint64_t line;
	uint64_t issued; /* cycle */
	uint64_t ready;  /* latest arrival of what it waits for */
	struct protocol_cache cache;
	uint32_t device_node; /* of an uncached access: the device's node, or NO_INDEX for memory */
};

/* A line in state MI, EI or II. */
struct write_back {
	uint64_t line;
	struct protocol_cache cache;
};

/* One CPU. `hot` comes first: cores have pointers to it. */
struct cpu {
	struct memsys_cpu hot;
	struct memsys *memsys;
	unsigned number;
	unsigned node;
	struct l2_line *l2; /* sets of l2_ways, the most recently used first */
	struct request request;
	struct write_back *buffer;
	unsigned buffer_count, buffer_capacity;
	struct memsys_miss last_miss;
	struct memsys_cpu_stats stats;
};

/* One access of a port: of a CPU, uncached, or of a device. */
struct port_access {
	bool is_used;
	bool is_write;
	bool is_device; /* a register: no memory, no coherence */
	bool is_dma;
	bool is_row;  /* the home itself has changed a row of miss counters */
	uint8_t node; /* of the port */
	uint8_t cpu;  /* of an uncached access */
	uint64_t paddr;
	uint32_t bytes;
	/* DMA: what is left after this line. */
	uint64_t bytes_left;
	uint64_t cookie;
};

/* The home's record of one line. */
struct home_line {
	struct protocol_home home;
	uint32_t wait_first, wait_last; /* requests kept: indices of memsys.waiting */
	uint32_t newest;                /* checked systems: version of the last write */
	bool is_row_write_pending;      /* a row of miss counters has changed (misscount.c) */
};

/* How CPUs lost a line (classify.c). */
struct line_history {
	uint64_t seen;        /* CPUs that have held it */
	uint64_t invalidated; /* CPUs that lost it to a writer */
	uint32_t *written;    /* per CPU: words written since; NULL until somebody lost it */
};

/* The lines of 4 KB; allocated at the first touch. */
struct home_page {
	struct line_history *history; /* NULL unless classified */
	struct home_line lines[];
};

/* A request that waits for its line. */
struct waiting {
	struct protocol_message message;
	uint32_t next;
};

struct node {
	uint64_t controller_free_at;
	uint64_t *bank_free_at;
	struct memsys_node_stats stats;
};

struct miss_counters;

struct memsys {
	struct memsys_config config;
	struct memsys_timing timing;
	const struct memsys_ops *ops;
	void *context;
	const struct protocol *protocol;
	unsigned cpu_count;
	uint64_t posted; /* CPUs that have posted something in this quantum */
	struct cpu *cpus;
	struct node *nodes;
	/* Second-level geometry. */
	uint32_t l2_set_mask, l2_ways;
	uint8_t l2_shift;
	/* Directory: RAM, then the rows of the miss counters, then boot memory. */
	struct home_page **pages;
	uint64_t page_count;
	uint64_t frame_count;
	uint64_t directory_bytes, row_bytes; /* of host memory */
	struct waiting *waiting;
	uint32_t waiting_count, waiting_free; /* free list */
	struct port_access *ports;
	uint32_t port_count;
	uint32_t ports_in_use;
	struct event_queue *events;
	struct network *network;
	struct miss_counters *miss_counters;
	uint64_t now; /* last boundary */
	uint64_t boundaries;
	uint64_t random; /* state of the perturbation */
	char failure[256];
};

/* Cells that cannot be had end the program: a simulation cannot go on. */
void *memsys_allocate(size_t count, size_t size);
void *memsys_resize(void *memory, size_t count, size_t size);

__attribute__((format(printf, 2, 3))) void memsys_fail(struct memsys *memsys, const char *format,
						       ...);

/* directory.c */
struct home_line *directory_line(struct memsys *memsys, uint64_t line);
/* NULL if nothing of the page has been touched. */
struct home_line *directory_find(const struct memsys *memsys, uint64_t line);
/* Page `number` of memsys.pages, which must not exist. */
struct home_page *directory_make_page(struct memsys *memsys, uint64_t number);
struct line_history *directory_history(struct memsys *memsys, uint64_t line);
bool directory_has(const struct memsys *memsys, uint64_t paddr);
void directory_clear(struct memsys *memsys);
uint32_t waiting_allocate(struct memsys *memsys);
void waiting_release(struct memsys *memsys, uint32_t index);

/* caches.c */
bool cpu_create(struct memsys *memsys, unsigned number);
void cpu_destroy(struct cpu *cpu);
void cpu_clear(struct cpu *cpu);
struct l2_line *l2_find(const struct cpu *cpu, uint64_t line);
/* Gathers the written words of the L1 copies of a line into it. */
void l2_gather_written(struct cpu *cpu, struct l2_line *l2);
/* Removes a line and its L1 copies; the caller has gathered. */
void l2_drop(struct cpu *cpu, struct l2_line *l2, enum memsys_loss loss);
void l2_make_read_only(struct cpu *cpu, struct l2_line *l2);
/* The least recently used line of the set that `line` belongs to; it may be empty. */
struct l2_line *l2_victim(struct cpu *cpu, uint64_t line);
/* Puts a line, which must not be there, into the place of a victim, which must be empty. */
void l2_insert(struct cpu *cpu, const struct l2_line *victim, uint64_t line, uint8_t state,
	       uint32_t version);
/* The access that the CPU was blocked for will hit. */
void l1_fill(struct cpu *cpu, uint64_t paddr, bool is_fetch);

/* cache_side.c: lines in caches and buffers take part in the protocol. */
void cache_issue(struct cpu *cpu, uint64_t time);
void cache_receive(struct cpu *cpu, uint64_t line, const struct protocol_message *in,
		   uint64_t time);
void cache_fill(struct cpu *cpu, uint64_t when);
/* The request has been answered: the CPU goes on at `when`. */
void cache_resume(struct cpu *cpu, unsigned home, uint64_t when);

/* home_side.c: the directory's controller. */
void home_receive(struct memsys *memsys, unsigned node, uint64_t address,
		  const struct protocol_message *in, uint64_t time);

/* ports.c */
void port_issue(struct cpu *cpu, uint64_t time);
void port_perform(struct memsys *memsys, uint32_t tag);
void port_receive(struct memsys *memsys, const struct protocol_message *in, uint64_t time);
void port_done(struct memsys *memsys, uint32_t tag, uint64_t when);
/* The home writes a row of its miss counters: copies in caches go. */
void port_write_row(struct memsys *memsys, uint64_t line, uint64_t time);
/* Words of its line that a port's write changes. */
uint32_t port_words(const struct memsys *memsys, uint32_t tag);

/* engine.c: time and transport. */
void engine_send(struct memsys *memsys, unsigned from, uint64_t line,
		 const struct protocol_message *message, uint64_t time);
unsigned engine_agent_node(const struct memsys *memsys, uint8_t agent, uint64_t line);
uint64_t engine_acquire_controller(struct memsys *memsys, unsigned node, uint64_t time,
				   unsigned busy);
uint64_t engine_acquire_bank(struct memsys *memsys, unsigned node, uint64_t line, uint64_t time);
void engine_complete(struct memsys *memsys, enum event_kind kind, uint64_t line, unsigned node,
		     uint8_t cpu, uint32_t tag, uint64_t when);
uint64_t engine_jitter(struct memsys *memsys);

/* classify.c */
void classify_miss(struct memsys *memsys, struct cpu *cpu, uint64_t line, uint8_t owner);
void classify_loss(struct cpu *cpu, struct l2_line *l2, enum memsys_loss loss);
void classify_port_write(struct memsys *memsys, uint64_t line, uint32_t words);

/* misscount.c */
void miss_counters_create(struct memsys *memsys);
void miss_counters_destroy(struct memsys *memsys);
void miss_counters_reset(struct memsys *memsys);
void miss_counters_count(struct memsys *memsys, unsigned number, uint64_t line, unsigned cpu,
			 bool is_write, uint64_t now);
void miss_counters_boundary(struct memsys *memsys, uint64_t now);
void miss_counters_hash(const struct memsys *memsys, struct state_hash *hash);

/* check.c */
void check_read(struct cpu *cpu, uint64_t paddr);
void check_write(struct cpu *cpu, uint64_t paddr);

static inline bool agent_is_cache(uint8_t agent)
{
	return agent < PROTOCOL_CACHES_MAX;
}

static inline uint64_t line_of(const struct memsys *memsys, uint64_t paddr)
{
	return paddr >> memsys->l2_shift << memsys->l2_shift;
}
