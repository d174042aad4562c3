/* SPDX-License-Identifier: MIT */
/*
 * saturation.c - latency against load: 1 to 16 CPUs read lines whose home is one node.
 *
 *   saturation          mesh, hypercube and bus; fails unless the slowest reader gets slower with
 *                       each further one (or stays within 1 %), and one alone sees the configured
 *                       latency. The mean may fall where the next reader comes by an idle link.
 *   saturation --plot   the same as a plot (docs/memory-system.md has it)
 *
 * A machine of 32 nodes. The readers are nodes 1 to 16, home is node 0; each reads lines that
 * nobody has, one after the other without pause, so each load is a remote miss to clean memory.
 */
#include <stdio.h>
#include <string.h>

#include "tests/memsys/traffic.h"

#define NODES       32
#define READERS     16
#define FRAMES      8192
#define READS       1000
#define LINE_BYTES  128
#define PLOT_WIDTH  64
#define PLOT_MAX_NS 2000

struct point {
	double latency_ns;    /* mean */
	double slowest_ns;    /* mean of the slowest reader */
	double misses_per_us; /* all CPUs together */
	double controller;    /* share of time that the home's controller is busy */
};

static struct traffic_access next(struct traffic *traffic, struct traffic_cpu *cpu)
{
	const unsigned *readers = traffic->context;
	struct traffic_access access = { .kind = TRAFFIC_END };

	if (cpu->number >= 1 && cpu->number <= *readers && cpu->accesses < READS) {
		access.kind = TRAFFIC_LOAD;
		access.paddr = ((uint64_t)cpu->number * READS + cpu->accesses) * LINE_BYTES;
	}
	return access;
}

static bool measure(enum memsys_topology topology, unsigned readers, struct point *point)
{
	struct memsys_config config;
	struct error err;
	struct traffic *traffic;
	uint64_t sum = 0;
	double us;
	bool good;

	*point = (struct point){ 0 };
	memsys_config_default(&config, NODES, FRAMES);
	config.topology = topology;
	config.check = false;
	traffic = traffic_create(&config, 1, &err);
	if (!traffic) {
		printf("%s\n", err.text);
		return false;
	}
	traffic->next = next;
	traffic->context = &readers;
	good = traffic_run(traffic, UINT64_MAX);
	for (unsigned i = 1; i <= readers; i++) {
		double mean =
			(double)traffic->cpus[i].latency_sum / READS * 1000 / config.clock_mhz;

		sum += traffic->cpus[i].latency_sum;
		if (mean > point->slowest_ns) {
			point->slowest_ns = mean;
		}
		good = good && traffic->cpus[i].latency_count == READS;
	}
	us = (double)traffic->now / config.clock_mhz;
	point->latency_ns = (double)sum / readers / READS * 1000 / config.clock_mhz;
	point->misses_per_us = (double)readers * READS / us;
	point->controller = (double)memsys_stats_node(traffic->memsys, 0)->controller_busy /
			    (double)traffic->now;
	traffic_destroy(traffic);
	return good;
}

static bool measure_all(enum memsys_topology topology, const char *name, bool plot)
{
	struct memsys_config config;
	double last = 0;
	bool good = true;

	memsys_config_default(&config, NODES, FRAMES);
	printf("%s: CPUs, ns a miss, of the slowest CPU, misses a us, home's controller busy\n",
	       name);
	for (unsigned readers = 1; readers <= READERS; readers++) {
		unsigned expected = topology == MEMSYS_BUS ? config.local_ns : config.remote_ns;
		struct point point;
		int stars;

		if (!measure(topology, readers, &point)) {
			printf("FAILED: a reader did not finish\n");
			return false;
		}
		stars = (int)(point.latency_ns * PLOT_WIDTH / PLOT_MAX_NS);
		printf("%2u %7.1f %7.1f %6.2f %3.0f %%", readers, point.latency_ns,
		       point.slowest_ns, point.misses_per_us, 100 * point.controller);
		if (plot) {
			printf(" |%.*s", stars < PLOT_WIDTH ? stars : PLOT_WIDTH,
			       "################################################################");
		}
		printf("\n");
		if (point.slowest_ns < 0.99 * last) {
			printf("FAILED: less latency with more load\n");
			good = false;
		}
		if (readers == 1 && point.latency_ns != expected) {
			printf("FAILED: one reader, %u ns configured\n", expected);
			good = false;
		}
		last = point.slowest_ns;
	}
	if (last < 1.5 * config.local_ns) {
		printf("FAILED: 16 readers of one node do not disturb each other\n");
		good = false;
	}
	return good;
}

int main(int argc, char **argv)
{
	bool plot = argc == 2 && strcmp(argv[1], "--plot") == 0;
	bool good;

	if (argc > 1 && !plot) {
		fprintf(stderr, "usage: saturation [--plot]\n");
		return 2;
	}
	good = measure_all(MEMSYS_MESH, "mesh", plot);
	good = measure_all(MEMSYS_HYPERCUBE, "hypercube", plot) && good;
	good = measure_all(MEMSYS_BUS, "bus", plot) && good;
	return good ? 0 : 1;
}
