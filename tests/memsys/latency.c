/* SPDX-License-Identifier: MIT */
/*
 * latency.c - each kind of access alone on the machine: what was configured against what is
 * measured.
 *
 * Expected values are sums of the configured parts, in nanoseconds, as docs/memory-system.md
 * derives them; nothing here reads the cycles that the memory system has derived for itself. Every
 * measurement is repeated at different places of the quantum and has to be the same at each.
 */
#include <stdio.h>
#include <string.h>

#include "tests/memsys/traffic.h"

#define NODES     8
#define FRAMES    64
#define STEPS_MAX 5
#define GAP       4000 /* cycles between steps: everything has come to rest */
#define PHASES    7

/* How often each part is on the way of the access. */
struct parts {
	unsigned request, home, memory, reply, pass, probe, inv, network;
	/* The answer waits for the bus, which the line's way to the home still occupies. */
	unsigned behind_line;
};

struct step {
	unsigned cpu;
	enum traffic_kind kind;
};

struct scenario {
	const char *name;
	unsigned home;                /* node of the line */
	struct step steps[STEPS_MAX]; /* the last one is measured */
	unsigned step_count;
	struct parts numa; /* mesh and hypercube */
	struct parts bus;
};

/* Nodes 0, 1, 3 are one hop apart in turn, in mesh and hypercube (hops cost nothing here). */
static const struct scenario scenarios[] = {
	{ "read, clean at home, local",
	  0,
	  { { 0, TRAFFIC_LOAD } },
	  1,
	  { 1, 1, 1, 1, 0, 0, 0, 0, 0 },
	  { 1, 1, 1, 1, 0, 0, 0, 0, 0 } },
	{ "read, clean at home, remote",
	  1,
	  { { 0, TRAFFIC_LOAD } },
	  1,
	  { 1, 1, 1, 1, 2, 0, 0, 2, 0 },
	  { 1, 1, 1, 1, 0, 0, 0, 0, 0 } },
	{ "fetch, clean at home, remote",
	  1,
	  { { 0, TRAFFIC_FETCH } },
	  1,
	  { 1, 1, 1, 1, 2, 0, 0, 2, 0 },
	  { 1, 1, 1, 1, 0, 0, 0, 0, 0 } },
	{ "write, clean at home, local",
	  0,
	  { { 0, TRAFFIC_STORE } },
	  1,
	  { 1, 1, 1, 1, 0, 0, 0, 0, 0 },
	  { 1, 1, 1, 1, 0, 0, 0, 0, 0 } },
	{ "write, clean at home, remote",
	  1,
	  { { 0, TRAFFIC_STORE } },
	  1,
	  { 1, 1, 1, 1, 2, 0, 0, 2, 0 },
	  { 1, 1, 1, 1, 0, 0, 0, 0, 0 } },
	{ "upgrade, no other sharer, local",
	  0,
	  { { 0, TRAFFIC_LOAD }, { 3, TRAFFIC_UNCACHED_LOAD }, { 0, TRAFFIC_STORE } },
	  3,
	  { 1, 1, 0, 1, 0, 0, 0, 0, 0 },
	  { 1, 1, 0, 1, 0, 0, 0, 0, 0 } },
	{ "upgrade, no other sharer, remote",
	  1,
	  { { 0, TRAFFIC_LOAD }, { 3, TRAFFIC_UNCACHED_LOAD }, { 0, TRAFFIC_STORE } },
	  3,
	  { 1, 1, 0, 1, 2, 0, 0, 2, 0 },
	  { 1, 1, 0, 1, 0, 0, 0, 0, 0 } },
	{ "upgrade, one sharer, all apart",
	  1,
	  { { 0, TRAFFIC_LOAD }, { 3, TRAFFIC_LOAD }, { 0, TRAFFIC_STORE } },
	  3,
	  { 1, 1, 0, 1, 3, 0, 1, 3, 0 },
	  { 1, 1, 0, 1, 0, 0, 1, 0, 0 } },
	{ "read, three hops, all apart",
	  1,
	  { { 3, TRAFFIC_STORE }, { 0, TRAFFIC_LOAD } },
	  2,
	  { 1, 1, 0, 1, 3, 1, 0, 3, 0 },
	  { 1, 1, 0, 1, 0, 1, 0, 0, 0 } },
	{ "read, owned by the home's CPU",
	  1,
	  { { 1, TRAFFIC_STORE }, { 0, TRAFFIC_LOAD } },
	  2,
	  { 1, 1, 0, 1, 2, 1, 0, 2, 0 },
	  { 1, 1, 0, 1, 0, 1, 0, 0, 0 } },
	{ "read, home local, owned remotely",
	  0,
	  { { 1, TRAFFIC_STORE }, { 0, TRAFFIC_LOAD } },
	  2,
	  { 1, 1, 0, 1, 2, 1, 0, 2, 0 },
	  { 1, 1, 0, 1, 0, 1, 0, 0, 0 } },
	{ "write, three hops, all apart",
	  1,
	  { { 3, TRAFFIC_STORE }, { 0, TRAFFIC_STORE } },
	  2,
	  { 1, 1, 0, 1, 3, 1, 0, 3, 0 },
	  { 1, 1, 0, 1, 0, 1, 0, 0, 0 } },
	{ "uncached load, local",
	  0,
	  { { 0, TRAFFIC_UNCACHED_LOAD } },
	  1,
	  { 1, 1, 1, 1, 0, 0, 0, 0, 0 },
	  { 1, 1, 1, 1, 0, 0, 0, 0, 0 } },
	{ "uncached store, remote",
	  1,
	  { { 0, TRAFFIC_UNCACHED_STORE } },
	  1,
	  { 1, 1, 0, 1, 2, 0, 0, 2, 0 },
	  { 1, 1, 0, 1, 0, 0, 0, 0, 0 } },
	{ "uncached load, owned remotely",
	  1,
	  { { 3, TRAFFIC_STORE }, { 0, TRAFFIC_UNCACHED_LOAD } },
	  2,
	  { 1, 2, 0, 1, 3, 1, 0, 4, 0 },
	  { 1, 2, 0, 1, 0, 1, 0, 0, 1 } },
	{ "device register, remote",
	  1,
	  { { 0, TRAFFIC_DEVICE } },
	  1,
	  { 1, 1, 0, 1, 2, 0, 0, 2, 0 },
	  { 1, 1, 0, 1, 0, 0, 0, 0, 0 } },
};

