/* SPDX-License-Identifier: MIT */
/*
 * cpus.c - CPUs of all nodes are started, know their node, add up numbers in memory of every node,
 * and get messages of the interrupt controller.
 */
#include "guests/lib/lock.h"
#include "guests/lib/smp.h"
#include "machine/clock.h"
#include "machine/cpuctl.h"
#include "machine/frame.h"
#include "machine/intc.h"
#include "tests/nodes/nodes.h"

#define ROUNDS 16U

static struct barrier barrier;
static unsigned cpus_in_all;

/* A word in the last frame of a node, which nobody else uses. */
static volatile uint32_t *word_of(unsigned node)
{
	uint64_t frame =
		frame_of_node(node, node_read(0, NODE_FRAMES) / 2, node_read(0, NODE_LAYOUT),
			      node_read(0, NODE_FRAMES), node_read(0, NODE_COUNT));

	return paddr_pointer(frame_to_paddr(frame));
}

static void work(unsigned cpu)
{
	unsigned nodes = node_read(0, NODE_COUNT);
	unsigned node = node_read(nodes - 1, NODE_SELF);
	volatile uint32_t *cpuctl = (volatile uint32_t *)cpu_kseg1(MAP_CPUCTL_BASE);
	volatile uint32_t *intc = (volatile uint32_t *)cpu_kseg1(MAP_INTC_BASE + INTC_IPI_BASE);

	CHECK(cpuctl[CPUCTL_SELF / 4] == cpu);
	CHECK(node == cpu / node_read(0, NODE_CPU_COUNT));
	CHECK(cpu >= node_read(node, NODE_CPU_FIRST));
	barrier_wait(&barrier, cpus_in_all);
	for (unsigned i = 0; i < ROUNDS; i++) {
		for (unsigned j = 0; j < nodes; j++) {
			atomic_fetch_add(word_of((node + j) % nodes), 1);
		}
	}
	/* A message to the next CPU; everybody waits for one. */
	intc[((cpu + 1) % cpus_in_all) * (INTC_IPI_STRIDE / 4) + INTC_IPI_SET / 4] = 1U
										     << (cpu % 32);
	while ((cp0_read(CP0_CAUSE) & (1U << (CAUSE_IP_SHIFT + LINES_IP_IPI))) == 0) {
	}
	CHECK(intc[cpu * (INTC_IPI_STRIDE / 4) + INTC_IPI_TAKE / 4] ==
	      1U << ((cpu + cpus_in_all - 1) % cpus_in_all % 32));
	barrier_wait(&barrier, cpus_in_all);
}

int main(void)
{
	volatile uint64_t *clock = (volatile uint64_t *)cpu_kseg1(MAP_CLOCK_BASE + CLOCK_CYCLES);
	uint64_t begin = *clock;

	cpus_in_all = ((volatile uint32_t *)cpu_kseg1(MAP_CPUCTL_BASE))[CPUCTL_COUNT / 4];
	CHECK(smp_start(work) == cpus_in_all);
	work(0);
	for (unsigned i = 0; i < node_read(0, NODE_COUNT); i++) {
		CHECK(*word_of(i) == ROUNDS * cpus_in_all);
	}
	CHECK(*clock > begin);
	printf("%u CPUs on %u nodes\n", cpus_in_all, node_read(0, NODE_COUNT));
	return 0;
}
