/* SPDX-License-Identifier: MIT */
/*
 * stress.c - random traffic of 16 CPUs with small caches on few lines, every hit checked.
 *
 *   stress             several machines and seeds; each again with the CPUs visited in reversed
 *                      order, which has to give the same hash, and again without the checker, when
 *                      hits take the short way, which has to take the same cycles
 *   stress --short     a third of these
 *   stress --mutants   each planted error of mutants.def is found by the running checker
 *   stress NAME        one planted error, with what the checker says
 */
#include <stdio.h>
#include <string.h>

#include "machine/misscount.h"
#include "sim/memsys/misscount.h"
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

/* Frame of a line that everybody uses. */
static uint64_t line_frame(uint64_t line)
{
	return line % HOT_LINES * FRAMES;
}

/* A few lines for everybody, spread over nodes and sets, and more of its own for each CPU. */
static uint64_t random_address(struct traffic_cpu *cpu)
{
	uint64_t r = traffic_random(&cpu->random);
	uint64_t offset = r >> 20 & (LINE_BYTES - 8);
	uint64_t line;

	if (cpu->number % 4 == 0 && (r >> 40) % 64 == 0) {
		/* A row of miss counters, which its home may just be changing. */
		return MAP_MISS_BASE + line_frame(r >> 8) * MISSCOUNT_ROW_BYTES + offset;
	}
	if (r % 8 < 6) {
		line = (r >> 8 & 0xff) % HOT_LINES;
		return line_frame(line) * PAGE_BYTES + line % 2 * LINE_BYTES + offset;
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
	} else if (access.paddr >= MAP_MISS_BASE) {
		access.kind = TRAFFIC_LOAD;
	}
	return access;
}

/* Somebody reads the hot pages and clears their counters. */
static void clear_hot_page(struct traffic *traffic, unsigned node)
{
	uint64_t entry = memsys_misscount_pop(traffic->memsys, node);

	if (entry) {
		memsys_misscount_write(traffic->memsys, node, MISSCOUNT_CLEAR,
				       (uint32_t)(entry >> 32) & MISSCOUNT_ENTRY_FRAME,
				       traffic->now);
	}
}

static void start_miss_counters(struct traffic *traffic)
{
	for (unsigned node = 0; node < NODES; node++) {
		memsys_misscount_write(traffic->memsys, node, MISSCOUNT_THRESHOLD, 10 + node, 0);
		memsys_misscount_write(traffic->memsys, node, MISSCOUNT_SAMPLE, node % 3, 0);
		memsys_misscount_write(traffic->memsys, node, MISSCOUNT_DECAY, 13 + node, 0);
		memsys_misscount_write(traffic->memsys, node, MISSCOUNT_CONTROL,
				       MISSCOUNT_CONTROL_COUNT | MISSCOUNT_CONTROL_IRQ, 0);
	}
}

/* Devices read and write hot lines. */
static void devices(struct traffic *traffic)
{
	uint64_t r = traffic_random(&traffic->random);
	uint64_t paddr = (r >> 8) % HOT_LINES * (FRAMES * PAGE_BYTES) + (r >> 20) % 200;
	bool is_write = (r >> 16) % 2 == 0;

	if ((r >> 50) % 16 == 0) {
		clear_hot_page(traffic, (unsigned)(r >> 56) % NODES);
	}
	if (r % 8 == 0 && traffic->dma_pending < 4) {
		traffic->dma_pending++;
		memsys_dma(traffic->memsys, (unsigned)(r >> 32) % NODES, paddr, 1 + (r >> 40) % 300,
			   is_write, traffic->now + memsys_quantum(traffic->memsys), is_write);
	}
}

/* What a run ends with. */
struct result {
	uint64_t hash;
	uint64_t cpu_hash; /* of the CPUs alone */
};