#define SCENARIO_COUNT (sizeof(scenarios) / sizeof(scenarios[0]))

/* One scenario on its way. */
struct measurement {
	const struct scenario *scenario;
	unsigned step;
	unsigned phase;
	bool is_issued; /* the current step */
	bool is_finished;
	uint64_t latency;
};

static struct traffic_access next(struct traffic *traffic, struct traffic_cpu *cpu)
{
	struct measurement *m = traffic->context;
	const struct scenario *s = m->scenario;
	struct traffic_access access = { .kind = TRAFFIC_IDLE, .bytes = 8, .paddr = 10 };

	if (m->is_finished) {
		access.kind = TRAFFIC_END;
		return access;
	}
	if (s->steps[m->step].cpu != cpu->number) {
		return access;
	}
	if (m->is_issued) {
		m->latency = cpu->last_latency;
		m->is_issued = false;
		m->step++;
		m->is_finished = m->step == s->step_count;
		access.paddr = GAP + 9U * m->phase;
		return access;
	}
	if (cpu->now < (uint64_t)(m->step + 1) * GAP + 9U * m->phase) {
		return access;
	}
	m->is_issued = true;
	access.kind = s->steps[m->step].kind;
	access.paddr =
		access.kind == TRAFFIC_DEVICE ? s->home : (uint64_t)s->home * FRAMES * 4096 + 0x140;
	return access;
}

static uint64_t measure(const struct memsys_config *config, const struct scenario *scenario,
			unsigned phase)
{
	struct measurement m = { .scenario = scenario, .phase = phase };
	struct error err;
	struct traffic *traffic = traffic_create(config, 1, &err);

	if (!traffic) {
		printf("%s\n", err.text);
		return 0;
	}
	traffic->next = next;
	traffic->context = &m;
	if (!traffic_run(traffic, 100000) || !m.is_finished || !traffic_drain(traffic)) {
		const char *failure = traffic_failure(traffic);

		printf("FAILED: %s\n", failure ? failure : "not finished");
		m.latency = 0;
	}
	traffic_destroy(traffic);
	return m.latency;
}

/* The configured latency, in ns. */
static unsigned expected_ns(const struct memsys_config *config, const struct scenario *scenario)
{
	bool is_bus = config->topology == MEMSYS_BUS;
	const struct parts *p = is_bus ? &scenario->bus : &scenario->numa;
	unsigned memory =
		config->local_ns - config->request_ns - config->home_ns - config->reply_ns;
	unsigned line_ns =
		(config->header_bytes + config->l2.line_bytes) * 1000 / config->bus_mb_per_s;
	unsigned network = (config->remote_ns - config->local_ns - 2 * config->pass_ns) / 2;

	return p->request * config->request_ns + p->home * config->home_ns + p->memory * memory +
	       p->reply * config->reply_ns + p->pass * config->pass_ns +
	       p->probe * config->probe_ns + p->inv * config->inv_ns + p->network * network +
	       p->behind_line * (line_ns - config->home_ns);
}

