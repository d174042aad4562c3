/* SPDX-License-Identifier: MIT */
/* inspect.c - fills the published tables once; what they point to is alive
 * (docs/machine/inspect.md).
 */
#include "src/platform/inspect.h"

#include "machine/inspect.h"

#include "src/cpu/cpu.h"
#include "src/cpu/vcpu.h"
#include "src/cpu/vm.h"
#include "src/include/memory.h"
#include "src/lib/string.h"
#include "src/numa/movement.h"
#include "src/platform/machine.h"
#include "src/platform/memory.h"
#include "src/platform/smp.h"
#include "src/pmap/pmap.h"

/* By name, for whoever looks from outside. */
__attribute__((used)) struct inspect_header mirrorball_inspect;

static struct {
	uint64_t *vm_table;
	uint64_t *vcpu_table;
	struct inspect_vm *vms;
	uint64_t *chunks; /* a table of one chunk for each VM's pmap */
	uint32_t vm_count;
	uint32_t vcpu_count;
} tables;

_Static_assert(INSPECT_DISKS_MAX <= PAGE_BYTES / 8 && INSPECT_NICS_MAX <= PAGE_BYTES / 8,
	       "a page of addresses");

static uint64_t *take_table(size_t count)
{
	return memory_take(0, count * sizeof(uint64_t));
}

void inspect_prepare(uint32_t vm_count, uint32_t vcpu_count)
{
	struct inspect_header *header = &mirrorball_inspect;
	uint64_t *cpus = take_table(machine.cpu_count);
	uint64_t *nodes = take_table(machine.node_count);
	uint32_t i;

	tables.vm_table = take_table(vm_count);
	tables.vcpu_table = take_table(vcpu_count);
	tables.vms = memory_take(0, vm_count * sizeof(struct inspect_vm));
	tables.chunks = take_table(vm_count);
	for (i = 0; i < machine.cpu_count; i++) {
		cpus[i] = memory_paddr(smp_cpu(i)) + offsetof(struct cpu, inspect);
	}
	for (i = 0; i < machine.node_count; i++) {
		nodes[i] = memory_paddr(machine_memmap.node[i]);
	}
	header->version = INSPECT_VERSION;
	header->header_bytes = sizeof(*header);
	header->vm_table = memory_paddr(tables.vm_table);
	header->vcpu_table = memory_paddr(tables.vcpu_table);
	header->cpu_table = memory_paddr(cpus);
	header->memmap_table = memory_paddr(nodes);
	if (movement_is_on()) {
		header->movement_table = memory_paddr(movement_table());
	}
	header->cpu_count = machine.cpu_count;
	header->node_count = machine.node_count;
	header->memmap_stride = sizeof(struct memmap_page);
}

void inspect_add_vm(const struct vm *vm)
{
	struct inspect_vm *entry = &tables.vms[tables.vm_count];
	uint32_t i;

	(void)string_copy(entry->name, sizeof(entry->name), vm->name);
	entry->number = vm->number;
	entry->vcpu_first = tables.vcpu_count;
	entry->vcpu_count = vm->vcpu_count;
	entry->pmap_stride = PMAP_READY_BYTES;
	entry->pages = vm->page_count;
	while ((uint64_t)1 << entry->pmap_chunk_log2 < vm->page_count) {
		entry->pmap_chunk_log2++;
	}
	tables.chunks[tables.vm_count] = memory_paddr(vm->pmap->ready);
	entry->pmap_table = memory_paddr(&tables.chunks[tables.vm_count]);
	tables.vm_table[tables.vm_count] = memory_paddr(entry);
	tables.vm_count++;
	for (i = 0; i < vm->vcpu_count; i++) {
		tables.vcpu_table[tables.vcpu_count] = memory_paddr(&vm->vcpus[i]->regs);
		tables.vcpu_count++;
	}
}

/* Of a table of at most a page of addresses. */
static void add(uint64_t *table, uint32_t *count, uint32_t most, const void *entry)
{
	if (*table == 0) {
		*table = memory_paddr(memory_take(0, PAGE_BYTES));
	}
	if (*count < most) {
		((uint64_t *)memory_at(*table))[*count] = memory_paddr(entry);
		(*count)++;
	}
}

void inspect_add_disk(const struct inspect_disk *disk)
{
	add(&mirrorball_inspect.disk_table, &mirrorball_inspect.disk_count, INSPECT_DISKS_MAX,
	    disk);
}

void inspect_add_nic(const struct inspect_nic *nic)
{
	add(&mirrorball_inspect.nic_table, &mirrorball_inspect.nic_count, INSPECT_NICS_MAX, nic);
}

void inspect_publish(void)
{
	mirrorball_inspect.vm_count = tables.vm_count;
	mirrorball_inspect.vcpu_count = tables.vcpu_count;
	memory_barrier();
	mirrorball_inspect.magic = INSPECT_MAGIC;
}
