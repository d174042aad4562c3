/* SPDX-License-Identifier: MIT */
/*
 * stress.c - random traffic of 16 CPUs with small caches on few lines, every hit checked.
 *
 *   stress             several machines and seeds; the same again with the CPUs visited in reversed
 *                      order, which has to give the same hash
 *   stress --mutants   each planted error of mutants.def is found by the running checker
 *   stress NAME        one planted error, with what the checker says
 */
#include <stdio.h>
#include <string.h>

#include "tests/memsys/mutants.h"
#include "tests/memsys/traffic.h"

#define NODES         8
#define CPUS_PER_NODE 2
#define HOT_LINES     6
#define LINE_BYTES    128
#define PAGE_BYTES    4096
#define FRAMES        16 /* per node */
#define RUN_CYCLES    1500000

static void make_config(struct memsys_config *config, enum memsys_topology topology, uint64_t seed)
{
	memsys_config_default(config, NODES, FRAMES);
	config->cpus_per_node = CPUS_PER_NODE;
	config->l1i = (struct memsys_geometry){ 256, 1, 32 };
	config->l1d = (struct memsys_geometry){ 256, 2, 32 };
	config->l2 = (struct memsys_geometry){ 1024, 2, LINE_BYTES };
	config->topology = topology;
	config->seed = seed;
	config->jitter_cycles = seed % 3 == 0 ? 0 : 400;
	config->check = true;
}

/* A few lines for everybody, spread over nodes and sets, and more of its own for each CPU. */
static uint64_t random_address(struct traffic_cpu *cpu)
{
	uint64_t r = traffic_random(&cpu->random);
	uint64_t offset = r >> 20 & (LINE_BYTES - 8);
	uint64_t line;

	if (r % 8 < 6) {
		line = r >> 8 & 0xff;
		return line % HOT_LINES * (FRAMES * PAGE_BYTES) + line % 2 * LINE_BYTES + offset;
	}
	line = (r >> 8) % 12;
	return (uint64_t)cpu->number / CPUS_PER_NODE * (FRAMES * PAGE_BYTES) +
	       (1 + cpu->number % CPUS_PER_NODE) * PAGE_BYTES + line * LINE_BYTES + offset;
}

static struct traffic_access random_access(struct traffic *traffic, struct traffic_cpu *cpu)
{
	static const enum traffic_kind kinds[32] = {
		[0 ... 11] = TRAFFIC_LOAD,    [12 ... 19] = TRAFFIC_STORE,
		[20 ... 22] = TRAFFIC_FETCH,  [23 ... 24] = TRAFFIC_LL,
		[25] = TRAFFIC_UNCACHED_LOAD, [26] = TRAFFIC_UNCACHED_STORE,
		[27] = TRAFFIC_DEVICE,        [28 ... 31] = TRAFFIC_IDLE
	};
	struct traffic_access access = { .bytes = 8 };
	uint64_t r = traffic_random(&cpu->random);

	(void)traffic;
	/* An LL is followed by its SC, some cycles later. */
	if (cpu->has_link && r % 2 == 0) {
		return (struct traffic_access){ TRAFFIC_SC, 4, cpu->link_line };
	}
	access.kind = kinds[r >> 8 & 31];
	access.paddr = random_address(cpu);
	if (access.kind == TRAFFIC_DEVICE) {
		access.paddr = (r >> 16) % NODES;
	} else if (access.kind == TRAFFIC_IDLE) {
		access.paddr = (r >> 16) % 100;
	}
	return access;
}

/* Devices read and write hot lines. */
static void devices(struct traffic *traffic)
{
	uint64_t r = traffic_random(&traffic->random);
	uint64_t paddr = (r >> 8) % HOT_LINES * (FRAMES * PAGE_BYTES) + (r >> 20) % 200;
	bool is_write = (r >> 16) % 2 == 0;

	if (r % 8 == 0 && traffic->dma_pending < 4) {
		traffic->dma_pending++;
		memsys_dma(traffic->memsys, (unsigned)(r >> 32) % NODES, paddr, 1 + (r >> 40) % 300,
			   is_write, traffic->now + memsys_quantum(traffic->memsys), is_write);
	}
}

