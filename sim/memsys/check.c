/* SPDX-License-Identifier: MIT */
/*
 * check.c - the running checker: versions at every hit, invariants at boundaries; and the hash.
 *
 * A version stands for a line's data: each store makes a new one, messages carry it, the home
 * remembers the newest. A hit that finds an older one has read what it must no longer see.
 */
#include <stdio.h>

#include "sim/memsys/memsys_priv.h"
#include "sim/state_hash.h"

#define STUCK_CYCLES 4000000 /* a miss that takes longer is lost */

static void fail_version(struct cpu *cpu, uint64_t paddr, const char *what, uint32_t has,
			 uint32_t newest)
{
	memsys_fail(cpu->memsys, "CPU %u %s %#llx with version %u, the newest is %u", cpu->number,
		    what, (unsigned long long)paddr, has, newest);
}

void check_read(struct cpu *cpu, uint64_t paddr)
{
	uint64_t line = line_of(cpu->memsys, paddr);
	const struct l2_line *l2 = l2_find(cpu, line);
	const struct home_line *home = directory_line(cpu->memsys, line);

	if (!l2) {
		memsys_fail(cpu->memsys, "CPU %u hits %#llx in L1 and not in L2", cpu->number,
			    (unsigned long long)paddr);
	} else if (l2->version != home->newest) {
		fail_version(cpu, paddr, "reads", l2->version, home->newest);
	}
}

void check_write(struct cpu *cpu, uint64_t paddr)
{
	uint64_t line = line_of(cpu->memsys, paddr);
	struct l2_line *l2 = l2_find(cpu, line);
	struct home_line *home = directory_line(cpu->memsys, line);

	if (!l2 || (l2->tag & L2_STATE) != CACHE_M) {
		memsys_fail(cpu->memsys, "CPU %u writes %#llx without having it modified",
			    cpu->number, (unsigned long long)paddr);
	} else if (l2->version != home->newest) {
		fail_version(cpu, paddr, "writes", l2->version, home->newest);
	} else {
		l2->version = ++home->newest;
	}
}

/* Directory against one line of one cache. */
static void check_line(struct cpu *cpu, const struct l2_line *l2)
{
	struct memsys *memsys = cpu->memsys;
	uint64_t line = l2->tag & ~L2_STATE;
	bool is_owned = (l2->tag & L2_STATE) != CACHE_S;
	const struct home_line *home = directory_find(memsys, line);

	if (!home) {
		memsys_fail(memsys, "CPU %u holds line %#llx, of which its home knows nothing",
			    cpu->number, (unsigned long long)line);
		return;
	}
	for (unsigned i = 0; is_owned && i < memsys->cpu_count; i++) {
		if (i != cpu->number && l2_find(&memsys->cpus[i], line)) {
			memsys_fail(memsys, "CPU %u owns line %#llx, and CPU %u has it too",
				    cpu->number, (unsigned long long)line, i);
		}
	}
	if (home->home.state > HOME_X) {
		return; /* on its way */
	}
	if (is_owned ? home->home.owner != cpu->number : !(home->home.sharers >> cpu->number & 1)) {
		memsys_fail(memsys, "CPU %u holds line %#llx in state %s, its home says %s",
			    cpu->number, (unsigned long long)line,
			    protocol_cache_state_name(l2->tag & L2_STATE),
			    protocol_home_state_name(home->home.state));
	}
}

static void check_inclusion(struct cpu *cpu, const struct memsys_l1 *l1)
{
	size_t count = (size_t)(l1->set_mask + 1) << l1->stride_shift;

	for (size_t i = 0; i < count; i++) {
		uint64_t address = l1->entries[i] & l1->match & ~MEMSYS_ENTRY_ALWAYS;
		const struct l2_line *l2;

		if (address >> 36) {
			continue; /* none */
		}
		l2 = l2_find(cpu, line_of(cpu->memsys, address));
		if (!l2 || (!(l1->entries[i] & MEMSYS_ENTRY_READ_ONLY) &&
			    (l2->tag & L2_STATE) != CACHE_M)) {
			memsys_fail(cpu->memsys, "CPU %u: L1 has %#llx with more rights than L2",
				    cpu->number, (unsigned long long)address);
		}
	}
}

bool memsys_check(struct memsys *memsys, uint64_t now)
{
	size_t lines = (size_t)(memsys->l2_set_mask + 1) * memsys->l2_ways;

	for (unsigned i = 0; i < memsys->cpu_count; i++) {
		struct cpu *cpu = &memsys->cpus[i];

		check_inclusion(cpu, &cpu->hot.data);
		check_inclusion(cpu, &cpu->hot.fetch);
		for (size_t slot = 0; slot < lines; slot++) {
			if (cpu->l2[slot].tag & L2_STATE) {
				check_line(cpu, &cpu->l2[slot]);
			}
		}
		if (cpu->request.state != REQUEST_NONE &&
		    now > cpu->request.issued + STUCK_CYCLES) {
			memsys_fail(memsys, "CPU %u waits for %#llx since cycle %llu", i,
				    (unsigned long long)cpu->request.paddr,
				    (unsigned long long)cpu->request.issued);
		}
	}
	return !memsys->failure[0];
}

