/* SPDX-License-Identifier: MIT */
/*
 * caches.c - the arrays of the first and second level, and what happens at an L1 miss.
 *
 * Replacement is least recently used in both levels: a set keeps its ways in order of use. The
 * second level includes both first levels: a line that leaves it takes its L1 copies along, so that
 * the coherence protocol need know the second level only. L1 entries say nothing that the second
 * level does not know, except which words were written; that is gathered when they go.
 *
 * The slow functions run within a quantum, on their own CPU's arrays alone.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/memsys/memsys_priv.h"

#define ADDRESS_BITS (((uint64_t)1 << 40) - 1) /* 36 of them are the address */

enum access {
	ACCESS_LOAD,
	ACCESS_STORE,
	ACCESS_FETCH
};

static uint8_t log2_of(uint32_t power)
{
	return (uint8_t)__builtin_ctz(power);
}

static void l1_create(struct memsys_l1 *l1, const struct memsys_geometry *g, bool check)
{
	uint32_t sets = g->bytes / g->ways / g->line_bytes;

	l1->ways = (uint8_t)g->ways;
	l1->line_shift = log2_of(g->line_bytes);
	l1->set_mask = sets - 1;
	while (1U << l1->stride_shift < g->ways) {
		l1->stride_shift++;
	}
	l1->match = ADDRESS_BITS & ~(uint64_t)(g->line_bytes - 1);
	if (check) {
		l1->match |= MEMSYS_ENTRY_ALWAYS;
	}
	l1->entries = memsys_allocate((size_t)sets << l1->stride_shift, sizeof(*l1->entries));
}

static void l1_clear(struct memsys_l1 *l1)
{
	size_t count = (size_t)(l1->set_mask + 1) << l1->stride_shift;

	for (size_t i = 0; i < count; i++) {
		l1->entries[i] = MEMSYS_ENTRY_NONE;
	}
}

bool cpu_create(struct memsys *memsys, unsigned number)
{
	const struct memsys_config *config = &memsys->config;
	struct cpu *cpu = &memsys->cpus[number];
	uint8_t for_l1 = (uint8_t)(log2_of(config->l1d.line_bytes) - 4);
	uint8_t for_l2 = (uint8_t)(memsys->l2_shift > 5 ? memsys->l2_shift - 5 : 0);

	cpu->memsys = memsys;
	cpu->number = number;
	cpu->node = number / config->cpus_per_node;
	l1_create(&cpu->hot.data, &config->l1d, config->check);
	l1_create(&cpu->hot.fetch, &config->l1i, config->check);
	/* Words of 4 bytes, unless the 16 bits of an L1 entry or the 32 of an L2 line ask for more.
	 */
	cpu->hot.word_shift = 2;
	if (for_l1 > cpu->hot.word_shift) {
		cpu->hot.word_shift = for_l1;
	}
	if (for_l2 > cpu->hot.word_shift) {
		cpu->hot.word_shift = for_l2;
	}
	cpu->hot.word_mask = (config->l1d.line_bytes - 1) >> cpu->hot.word_shift;
	cpu->hot.wide_bits = cpu->hot.word_shift == 2 ? 3 : 1;
	cpu->l2 = memsys_allocate((size_t)(memsys->l2_set_mask + 1) * memsys->l2_ways,
				  sizeof(*cpu->l2));
	cpu_clear(cpu);
	return true;
}

void cpu_destroy(struct cpu *cpu)
{
	free(cpu->hot.data.entries);
	free(cpu->hot.fetch.entries);
	free(cpu->l2);
	free(cpu->buffer);
}

void cpu_clear(struct cpu *cpu)
{
	const struct memsys *memsys = cpu->memsys;

	l1_clear(&cpu->hot.data);
	l1_clear(&cpu->hot.fetch);
	memset(cpu->l2, 0, (size_t)(memsys->l2_set_mask + 1) * memsys->l2_ways * sizeof(*cpu->l2));
	memset(&cpu->request, 0, sizeof(cpu->request));
	memset(&cpu->last_miss, 0, sizeof(cpu->last_miss));
	cpu->buffer_count = 0;
}

/* The way of a set that holds the line of `paddr`, or -1. */
static int l1_find(const struct memsys_l1 *l1, const uint64_t *set, uint64_t paddr)
{
	uint64_t match = l1->match & ~MEMSYS_ENTRY_ALWAYS;

	for (int way = 0; way < l1->ways; way++) {
		if (((set[way] ^ paddr) & match) == 0) {
			return way;
		}
	}
	return -1;
}