/* One run; the hash, and the failure or NULL. */
static const char *run(const struct memsys_config *config, uint64_t cycles, bool is_reversed,
		       uint64_t *hash, char text[256])
{
	struct error err;
	struct traffic *traffic = traffic_create(config, config->seed + 1, &err);
	const char *failure = NULL;

	if (!traffic) {
		snprintf(text, 256, "%.250s", err.text);
		return text;
	}
	traffic->next = random_access;
	traffic->between = devices;
	traffic->is_reversed = is_reversed;
	if (!traffic_run(traffic, cycles) || !memsys_check(traffic->memsys, cycles) ||
	    !traffic_drain(traffic)) {
		snprintf(text, 256, "%s", traffic_failure(traffic));
		failure = text;
	}
	*hash = traffic_hash(traffic);
	if (!failure) {
		uint64_t accesses = 0;
		uint64_t sc = 0;

		for (unsigned i = 0; i < traffic->cpu_count; i++) {
			accesses += traffic->cpus[i].accesses;
			sc += traffic->cpus[i].sc_done;
		}
		snprintf(text, 256, "%llu accesses, %llu SC, hash %016llx",
			 (unsigned long long)accesses, (unsigned long long)sc,
			 (unsigned long long)*hash);
	}
	traffic_destroy(traffic);
	return failure;
}

static int stress(void)
{
	static const char *const names[] = { "bus", "mesh", "hypercube" };
	int status = 0;

	for (unsigned i = 0; i < 9; i++) {
		struct memsys_config config;
		uint64_t hash[2];
		char text[256];
		const char *failure;

		make_config(&config, (enum memsys_topology)(i % 3), i / 3);
		config.hop_ns = i == 4 ? 50 : 0;
		config.layout = i == 5 ? FRAME_ROUND_ROBIN : FRAME_BLOCK;
		failure = run(&config, RUN_CYCLES, false, &hash[0], text);
		printf("%-10s seed %u: %s\n", names[i % 3], i / 3, text);
		if (!failure) {
			failure = run(&config, RUN_CYCLES, true, &hash[1], text);
		}
		if (failure) {
			printf("FAILED: %s\n", failure);
			status = 1;
		} else if (hash[0] != hash[1]) {
			printf("FAILED: CPUs visited in reversed order: %s\n", text);
			status = 1;
		}
	}
	return status;
}

/* Runs until the checker finds something, with one seed after the other. */
static bool find(const struct mutant *mutant)
{
	struct mutant_protocol made;
	struct memsys_config config;
	uint64_t hash;
	char text[256];

	mutant_make(&made, mutant);
	for (unsigned seed = 1; seed <= 16; seed++) {
		make_config(&config, MEMSYS_MESH, seed);
		config.protocol = &made.protocol;
		if (run(&config, RUN_CYCLES, false, &hash, text)) {
			printf("%-28s seed %u: %s\n", mutant->name, seed, text);
			return true;
		}
	}
	printf("%-28s NOT FOUND\n", mutant->name);
	return false;
}

static int stress_mutants(const char *name)
{
	unsigned done = 0;
	unsigned found = 0;

	for (unsigned i = 0; i < mutant_count; i++) {
		if (!name || strcmp(name, mutants[i].name) == 0) {
			done++;
			found += find(&mutants[i]);
		}
	}
	printf("%u planted errors, %u found\n", done, found);
	return done > 0 && found == done ? 0 : 1;
}

int main(int argc, char **argv)
{
	if (argc == 1) {
		return stress();
	}
	if (argc > 2) {
		fprintf(stderr, "usage: stress [--mutants | NAME]\n");
		return 2;
	}
	return stress_mutants(strcmp(argv[1], "--mutants") == 0 ? NULL : argv[1]);
}