static int check_topology(enum memsys_topology topology, const char *name)
{
	struct memsys_config config;
	int status = 0;

	memsys_config_default(&config, NODES, FRAMES);
	config.topology = topology;
	printf("%s\n%-36s %10s %10s\n", name, "", "configured", "measured");
	for (unsigned i = 0; i < SCENARIO_COUNT; i++) {
		unsigned expected = expected_ns(&config, &scenarios[i]);

		for (unsigned phase = 0; phase < PHASES; phase++) {
			uint64_t cycles = measure(&config, &scenarios[i], phase);
			uint64_t ns = cycles * 1000 / config.clock_mhz;

			if (phase == 0) {
				printf("%-36s %7u ns %7llu ns\n", scenarios[i].name, expected,
				       (unsigned long long)ns);
			}
			if (ns != expected) {
				printf("FAILED: phase %u: %llu ns\n", phase,
				       (unsigned long long)ns);
				status = 1;
			}
		}
	}
	return status;
}

/* With a latency per hop, distances differ as memsys_latency_ns() says. */
static int check_hops(enum memsys_topology topology, const char *name)
{
	struct memsys_config config;
	int status = 0;

	memsys_config_default(&config, NODES, FRAMES);
	config.topology = topology;
	config.hop_ns = 40;
	printf("%s, 40 ns a hop: read from node 0, clean at node 1..%d:", name, NODES - 1);
	for (unsigned home = 1; home < NODES; home++) {
		struct scenario scenario = scenarios[1];
		struct error err;
		struct memsys *memsys;
		uint64_t ns;

		scenario.home = home;
		ns = measure(&config, &scenario, 0) * 1000 / config.clock_mhz;
		memsys = memsys_create(&config, &(struct memsys_ops){ 0 }, NULL, &err);
		printf(" %llu", (unsigned long long)ns);
		if (!memsys || ns != memsys_latency_ns(memsys, 0, home)) {
			printf(" FAILED");
			status = 1;
		}
		memsys_destroy(memsys);
	}
	printf("\n");
	return status;
}

/* The two hits: first level 0 cycles, second level as configured. */
static struct traffic_access two_lines(struct traffic *traffic, struct traffic_cpu *cpu)
{
	/* A miss, a hit beside it, then another first-level line of the same second-level line. */
	static const uint64_t paddr[3] = { 0x1000, 0x1008, 0x1040 };
	uint64_t *seen = traffic->context;
	struct traffic_access access = { .kind = TRAFFIC_END };

	if (cpu->number == 0 && cpu->accesses < 3) {
		access = (struct traffic_access){ TRAFFIC_LOAD, 4, paddr[cpu->accesses] };
	}
	if (cpu->number == 0 && cpu->accesses > 0) {
		seen[cpu->accesses - 1] = cpu->last_latency;
	}
	return access;
}

static int check_hits(void)
{
	uint64_t seen[3] = { 0 };
	struct memsys_config config;
	struct error err;
	struct traffic *traffic;

	memsys_config_default(&config, NODES, FRAMES);
	traffic = traffic_create(&config, 1, &err);
	if (!traffic) {
		return 1;
	}
	traffic->next = two_lines;
	traffic->context = seen;
	traffic_run(traffic, 10000);
	traffic_destroy(traffic);
	printf("miss %llu cycles, first-level hit %llu (configured 0), second-level hit %llu "
	       "(configured %u)\n",
	       (unsigned long long)seen[0], (unsigned long long)seen[1],
	       (unsigned long long)seen[2], config.l2_hit_cycles);
	return seen[1] == 0 && seen[2] == config.l2_hit_cycles ? 0 : 1;
}

int main(void)
{
	int status = check_topology(MEMSYS_MESH, "mesh");

	status |= check_topology(MEMSYS_HYPERCUBE, "hypercube");
	status |= check_topology(MEMSYS_BUS, "bus");
	status |= check_hops(MEMSYS_MESH, "mesh");
	status |= check_hops(MEMSYS_HYPERCUBE, "hypercube");
	status |= check_hits();
	printf(status ? "FAILED\n" : "configured = measured\n");
	return status;
}