/* Makes way `way` the most recently used one; returns its entry. */
static uint64_t *l1_to_front(uint64_t *set, int way)
{
	uint64_t entry = set[way];

	for (; way > 0; way--) {
		set[way] = set[way - 1];
	}
	set[0] = entry;
	return set;
}

static struct l2_line *l2_set(const struct cpu *cpu, uint64_t line)
{
	const struct memsys *memsys = cpu->memsys;

	return &cpu->l2[(line >> memsys->l2_shift & memsys->l2_set_mask) * memsys->l2_ways];
}

struct l2_line *l2_find(const struct cpu *cpu, uint64_t line)
{
	struct l2_line *set = l2_set(cpu, line);

	for (uint32_t way = 0; way < cpu->memsys->l2_ways; way++) {
		if ((set[way].tag & ~L2_STATE) == line && set[way].tag & L2_STATE) {
			return &set[way];
		}
	}
	return NULL;
}

/* As l2_find(), and makes the line the most recently used one of its set. */
static struct l2_line *l2_use(struct cpu *cpu, uint64_t line)
{
	struct l2_line *set = l2_set(cpu, line);
	struct l2_line *found = l2_find(cpu, line);

	if (found && found != set) {
		struct l2_line used = *found;

		memmove(set + 1, set, (size_t)(found - set) * sizeof(*set));
		*set = used;
	}
	return found ? set : NULL;
}

/* The written words of an L1 entry, as words of its L2 line. */
static uint32_t words_of_entry(const struct cpu *cpu, uint64_t entry)
{
	uint64_t words = (entry & MEMSYS_ENTRY_WORDS) >> MEMSYS_ENTRY_WORD_SHIFT;
	uint64_t l1_line = entry & ADDRESS_BITS & cpu->hot.data.match;
	uint64_t in_l2 = l1_line - line_of(cpu->memsys, l1_line);

	return (uint32_t)(words << (in_l2 >> cpu->hot.word_shift));
}

/* The entry of the line of `paddr`, or NULL. */
static uint64_t *l1_entry(struct memsys_l1 *l1, uint64_t paddr)
{
	uint64_t *set = memsys_l1_set(l1, paddr);
	int way = l1_find(l1, set, paddr);

	return way < 0 ? NULL : &set[way];
}

void l2_gather_written(struct cpu *cpu, struct l2_line *l2)
{
	uint64_t line = l2->tag & ~L2_STATE;
	uint64_t end = line + cpu->memsys->config.l2.line_bytes;

	for (uint64_t at = line; at < end; at += cpu->memsys->config.l1d.line_bytes) {
		uint64_t *entry = l1_entry(&cpu->hot.data, at);

		if (entry) {
			l2->written |= words_of_entry(cpu, *entry);
			*entry &= ~MEMSYS_ENTRY_WORDS;
		}
	}
}

static void l1_drop(struct memsys_l1 *l1, uint64_t line, uint64_t bytes)
{
	uint64_t step = (uint64_t)1 << l1->line_shift;

	for (uint64_t at = line; at < line + bytes; at += step) {
		uint64_t *set = memsys_l1_set(l1, at);
		int way = l1_find(l1, set, at);

		if (way >= 0) {
			/* The hole goes to the end, so that holes are filled first. */
			for (; way < l1->ways - 1; way++) {
				set[way] = set[way + 1];
			}
			set[way] = MEMSYS_ENTRY_NONE;
		}
	}
}

void l2_drop(struct cpu *cpu, struct l2_line *l2, enum memsys_loss loss)
{
	struct memsys *memsys = cpu->memsys;
	uint64_t line = l2->tag & ~L2_STATE;
	uint32_t bytes = memsys->config.l2.line_bytes;
	struct l2_line *last = l2_set(cpu, line) + memsys->l2_ways - 1;

	l1_drop(&cpu->hot.data, line, bytes);
	l1_drop(&cpu->hot.fetch, line, bytes);
	for (; l2 < last; l2++) {
		*l2 = l2[1];
	}
	*last = (struct l2_line){ 0 };
	memsys->ops->lost(memsys->context, cpu->number, line, bytes, loss);
}