static void hash_cache(struct state_hash *hash, const struct protocol_cache *cache)
{
	state_hash_u64(hash, cache->state);
	state_hash_u64(hash, (uint64_t)cache->acks_needed << 8 | cache->acks_seen);
	state_hash_u64(hash, cache->data);
}

static void hash_l1(struct state_hash *hash, const struct memsys_l1 *l1)
{
	size_t sets = l1->set_mask + 1;

	for (size_t set = 0; set < sets; set++) {
		for (unsigned way = 0; way < l1->ways; way++) {
			state_hash_u64(hash, l1->entries[(set << l1->stride_shift) + way]);
		}
	}
}

static void hash_cpu(struct state_hash *hash, const struct cpu *cpu)
{
	const struct memsys *memsys = cpu->memsys;
	const struct request *request = &cpu->request;
	size_t lines = (size_t)(memsys->l2_set_mask + 1) * memsys->l2_ways;

	hash_l1(hash, &cpu->hot.data);
	hash_l1(hash, &cpu->hot.fetch);
	for (size_t i = 0; i < lines; i++) {
		state_hash_u64(hash, cpu->l2[i].tag);
		state_hash_u64(hash, (uint64_t)cpu->l2[i].version << 32 | cpu->l2[i].written);
	}
	state_hash_u64(hash, request->state);
	if (request->state != REQUEST_NONE) {
		state_hash_u64(hash, (uint64_t)request->is_fetch << 1 | request->is_store);
		state_hash_u64(hash, request->paddr);
		state_hash_u64(hash, request->issued);
		state_hash_u64(hash, request->ready);
		hash_cache(hash, &request->cache);
	}
	for (unsigned i = 0; i < cpu->buffer_count; i++) {
		state_hash_u64(hash, cpu->buffer[i].line);
		hash_cache(hash, &cpu->buffer[i].cache);
	}
	state_hash_bytes(hash, &cpu->stats, sizeof(cpu->stats));
}

static void hash_line(const struct memsys *memsys, struct state_hash *hash,
		      const struct home_line *line)
{
	const struct protocol_home *home = &line->home;

	state_hash_u64(hash, (uint64_t)home->state << 24 | (uint64_t)home->owner << 16 |
				     (uint64_t)home->requester << 8 | home->acks_missing);
	state_hash_u64(hash, home->sharers);
	state_hash_u64(hash, home->pending);
	state_hash_u64(hash, (uint64_t)home->data << 32 | line->newest);
	for (uint32_t i = line->wait_first; i != NO_INDEX; i = memsys->waiting[i].next) {
		state_hash_u64(hash, (uint64_t)memsys->waiting[i].message.kind << 8 |
					     memsys->waiting[i].message.src);
	}
}

/* The order of events in the heap depends on nothing but events, so their sum will do. */
static void sum_event(void *context, const struct event *event)
{
	uint64_t *sum = context;

	*sum += (event->time * 0x9e3779b97f4a7c15) ^ (event->line * 0xbf58476d1ce4e5b9) ^
		(uint64_t)event->kind << 56 ^ (uint64_t)event->message.kind << 48 ^
		(uint64_t)event->message.src << 40 ^ (uint64_t)event->message.dst << 32 ^
		event->when;
}

void memsys_hash(const struct memsys *memsys, struct state_hash *hash)
{
	uint64_t events = 0;

	state_hash_u64(hash, memsys->now);
	for (unsigned i = 0; i < memsys->cpu_count; i++) {
		hash_cpu(hash, &memsys->cpus[i]);
	}
	for (uint64_t number = 0; number < memsys->page_count; number++) {
		const struct home_page *page = memsys->pages[number];

		for (unsigned i = 0; page && i < (unsigned)MAP_PAGE_BYTES >> memsys->l2_shift;
		     i++) {
			state_hash_u64(hash, number);
			hash_line(memsys, hash, &page->lines[i]);
		}
	}
	for (unsigned i = 0; i < memsys->config.nodes; i++) {
		state_hash_u64(hash, memsys->nodes[i].controller_free_at);
		for (unsigned bank = 0; bank < memsys->config.banks; bank++) {
			state_hash_u64(hash, memsys->nodes[i].bank_free_at[bank]);
		}
		state_hash_bytes(hash, &memsys->nodes[i].stats, sizeof(memsys->nodes[i].stats));
	}
	miss_counters_hash(memsys, hash);
	event_queue_for_each(memsys->events, sum_event, &events);
	state_hash_u64(hash, events);
	state_hash_u64(hash, memsys->random);
}
