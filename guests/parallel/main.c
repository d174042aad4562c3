/* SPDX-License-Identifier: MIT */
/* main.c - starts the CPUs, runs the program in timing mode, checks its result (parallel.h). */
#include "guests/lib/cpu.h"
#include "guests/lib/lock.h"
#include "guests/lib/platform.h"
#include "guests/lib/print.h"
#include "guests/lib/smp.h"
#include "guests/lib/trap.h"
#include "guests/parallel/parallel.h"
#include "machine/annotation.h"
#include "machine/cpuctl.h"
#include "machine/map.h"
#include "machine/node.h"

#define PROGRAM_SIZE                                                                \
	0x00420000U /* of each node's memory; 128 KB past a multiple of the L2 ways \
		     */
#define PAGE_BYTES 4096U

unsigned parallel_cpus;
unsigned parallel_nodes = 1;

static uint32_t node_bytes = 0;
/* A line of its own, so that waiting disturbs nothing else. */
static struct barrier barrier __attribute__((aligned(128)));

/* A machine without node controllers has one node. */
#ifndef PARALLEL_UNAWARE
static void find_nodes(void)
{
	volatile uint32_t *node = (volatile uint32_t *)cpu_kseg1(MAP_NODE_BASE);
	uint32_t count;

	if (trap_probe(&node[NODE_COUNT / 4], 4, &count) && count > 0) {
		parallel_nodes = count;
		node_bytes = node[NODE_FRAMES / 4] * PAGE_BYTES;
	}
}
#endif

unsigned parallel_node_of(unsigned cpu)
{
	return cpu / (parallel_cpus / parallel_nodes);
}

void *parallel_memory(unsigned node, uint32_t offset)
{
	return cpu_kseg0(node * node_bytes + PROGRAM_SIZE + offset);
}

void parallel_barrier(void)
{
	barrier_wait(&barrier, parallel_cpus);
}

static void set_mode(uint32_t mode)
{
	volatile uint32_t *port =
		(volatile uint32_t *)cpu_kseg1(MAP_ANNOTATION_BASE + ANNOTATION_MODE);

#ifdef PARALLEL_FAST
	mode = ANNOTATION_MODE_FAST;
#endif
	*port = mode;
#ifndef GUEST_IN_VM
	/* A virtual machine's port does not tell. */
	while (*port != mode) {
	}
#endif
}

static volatile uint32_t *cpu_register(unsigned cpu, unsigned offset)
{
	return (volatile uint32_t *)cpu_kseg1(MAP_CPUCTL_BASE + cpu * CPUCTL_CPU_STRIDE + offset);
}

static void work(unsigned cpu)
{
	parallel_barrier();
	if (cpu == 0) {
		set_mode(ANNOTATION_MODE_TIMING);
	}
	parallel_barrier();
	parallel_run(cpu);
	parallel_barrier();
	if (cpu == 0) {
		set_mode(ANNOTATION_MODE_FAST);
	}
	parallel_barrier();
	if (cpu != 0) {
		*cpu_register(cpu, CPUCTL_COMMAND) = CPUCTL_STOP;
	}
}

int main(void)
{
#ifndef PARALLEL_UNAWARE
	find_nodes();
#endif
	/* Nobody waits while one CPU works alone: that would be most of the run. */
	parallel_cpus = cpu_register(0, CPUCTL_COUNT)[0];
	parallel_prepare();
	if (smp_start(work) != parallel_cpus) {
		platform_exit(2);
	}
	work(0);
	if (!parallel_check()) {
		printf("the result is wrong\n");
		platform_exit(1);
	}
	printf("%u CPUs, %u nodes: the result is right\n", parallel_cpus, parallel_nodes);
	platform_exit(0);
}