void l2_make_read_only(struct cpu *cpu, struct l2_line *l2)
{
	struct memsys *memsys = cpu->memsys;
	uint64_t line = l2->tag & ~L2_STATE;
	uint32_t bytes = memsys->config.l2.line_bytes;

	for (uint64_t at = line; at < line + bytes; at += memsys->config.l1d.line_bytes) {
		uint64_t *entry = l1_entry(&cpu->hot.data, at);

		if (entry) {
			*entry |= MEMSYS_ENTRY_READ_ONLY;
		}
	}
	l2->written = 0;
	memsys->ops->lost(memsys->context, cpu->number, line, bytes, MEMSYS_DOWNGRADED);
}

struct l2_line *l2_victim(struct cpu *cpu, uint64_t line)
{
	return l2_set(cpu, line) + cpu->memsys->l2_ways - 1;
}

void l2_insert(struct cpu *cpu, const struct l2_line *victim, uint64_t line, uint8_t state,
	       uint32_t version)
{
	struct l2_line *set = l2_set(cpu, line);

	memmove(set + 1, set, (size_t)(victim - set) * sizeof(*set));
	*set = (struct l2_line){ .tag = line | state, .version = version };
}

/* Puts the line of `paddr` in front of its L1 set; what falls out leaves its words in L2. */
static void l1_insert(struct cpu *cpu, struct memsys_l1 *l1, uint64_t paddr, bool is_writable)
{
	uint64_t *set = memsys_l1_set(l1, paddr);
	int way = l1_find(l1, set, paddr);
	uint64_t entry;

	if (way < 0) {
		way = l1->ways - 1;
		if (set[way] & MEMSYS_ENTRY_WORDS) {
			uint64_t old = set[way] & ADDRESS_BITS & l1->match;
			struct l2_line *l2 = l2_find(cpu, line_of(cpu->memsys, old));

			if (l2) {
				l2->written |= words_of_entry(cpu, set[way]);
			}
		}
		set[way] = (paddr & ADDRESS_BITS & l1->match) | MEMSYS_ENTRY_ALWAYS;
	}
	entry = set[way] & ~MEMSYS_ENTRY_READ_ONLY;
	set[way] = is_writable && l1 == &cpu->hot.data ? entry : entry | MEMSYS_ENTRY_READ_ONLY;
	l1_to_front(set, way);
}

void l1_fill(struct cpu *cpu, uint64_t paddr, bool is_fetch)
{
	struct l2_line *l2 = l2_use(cpu, line_of(cpu->memsys, paddr));

	if (l2) {
		l1_insert(cpu, is_fetch ? &cpu->hot.fetch : &cpu->hot.data, paddr,
			  (l2->tag & L2_STATE) == CACHE_M);
	}
}

static void mark_written(struct cpu *cpu, uint64_t paddr, unsigned bytes)
{
	uint64_t *entry = memsys_l1_set(&cpu->hot.data, paddr);
	uint64_t bits = bytes == 8 ? cpu->hot.wide_bits : 1;

	*entry |= bits << (MEMSYS_ENTRY_WORD_SHIFT +
			   (paddr >> cpu->hot.word_shift & cpu->hot.word_mask));
}

static uint32_t post(struct cpu *cpu, uint64_t paddr, unsigned bytes, enum access access,
		     uint64_t now, const struct l2_line *l2)
{
	struct request *request = &cpu->request;

	if (request->state != REQUEST_NONE) {
		memsys_fail(cpu->memsys, "CPU %u accesses memory while it is blocked", cpu->number);
		return MEMSYS_BLOCKED;
	}
	if (!directory_has(cpu->memsys, paddr)) {
		memsys_fail(cpu->memsys, "CPU %u accesses %#llx, which is no memory", cpu->number,
			    (unsigned long long)paddr);
		return MEMSYS_BLOCKED;
	}
	*request = (struct request){ .state = REQUEST_POSTED,
				     .is_fetch = access == ACCESS_FETCH,
				     .is_store = access == ACCESS_STORE,
				     .bytes = (uint8_t)bytes,
				     .paddr = paddr,
				     .line = line_of(cpu->memsys, paddr),
				     .issued = now };
	if (l2) {
		request->cache.state = l2->tag & L2_STATE;
		request->cache.data = l2->version;
	}
	cpu->memsys->posted |= (uint64_t)1 << cpu->number;
	return MEMSYS_BLOCKED;
}

