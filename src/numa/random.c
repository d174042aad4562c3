/* SPDX-License-Identifier: MIT */
/* random.c - pages that move at random: the stress test of movement's mechanism. */
#include "src/numa/random.h"

#include "isa/cp0.h"
#include "machine/movement.h"

#include "src/cpu/cpu.h"
#include "src/cpu/vcpu.h"
#include "src/cpu/vm.h"
#include "src/numa/movement_cpu.h"
#include "src/platform/machine.h"
#include "src/platform/memory.h"
#include "src/platform/smp.h"
#include "src/platform/vms.h"
#include "src/pmap/pmap.h"

#define LOOKS 256

static struct {
	uint64_t vms; /* whose pages */
	struct {
		uint64_t at; /* the next move */
		uint32_t state;
		bool is_due;
	} cpu[MAP_CPUS_MAX];
} at_random;

void random_prepare(const struct vm *vm, const struct policy *policy)
{
	if (policy->is_random) {
		at_random.vms |= (uint64_t)1 << vm->number;
		for (uint32_t i = 0; i < machine.cpu_count; i++) {
			at_random.cpu[i].state = i + 1;
			smp_cpu(i)->tick = 0;
		}
	}
}

static uint32_t next_number(const struct cpu *cpu)
{
	uint32_t *state = &at_random.cpu[cpu->number].state;

	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

uint64_t random_tick(const struct cpu *cpu, uint64_t now, uint32_t interval_log2, uint64_t next)
{
	if (at_random.vms == 0) {
		return next;
	}
	at_random.cpu[cpu->number].is_due |= now >= at_random.cpu[cpu->number].at;
	next = now + 1 + (next_number(cpu) & ((1U << (interval_log2 - 2)) - 1));
	at_random.cpu[cpu->number].at = next;
	return next;
}

/* Rather a page that has been touched; most of a VM's memory never was. Its ready word. */
static uint32_t find_page(const struct cpu *cpu, struct pmap *pmap, uint32_t *gpn)
{
	/* Rather in the lower part, where kernels are. */
	uint32_t frame = next_number(cpu) % (pmap->frame_count >> next_number(cpu) % 4);
	uint32_t ready = 0;

	for (uint32_t i = 0; i < LOOKS && !(ready & ENTRYLO_V); i++) {
		frame = (frame + 1) % pmap->frame_count;
		ready = pmap_ready(pmap, (uint32_t)frame_to_page(frame));
	}
	*gpn = (uint32_t)frame_to_page(frame);
	return ready;
}

static void move_some_page(struct cpu *cpu, uint32_t vm)
{
	struct movement_cpu *own = cpu->movement;
	struct pmap_caller caller = cpu_pmap_caller();
	struct pmap *pmap = vms_get(vm)->pmap;
	struct movement_record record = { .vm = (uint16_t)vm, .cpu = (uint8_t)cpu->number };
	uint32_t node = next_number(cpu) % machine.node_count;
	struct pmap_transfer item = { .status = OK };
	uint32_t ready = find_page(cpu, pmap, &item.gpn);
	enum status status;

	record.page = item.gpn;
	record.nodes = (uint64_t)1 << node;
	record.from =
		(uint8_t)page_node(&machine_pages, (ready & PMAP_READY_PFN) >> ENTRYLO_PFN_SHIFT);
	record.action = (uint8_t)(MOVEMENT_MIGRATE + next_number(cpu) % 4);
	own->collapse_reason = MOVEMENT_RANDOM;
	cpu->inspect.cause = INSPECT_CAUSE_MIGRATE;
	if (record.action == MOVEMENT_MIGRATE) {
		pmap_move_pages(pmap, &item, 1, node, &caller);
		status = item.status;
	} else if (record.action == MOVEMENT_COLLAPSE) {
		/* Which notes itself. */
		status = pmap_collapse(pmap, record.page, &caller) == OK ? ERR_FULL : ERR_BUSY;
	} else {
		record.action = MOVEMENT_REPLICATE;
		pmap_replicate_pages(pmap, &item, 1, node, &caller);
		status = item.status;
	}
	own->collapse_reason = MOVEMENT_WRITTEN;
	if (status != ERR_FULL && status != ERR_RANGE) {
		record.reason = status == OK          ? MOVEMENT_RANDOM
				: status == ERR_NOMEM ? MOVEMENT_NO_MEMORY
						      : MOVEMENT_BUSY;
		record.action = status == OK ? record.action : MOVEMENT_NONE;
		movement_note(&own->log, &record, 0, 0);
	}
}

void random_move(struct cpu *cpu)
{
	uint32_t vm;

	if (at_random.cpu[cpu->number].is_due) {
		at_random.cpu[cpu->number].is_due = false;
		vm = next_number(cpu) % vms_count();
		if (at_random.vms >> vm & 1) {
			move_some_page(cpu, vm);
		}
	}
}
