/* SPDX-License-Identifier: MIT */
/*
 * smp.c - starts the CPUs of all nodes, each with its data and its copy of the text at home.
 *
 * The copies are made from node 0's [0, A), vectors included, after cpu_start() has put those
 * there, and before a CPU that uses one executes anything. Afterwards [0, A) never changes.
 */
#include "src/platform/smp.h"

#include "src/cpu/cpu.h"
#include "src/cpu/platform.h"
#include "src/include/atomic.h"
#include "src/include/cp0.h"
#include "src/include/memory.h"
#include "src/lib/hooks.h"
#include "src/lib/string.h"
#include "src/platform/devices.h"
#include "src/platform/machine.h"
#include "src/platform/memory.h"
#include "src/platform/stack.h"

/* Looks at the counter of arrived CPUs before the monitor gives up on one. */
#define ARRIVAL_LOOKS_MAX 100000000

extern const char secondary_entry[];

static struct {
	struct cpu *cpu[MAP_CPUS_MAX];
	/* Blocks for the copies, by node. */
	void *copy[MAP_NODES_MAX];
	uint32_t arrived;
	uint32_t released;
} smp;

extern const char monitor_alias_end[];

void smp_init(void)
{
	uint32_t i;

	for (i = 0; i < machine.cpu_count; i++) {
		uint32_t node = machine.cpu_node[i];
		char *stack = memory_take(node, STACK_BYTES);

		smp.cpu[i] = memory_take(node, sizeof(struct cpu));
		cpu_init(smp.cpu[i], i, node, stack + STACK_BYTES - STACK_HEADROOM,
			 machine.tlb_entries);
	}
	if (machine.layout != FRAME_BLOCK) {
		return;
	}
	for (i = 1; i < machine.node_count; i++) {
		if (machine.node_controller[i] != NO_DEVICE) {
			smp.copy[i] = memory_take(i, memory_paddr(monitor_alias_end));
		}
	}
}

struct cpu *smp_cpu(uint32_t number)
{
	return smp.cpu[number];
}

uint32_t smp_copy_text(uint64_t bytes)
{
	uint32_t count = 0;
	uint32_t node;

	for (node = 1; node < machine.node_count; node++) {
		uint64_t to = memory_paddr(smp.copy[node]);

		if (smp.copy[node] == NULL) {
			continue;
		}
		memcpy(smp.copy[node], memory_at(0), bytes);
		memory_barrier();
		CHECK(devices_alias(node, to, bytes));
		count++;
	}
	return count;
}

void smp_start_others(void)
{
	uint32_t looks = 0;
	uint32_t i;

	for (i = 1; i < machine.cpu_count; i++) {
		struct cpu *cpu = smp.cpu[i];

		devices_start(i, (uint64_t)(intptr_t)secondary_entry, cpu->stack_top,
			      (uint64_t)(uintptr_t)cpu);
	}
	while (atomic_load(&smp.arrived) + 1 < machine.cpu_count) {
		looks++;
		CHECK(looks < ARRIVAL_LOOKS_MAX);
	}
}

/* Asleep, so that CPU 0 has the bus and the host's time for itself; smp_release() sends a message.
 */
void smp_wait(struct cpu *cpu)
{
	uint32_t mask = platform_interrupt_mask();

	(void)atomic_add(&smp.arrived, 1);
	cp0_write(CP0_STATUS, STATUS_KX | mask);
	while (!atomic_load(&smp.released)) {
		platform_sleep();
		platform_interrupt(cpu, cp0_read(CP0_CAUSE) & mask);
	}
	cp0_write(CP0_STATUS, STATUS_KX);
}

void smp_release(void)
{
	uint32_t i;

	atomic_store(&smp.released, 1);
	for (i = 1; i < machine.cpu_count; i++) {
		platform_kick(i);
	}
}