/* Each miss has one cause. */
static const char *check_causes(const struct traffic *traffic)
{
	for (unsigned i = 0; i < traffic->cpu_count; i++) {
		const struct memsys_cpu_stats *stats = memsys_stats_cpu(traffic->memsys, i);

		if (stats->cold_misses + stats->replacement_misses + stats->true_sharing_misses +
			    stats->false_sharing_misses !=
		    stats->fetch_misses + stats->read_misses + stats->write_misses +
			    stats->upgrades_lost) {
			return "the causes of misses do not add up";
		}
	}
	return NULL;
}

/* One run; the hashes, and the failure or NULL. */
static const char *run(const struct memsys_config *config, uint64_t cycles, bool is_reversed,
		       struct result *result, char text[256])
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
	start_miss_counters(traffic);
	if (!traffic_run(traffic, cycles) || !memsys_check(traffic->memsys, cycles) ||
	    !traffic_drain(traffic)) {
		snprintf(text, 256, "%s", traffic_failure(traffic));
		failure = text;
	} else {
		failure = check_causes(traffic);
	}
	result->hash = traffic_hash(traffic);
	result->cpu_hash = traffic_cpu_hash(traffic);
	if (!failure) {
		uint64_t accesses = 0;
		uint64_t sc = 0;
		uint64_t hot = 0;

		for (unsigned i = 0; i < traffic->cpu_count; i++) {
			accesses += traffic->cpus[i].accesses;
			sc += traffic->cpus[i].sc_done;
		}
		for (unsigned i = 0; i < NODES; i++) {
			hot += memsys_stats_node(traffic->memsys, i)->hot_pages;
		}
		snprintf(text, 256, "%llu accesses, %llu SC, %llu hot pages, hash %016llx",
			 (unsigned long long)accesses, (unsigned long long)sc,
			 (unsigned long long)hot, (unsigned long long)result->hash);
	}
	traffic_destroy(traffic);
	return failure;
}

/* One machine, three times. */
static bool stress_one(struct memsys_config *config, const char *name)
{
	struct result first;
	struct result second;
	char text[256];
	const char *failure = run(config, RUN_CYCLES, false, &first, text);

	printf("%-10s seed %u: %s\n", name, (unsigned)config->seed, failure ? failure : text);
	if (failure) {
		return false;
	}
	failure = run(config, RUN_CYCLES, true, &second, text);
	if (failure || first.hash != second.hash) {
		printf("FAILED: CPUs visited in reversed order: %s\n", failure ? failure : text);
		return false;
	}
	config->check = false;
	failure = run(config, RUN_CYCLES, true, &second, text);
	if (failure || first.cpu_hash != second.cpu_hash) {
		printf("FAILED: without the checker: %s\n", failure ? failure : text);
		return false;
	}
	return true;
}

static int stress(unsigned step)
{
	static const char *const names[] = { "bus", "mesh", "hypercube" };
	bool good = true;

	for (unsigned i = 0; i < 9; i += step) {
		struct memsys_config config;

		make_config(&config, (enum memsys_topology)(i % 3), i / 3);
		config.hop_ns = i == 4 ? 50 : 0;
		config.layout = i == 5 ? FRAME_ROUND_ROBIN : FRAME_BLOCK;
		good = stress_one(&config, names[i % 3]) && good;
	}
	return good ? 0 : 1;
}

/* Runs until the checker finds something, with one seed after the other. */
static bool find(const struct mutant *mutant)
{
	struct mutant_protocol made;
	struct memsys_config config;
	struct result result;
	char text[256];

	mutant_make(&made, mutant);
	for (unsigned seed = 1; seed <= 16; seed++) {
		make_config(&config, MEMSYS_MESH, seed);
		config.protocol = &made.protocol;
		if (run(&config, RUN_CYCLES, false, &result, text)) {
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
		return stress(1);
	}
	if (argc == 2 && strcmp(argv[1], "--short") == 0) {
		return stress(4);
	}
	if (argc > 2) {
		fprintf(stderr, "usage: stress [--short | --mutants | NAME]\n");
		return 2;
	}
	return stress_mutants(strcmp(argv[1], "--mutants") == 0 ? NULL : argv[1]);
}
