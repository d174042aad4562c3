/* SPDX-License-Identifier: MIT */
/* refills.c - counters of TLB misses: where they are, what they say. */
#include "src/numa/refills.h"

#include "src/cpu/asid.h"
#include "src/cpu/cpu.h"
#include "src/cpu/vm.h"
#include "src/lib/string.h"
#include "src/platform/machine.h"
#include "src/platform/memory.h"
#include "src/pmap/pmap.h"

/* A counter's halves, as the assembly has them: all, but for the sign, and stores. */
#define QUIET        0x8000U
#define COUNT        0x7fffU
#define STORES_SHIFT 16

/* Constant once guests run. */
static struct {
	uint32_t *counts[MEMMAP_VMS_MAX][MAP_NODES_MAX];
	uint32_t trigger[MEMMAP_VMS_MAX];
} refills;

void refills_prepare(const struct vm *vm, uint32_t trigger)
{
	refills.trigger[vm->number] = trigger;
	for (uint32_t node = 0; node < machine.node_count; node++) {
		refills.counts[vm->number][node] = memory_take(node, pmap_view_bytes(vm->pmap));
	}
}

void refills_load(struct cpu *cpu, const struct vm *vm)
{
	const uint32_t *counts = refills.counts[vm->number][cpu->node];

	cpu->count_pairs = 0;
	if (counts != NULL && !asid_is_virtual) {
		cpu->count_pairs = cpu->window_pairs;
		cpu->window_pairs = 0;
		cpu->count_trigger = refills.trigger[vm->number];
		cpu->count_base = (uint64_t)(uintptr_t)counts;
	}
}

bool refills_are_enough(const struct cpu *cpu, uint32_t gpn)
{
	uint32_t count;

	if (gpn / 2 >= cpu->count_pairs) {
		return false;
	}
	count = ((const uint32_t *)(uintptr_t)cpu->count_base)[gpn & ~1U];
	return !(count & QUIET) && (count & COUNT) >= cpu->count_trigger;
}

void refills_read(uint32_t vm, uint32_t gpn, struct policy_counts *counts)
{
	uint64_t seen = 0;

	for (uint32_t i = 0; i < machine.cpu_count; i++) {
		uint32_t node = machine.cpu_node[i];
		const uint32_t *count = &refills.counts[vm][node][gpn & ~1U];

		counts[i] = (struct policy_counts){ 0 };
		if (!(seen >> node & 1)) {
			counts[i].writes = (uint16_t)(*count >> STORES_SHIFT);
			counts[i].reads = (uint16_t)((*count & COUNT) - counts[i].writes);
		}
		seen |= (uint64_t)1 << node;
	}
}

void refills_keep_quiet(uint32_t vm, uint32_t gpn, uint32_t node)
{
	refills.counts[vm][node][gpn & ~1U] |= QUIET;
}

void refills_forget(struct cpu *cpu)
{
	memset((void *)(uintptr_t)cpu->count_base, 0,
	       (size_t)2 * cpu->count_pairs * sizeof(uint32_t));
}