/* What a store finds in L2: false if it has to ask for the right to write. */
static bool l2_become_writer(struct cpu *cpu, struct l2_line *l2)
{
	const struct protocol_row *row =
		&cpu->memsys->protocol->cache[l2->tag & L2_STATE][CACHE_EVENT_STORE];

	if (!row->exists || row->next > CACHE_M) {
		return false;
	}
	l2->tag = (l2->tag & ~L2_STATE) | row->next;
	return true;
}

static uint32_t access_l1_miss(struct cpu *cpu, struct memsys_l1 *l1, uint64_t paddr,
			       unsigned bytes, enum access access, uint64_t now)
{
	struct l2_line *l2 = l2_use(cpu, line_of(cpu->memsys, paddr));

	if (access == ACCESS_FETCH) {
		cpu->stats.l1i_misses++;
	} else if (access == ACCESS_LOAD) {
		cpu->stats.l1d_load_misses++;
	} else {
		cpu->stats.l1d_store_misses++;
	}
	if (!l2 || (access == ACCESS_STORE && !l2_become_writer(cpu, l2))) {
		return post(cpu, paddr, bytes, access, now, l2);
	}
	cpu->stats.l2_hits++;
	cpu->stats.stall_l2_cycles += cpu->memsys->config.l2_hit_cycles;
	l1_insert(cpu, l1, paddr, (l2->tag & L2_STATE) == CACHE_M);
	return cpu->memsys->config.l2_hit_cycles;
}

static uint32_t access_slow(struct cpu *cpu, struct memsys_l1 *l1, uint64_t paddr, unsigned bytes,
			    enum access access, uint64_t now)
{
	uint64_t *set = memsys_l1_set(l1, paddr);
	int way = l1_find(l1, set, paddr);
	uint32_t stall = 0;

	if (way < 0) {
		stall = access_l1_miss(cpu, l1, paddr, bytes, access, now);
	} else {
		l1_to_front(set, way);
		if (access == ACCESS_STORE && set[0] & MEMSYS_ENTRY_READ_ONLY) {
			struct l2_line *l2 = l2_use(cpu, line_of(cpu->memsys, paddr));

			if (!l2 || !l2_become_writer(cpu, l2)) {
				return post(cpu, paddr, bytes, access, now, l2);
			}
			set[0] &= ~MEMSYS_ENTRY_READ_ONLY;
		}
	}
	if (stall == MEMSYS_BLOCKED) {
		return stall;
	}
	if (access == ACCESS_STORE) {
		mark_written(cpu, paddr, bytes);
	}
	if (cpu->memsys->config.check) {
		if (access == ACCESS_STORE) {
			check_write(cpu, paddr);
		} else {
			check_read(cpu, paddr);
		}
	}
	return stall;
}

/* Hits in the second way of two or more, which is the usual reason to come here. */
static inline bool hits_second(struct memsys_l1 *l1, uint64_t paddr, uint64_t match)
{
	uint64_t *set = memsys_l1_set(l1, paddr);
	uint64_t entry;

	if (l1->ways == 1 || ((set[1] ^ paddr) & match) != 0) {
		return false;
	}
	entry = set[1];
	set[1] = set[0];
	set[0] = entry;
	return true;
}

uint32_t memsys_load_slow(struct memsys_cpu *cpu, uint64_t paddr, uint64_t now)
{
	if (hits_second(&cpu->data, paddr, cpu->data.match)) {
		return 0;
	}
	return access_slow((struct cpu *)cpu, &cpu->data, paddr, 0, ACCESS_LOAD, now);
}

uint32_t memsys_fetch_slow(struct memsys_cpu *cpu, uint64_t paddr, uint64_t now)
{
	if (hits_second(&cpu->fetch, paddr, cpu->fetch.match)) {
		return 0;
	}
	return access_slow((struct cpu *)cpu, &cpu->fetch, paddr, 0, ACCESS_FETCH, now);
}

uint32_t memsys_store_slow(struct memsys_cpu *cpu, uint64_t paddr, unsigned bytes, uint64_t now)
{
	if (hits_second(&cpu->data, paddr, cpu->data.match | MEMSYS_ENTRY_READ_ONLY)) {
		mark_written((struct cpu *)cpu, paddr, bytes);
		return 0;
	}
	return access_slow((struct cpu *)cpu, &cpu->data, paddr, bytes, ACCESS_STORE, now);
}
