/* SPDX-License-Identifier: MIT */
/*
 * memsys_ns.c - host nanoseconds of a hit, of a miss and of a boundary; run by hand, on a quiet
 * host.
 *
 * Hits are measured as a core does them: an inline call after the other, in quanta with boundaries.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tests/memsys/traffic.h"

#define FRAMES  16384
#define REPEATS 20000000

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static bool is_resumed;
static uint64_t resumed_at;

static void on_lost(void *context, unsigned cpu, uint64_t line, uint32_t bytes,
		    enum memsys_loss loss)
{
	(void)context;
	(void)cpu;
	(void)line;
	(void)bytes;
	(void)loss;
}

static void on_resume(void *context, unsigned cpu, uint64_t cycle)
{
	(void)context;
	(void)cpu;
	is_resumed = true;
	resumed_at = cycle;
}

static const struct memsys_ops ops = { .lost = on_lost, .resume = on_resume };

/* One CPU and its clock. */
struct machine {
	struct memsys *memsys;
	struct memsys_cpu *cpu;
	uint64_t now, boundary;
	uint64_t blocked;
};

static void machine_create(struct machine *m, unsigned nodes)
{
	struct memsys_config config;
	struct error err;

	memsys_config_default(&config, nodes, FRAMES);
	config.check = false;
	m->memsys = memsys_create(&config, &ops, m, &err);
	if (!m->memsys) {
		fprintf(stderr, "%s\n", err.text);
		exit(1);
	}
	m->cpu = memsys_cpu(m->memsys, 0);
	m->now = 0;
	m->boundary = memsys_quantum(m->memsys);
	m->blocked = 0;
}

static void boundary(struct machine *m)
{
	if (!memsys_boundary(m->memsys, m->boundary)) {
		fprintf(stderr, "%s\n", memsys_failure(m->memsys));
		exit(1);
	}
	m->boundary += memsys_quantum(m->memsys);
}

enum kind {
	LOAD,
	STORE,
	FETCH
};

/* One access of any result; an instruction takes a cycle. */
static inline void do_access(struct machine *m, enum kind kind, uint64_t paddr)
{
	uint32_t stall = kind == LOAD    ? memsys_load(m->cpu, paddr, m->now)
			 : kind == STORE ? memsys_store(m->cpu, paddr, 4, m->now)
					 : memsys_fetch(m->cpu, paddr, m->now);

	if (stall == MEMSYS_BLOCKED) {
		m->blocked++;
		is_resumed = false;
		while (!is_resumed) {
			boundary(m);
		}
		m->now = resumed_at;
		stall = kind == LOAD    ? memsys_load(m->cpu, paddr, m->now)
			: kind == STORE ? memsys_store(m->cpu, paddr, 4, m->now)
					: memsys_fetch(m->cpu, paddr, m->now);
	}
	m->now += 1 + stall;
	while (m->now >= m->boundary) {
		boundary(m);
	}
}

/* `count` accesses of stride bytes, going round in `bytes`. */
static double measure(struct machine *m, enum kind kind, uint64_t base, uint64_t bytes,
		      uint64_t stride, unsigned count)
{
	uint64_t at = 0;
	double start = now_ns();

	for (unsigned i = 0; i < count; i++) {
		do_access(m, kind, base + at);
		at += stride;
		if (at >= bytes) {
			at = 0;
		}
	}
	return (now_ns() - start) / count;
}

static void report(const char *name, double ns)
{
	printf("%-44s %8.2f ns\n", name, ns);
}

static void measure_one_cpu(void)
{
	struct machine m;

	machine_create(&m, 2);
	measure(&m, LOAD, 0, 8192, 8, 4096);
	report("load, first-level hit", measure(&m, LOAD, 0, 8192, 8, REPEATS));
	measure(&m, STORE, 0, 8192, 8, 4096);
	report("store, first-level hit", measure(&m, STORE, 0, 8192, 8, REPEATS));
	measure(&m, FETCH, 0, 8192, 4, 4096);
	report("fetch, first-level hit", measure(&m, FETCH, 0, 8192, 4, REPEATS));
	measure(&m, LOAD, 0, 32768, 16384, 16);
	report("load, hit in the other way", measure(&m, LOAD, 0, 32768, 16384, REPEATS / 4));
	measure(&m, LOAD, 0, 524288, 32, 16384);
	report("load, second-level hit", measure(&m, LOAD, 0, 524288, 32, REPEATS / 4));
	m.blocked = 0;
	report("load, local miss",
	       measure(&m, LOAD, 1 << 22, (uint64_t)32 << 20, 128, REPEATS / 40));
	report("load, remote miss",
	       measure(&m, LOAD, (uint64_t)FRAMES * 4096, (uint64_t)32 << 20, 128, REPEATS / 40));
	report("store, remote miss with write-back",
	       measure(&m, STORE, (uint64_t)FRAMES * 4096, (uint64_t)32 << 20, 128, REPEATS / 40));
	printf("%llu of %u accesses were misses\n", (unsigned long long)m.blocked,
	       3U * (REPEATS / 40));
	printf("%.1f MB for 64 MB touched\n", (double)memsys_host_bytes(m.memsys) / 1048576);
	memsys_destroy(m.memsys);
}

/* 16 CPUs that write a few lines in turn: all misses are three hops or upgrades. */
static struct traffic_access next(struct traffic *traffic, struct traffic_cpu *cpu)
{
	uint64_t r = traffic_random(&cpu->random);

	(void)traffic;
	return (struct traffic_access){ r % 2 ? TRAFFIC_STORE : TRAFFIC_LOAD, 4,
					(r >> 8) % 64 * 128 +
						(r >> 16) % 16 * (FRAMES * (uint64_t)4096) };
}

static void measure_sharing(void)
{
	struct memsys_config config;
	struct error err;
	struct traffic *traffic;
	uint64_t blocked = 0;
	double start;
	double ns;

	memsys_config_default(&config, 16, FRAMES);
	config.check = false;
	traffic = traffic_create(&config, 1, &err);
	if (!traffic) {
		exit(1);
	}
	traffic->next = next;
	start = now_ns();
	if (!traffic_run(traffic, 4000000)) {
		exit(1);
	}
	ns = now_ns() - start;
	for (unsigned i = 0; i < 16; i++) {
		blocked += traffic->cpus[i].latency_count;
	}
	report("16 CPUs writing 1024 lines, a miss", ns / (double)blocked);
	traffic_destroy(traffic);
}

static void measure_boundaries(void)
{
	struct machine m;
	double start;

	machine_create(&m, 16);
	start = now_ns();
	for (unsigned i = 0; i < REPEATS / 10; i++) {
		boundary(&m);
	}
	report("boundary, 16 CPUs, nothing to do", (now_ns() - start) / (REPEATS / 10.0));
	memsys_destroy(m.memsys);
}

int main(void)
{
	measure_one_cpu();
	measure_sharing();
	measure_boundaries();
	return 0;
}
