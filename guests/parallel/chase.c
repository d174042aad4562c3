/* SPDX-License-Identifier: MIT */
/*
 * chase.c - latencies as a program sees them: chains of pointers, each load of which needs the one
 * before, against what the machine's configuration says.
 *
 * CPU 0 measures; the CPU of the last node first gets hold of the lines where that is wanted. A
 * load or store executes in a cycle, the rest of its time is the miss. Sums of
 * docs/memory-system.md.
 */
#include <stdbool.h>

#include "guests/lib/cpu.h"
#include "guests/lib/print.h"
#include "guests/parallel/parallel.h"
#include "machine/annotation.h"
#include "machine/map.h"
#include "machine/node.h"

#define LINES      128U /* 16 KB: what has missed once hits the first level */
#define LINE_BYTES 128U
#define CLOCK_MHZ  400U

/* The parts of a miss that no register tells: request, home, reply, pass, probe, inv, in ns. */
#define REQUEST_HOME_REPLY (30U + 30U + 160U)
#define PASS               20U
#define PROBE              150U
#define INVALIDATE         50U

enum kind {
	READ_LOCAL,
	READ_REMOTE,
	READ_THREE_HOPS,
	UPGRADE,
	KINDS
};

static const char *const names[KINDS] = {
	"read, clean at home, local",
	"read, clean at home, remote",
	"read, three hops, all apart",
	"upgrade, one sharer, all apart",
};

static uint32_t measured[KINDS]; /* cycles of a chain */

static uint32_t cycles_now(void)
{
	return *(volatile uint32_t *)cpu_kseg1(MAP_ANNOTATION_BASE + ANNOTATION_CYCLES_LO);
}

static uint32_t node_register(unsigned offset)
{
	return *(volatile uint32_t *)cpu_kseg1(MAP_NODE_BASE + offset);
}

/* Local memory, or that of node 1; every kind has a region of its own. */
static void **chain_of(enum kind kind)
{
	return parallel_memory(kind == READ_LOCAL ? 0 : 1, kind * LINES * LINE_BYTES);
}

void parallel_prepare(void)
{
	for (unsigned kind = 0; kind < KINDS; kind++) {
		char *line = (char *)chain_of(kind);

		/* With a step of 5 lines, all of them once and back to the first. */
		for (unsigned i = 0; i < LINES; i++) {
			*(void **)(line + i * LINE_BYTES) = line + (i + 5) % LINES * LINE_BYTES;
		}
	}
}

/* 8 loads, each of which needs the one before, and 3 instructions. */
static void **chase(void **pointer)
{
	for (unsigned i = 0; i < LINES / 8; i++) {
		__asm__ volatile("lw %0, 0(%0)\n\t"
				 "lw %0, 0(%0)\n\t"
				 "lw %0, 0(%0)\n\t"
				 "lw %0, 0(%0)\n\t"
				 "lw %0, 0(%0)\n\t"
				 "lw %0, 0(%0)\n\t"
				 "lw %0, 0(%0)\n\t"
				 "lw %0, 0(%0)"
				 : "+r"(pointer)
				 :
				 : "memory");
	}
	return pointer;
}

/* A store to each line, a word behind its pointer. */
static void **touch(void **pointer)
{
	for (unsigned i = 0; i < LINES; i++) {
		((volatile uint32_t *)pointer)[i * LINE_BYTES / 4 + 1] = i;
	}
	return pointer;
}

/* Cycles that the misses add: the same work comes before, the second time without any. */
static uint32_t cost(void **(*work)(void **), enum kind kind)
{
	static void *warm[LINES * LINE_BYTES / sizeof(void *)] __attribute__((aligned(128)));
	uint32_t time[3];

	for (unsigned i = 0; i < LINES; i++) {
		warm[i * LINE_BYTES / sizeof(void *)] = &warm[0];
	}
	for (unsigned pass = 0; pass < 3; pass++) {
		void **where = pass < 2 ? warm : chain_of(kind);
		uint32_t begin = cycles_now();

		work(where);
		time[pass] = cycles_now() - begin;
	}
	return time[2] - time[1];
}

/* The last CPU gets hold of lines that CPU 0 then wants; their home is node 1. */
void parallel_run(unsigned cpu)
{
	unsigned last = parallel_cpus - 1;

	if (cpu == last) {
		touch(chain_of(READ_THREE_HOPS));
		chase(chain_of(UPGRADE));
	}
	parallel_barrier();
	if (cpu == 0) {
		chase(chain_of(UPGRADE));
		measured[READ_LOCAL] = cost(chase, READ_LOCAL);
		measured[READ_REMOTE] = cost(chase, READ_REMOTE);
		measured[READ_THREE_HOPS] = cost(chase, READ_THREE_HOPS);
		measured[UPGRADE] = cost(touch, UPGRADE);
	}
}

int parallel_check(void)
{
	uint32_t local = node_register(NODE_LATENCY);
	uint32_t remote = node_register(NODE_LATENCY + 4);
	uint32_t network = (remote - local - 2 * PASS) / 2;
	bool is_bus = node_register(NODE_TOPOLOGY) == NODE_TOPOLOGY_BUS;
	uint32_t three = REQUEST_HOME_REPLY + (is_bus ? 0 : 3 * PASS + 3 * network);
	const uint32_t configured[KINDS] = { local, remote, three + PROBE, three + INVALIDATE };
	int good = 1;

	for (unsigned kind = 0; kind < KINDS; kind++) {
		uint32_t ns = measured[kind] * 1000U / CLOCK_MHZ / LINES;

		printf("%-31s configured %4u ns, measured %4u ns\n", names[kind], configured[kind],
		       ns);
		good &= measured[kind] == configured[kind] * CLOCK_MHZ / 1000U * LINES;
	}
	return good;
}
