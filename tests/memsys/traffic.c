/* SPDX-License-Identifier: MIT */
/* traffic.c - synthetic CPUs on a memory system (traffic.h). */
#include "tests/memsys/traffic.h"

#include <stdlib.h>

#include "sim/state_hash.h"

#define DRAIN_CYCLES 2000000

uint64_t traffic_random(uint64_t *state)
{
	/* splitmix64 */
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static void count_write(struct traffic *traffic, uint64_t paddr)
{
	uint64_t line = paddr / traffic->line_bytes;

	if (line < traffic->line_count) {
		traffic->writes[line]++;
	}
}

static uint64_t writes_of(const struct traffic *traffic, uint64_t paddr)
{
	uint64_t line = paddr / traffic->line_bytes;

	return line < traffic->line_count ? traffic->writes[line] : 0;
}

static void on_lost(void *context, unsigned cpu, uint64_t line, uint32_t bytes,
		    enum memsys_loss loss)
{
	struct traffic *traffic = context;
	struct traffic_cpu *c = &traffic->cpus[cpu];

	(void)bytes;
	if (loss != MEMSYS_DOWNGRADED && c->has_link && c->link_line == line) {
		c->has_link = false;
	}
}

static void on_resume(void *context, unsigned cpu, uint64_t cycle)
{
	struct traffic *traffic = context;
	struct traffic_cpu *c = &traffic->cpus[cpu];

	if (!c->is_blocked || cycle < traffic->now) {
		traffic->failure = "resumed at the wrong time";
	}
	c->is_blocked = false;
	c->last_latency = cycle - c->issued;
	c->latency_sum += c->last_latency;
	c->latency_count++;
	c->now = cycle;
}

static void on_perform(void *context, unsigned cpu)
{
	struct traffic *traffic = context;
	struct traffic_cpu *c = &traffic->cpus[cpu];

	if (c->access.kind == TRAFFIC_UNCACHED_STORE) {
		count_write(traffic, c->access.paddr);
	}
	c->again = false;
	c->accesses++;
}

static void on_dma_perform(void *context, uint64_t cookie, uint64_t paddr, uint32_t bytes)
{
	(void)bytes;
	if (cookie == 1) {
		count_write(context, paddr);
	}
}

static void on_dma_done(void *context, uint64_t cookie, uint64_t cycle)
{
	struct traffic *traffic = context;

	(void)cookie;
	(void)cycle;
	traffic->dma_pending--;
}

static void on_hot_page(void *context, unsigned cpu, bool up)
{
	(void)context;
	(void)cpu;
	(void)up;
}

static const struct memsys_ops ops = { .lost = on_lost,
				       .resume = on_resume,
				       .perform = on_perform,
				       .dma_perform = on_dma_perform,
				       .dma_done = on_dma_done,
				       .hot_page = on_hot_page };

struct traffic *traffic_create(const struct memsys_config *config, uint64_t seed, struct error *err)
{
	struct traffic *traffic = calloc(1, sizeof(*traffic));

	if (!traffic) {
		abort();
	}
	traffic->memsys = memsys_create(config, &ops, traffic, err);
	if (!traffic->memsys) {
		free(traffic);
		return NULL;
	}
	traffic->cpu_count = config->nodes * config->cpus_per_node;
	traffic->line_bytes = config->l2.line_bytes;
	traffic->line_count = 1 << 16;
	traffic->cpus = calloc(traffic->cpu_count, sizeof(*traffic->cpus));
	traffic->writes = calloc(traffic->line_count, sizeof(*traffic->writes));
	if (!traffic->cpus || !traffic->writes) {
		abort();
	}
	for (unsigned i = 0; i < traffic->cpu_count; i++) {
		traffic->cpus[i].number = i;
		traffic->cpus[i].random = seed * 1000 + i;
	}
	traffic->random = seed;
	return traffic;
}

void traffic_destroy(struct traffic *traffic)
{
	if (traffic) {
		memsys_destroy(traffic->memsys);
		free(traffic->cpus);
		free(traffic->writes);
		free(traffic);
	}
}

/* Calls the memory system for one access. */
static uint32_t call(struct traffic *traffic, struct traffic_cpu *cpu)
{
	const struct traffic_access *access = &cpu->access;
	struct memsys_cpu *hot = memsys_cpu(traffic->memsys, cpu->number);

	switch (access->kind) {
	case TRAFFIC_LOAD:
	case TRAFFIC_LL:
		return memsys_load(hot, access->paddr, cpu->now);
	case TRAFFIC_STORE:
		return memsys_store(hot, access->paddr, access->bytes, cpu->now);
	case TRAFFIC_SC:
		return cpu->has_link ? memsys_store(hot, access->paddr, access->bytes, cpu->now)
				     : 0;
	case TRAFFIC_FETCH:
		return memsys_fetch(hot, access->paddr, cpu->now);
	case TRAFFIC_UNCACHED_LOAD:
		return memsys_uncached(hot, access->paddr, access->bytes, false, cpu->now);
	case TRAFFIC_UNCACHED_STORE:
		return memsys_uncached(hot, access->paddr, access->bytes, true, cpu->now);
	case TRAFFIC_DEVICE:
		return memsys_device(hot, (unsigned)access->paddr, false, cpu->now);
	case TRAFFIC_IDLE:
		return (uint32_t)access->paddr;
	case TRAFFIC_END:
	default:
		return 0;
	}
}

/* The access has taken place. */
static void finish(struct traffic *traffic, struct traffic_cpu *cpu)
{
	uint64_t paddr = cpu->access.paddr;

	switch (cpu->access.kind) {
	case TRAFFIC_STORE:
		count_write(traffic, paddr);
		if (cpu->has_link && cpu->link_line == paddr - paddr % traffic->line_bytes) {
			cpu->link_writes++; /* its own stores do not break a link */
		}
		break;
	case TRAFFIC_LL:
		cpu->has_link = true;
		cpu->link_line = paddr - paddr % traffic->line_bytes;
		cpu->link_writes = writes_of(traffic, paddr);
		break;
	case TRAFFIC_SC:
		cpu->sc_succeeded = cpu->has_link;
		if (!cpu->has_link) {
			cpu->sc_failed++;
			break;
		}
		if (cpu->link_writes != writes_of(traffic, paddr)) {
			traffic->failure = "an SC succeeds although its line has been written";
		}
		cpu->has_link = false;
		cpu->sc_done++;
		count_write(traffic, paddr);
		break;
	default:
		break;
	}
	cpu->accesses++;
	if (traffic->done && (cpu->access.kind != TRAFFIC_SC || cpu->sc_succeeded)) {
		traffic->done(traffic, cpu);
	}
}

static void run_cpu(struct traffic *traffic, struct traffic_cpu *cpu, uint64_t end)
{
	while (cpu->now < end && !cpu->is_blocked && !cpu->is_done) {
		uint32_t stall;
		bool was_blocked = cpu->again;

		if (!cpu->again) {
			cpu->access = traffic->next(traffic, cpu);
			cpu->issued = cpu->now;
		}
		if (cpu->access.kind == TRAFFIC_END) {
			cpu->is_done = true;
			return;
		}
		cpu->again = false;
		stall = call(traffic, cpu);
		if (stall == MEMSYS_BLOCKED) {
			cpu->is_blocked = true;
			cpu->again = true;
			if (was_blocked && !memsys_failure(traffic->memsys)) {
				traffic->failure = "blocked again after it was resumed";
			}
			return;
		}
		if (!was_blocked) {
			cpu->last_latency = stall;
		}
		finish(traffic, cpu);
		cpu->now += stall + 1;
	}
	if (cpu->now < end && !cpu->is_blocked) {
		cpu->now = end;
	}
}

static bool all_done(const struct traffic *traffic)
{
	for (unsigned i = 0; i < traffic->cpu_count; i++) {
		if (!traffic->cpus[i].is_done) {
			return false;
		}
	}
	return true;
}

static bool run_quantum(struct traffic *traffic)
{
	uint64_t end = traffic->now + memsys_quantum(traffic->memsys);

	for (unsigned i = 0; i < traffic->cpu_count; i++) {
		unsigned number = traffic->is_reversed ? traffic->cpu_count - 1 - i : i;

		run_cpu(traffic, &traffic->cpus[number], end);
	}
	if (traffic->between) {
		traffic->between(traffic);
	}
	traffic->now = end;
	return memsys_boundary(traffic->memsys, end) && !traffic->failure;
}

bool traffic_run(struct traffic *traffic, uint64_t end)
{
	while (traffic->now < end && !all_done(traffic)) {
		if (!run_quantum(traffic)) {
			return false;
		}
	}
	return true;
}

static struct traffic_access no_more(struct traffic *traffic, struct traffic_cpu *cpu)
{
	(void)traffic;
	(void)cpu;
	return (struct traffic_access){ .kind = TRAFFIC_END };
}

bool traffic_drain(struct traffic *traffic)
{
	uint64_t end = traffic->now + DRAIN_CYCLES;

	traffic->next = no_more;
	traffic->between = NULL;
	while (traffic->now < end) {
		if (!run_quantum(traffic)) {
			return false;
		}
		if (all_done(traffic) && memsys_is_quiet(traffic->memsys)) {
			if (traffic->dma_pending > 0) {
				traffic->failure = "a device's transfer was lost";
			}
			return !traffic->failure && memsys_check(traffic->memsys, traffic->now);
		}
	}
	traffic->failure = "something is under way and does not end";
	return false;
}

static void hash_cpus(const struct traffic *traffic, struct state_hash *hash)
{
	for (unsigned i = 0; i < traffic->cpu_count; i++) {
		const struct traffic_cpu *cpu = &traffic->cpus[i];

		state_hash_u64(hash, cpu->now);
		state_hash_u64(hash, cpu->accesses);
		state_hash_u64(hash, cpu->latency_sum);
		state_hash_u64(hash, cpu->sc_done);
		state_hash_u64(hash, cpu->sc_failed);
	}
}

uint64_t traffic_cpu_hash(const struct traffic *traffic)
{
	struct state_hash *hash = state_hash_create();
	uint64_t result;

	hash_cpus(traffic, hash);
	result = state_hash_result(hash);
	state_hash_destroy(hash);
	return result;
}

uint64_t traffic_hash(const struct traffic *traffic)
{
	struct state_hash *hash = state_hash_create();
	uint64_t result;

	memsys_hash(traffic->memsys, hash);
	hash_cpus(traffic, hash);
	result = state_hash_result(hash);
	state_hash_destroy(hash);
	return result;
}

const char *traffic_failure(const struct traffic *traffic)
{
	const char *failure = memsys_failure(traffic->memsys);

	return failure ? failure : traffic->failure;
}
