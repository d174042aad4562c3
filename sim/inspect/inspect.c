/* SPDX-License-Identifier: MIT */
/* inspect.c - the published tables, checked and brought to the host's byte order. */
#include "sim/inspect/inspect.h"

#include <string.h>

#include "machine/frame.h"
#include "sim/inspect/inspect_priv.h"

#define CKSEG_PHYSICAL 0x1fffffffU
#define STRIDE_MAX     0x10000U
#define CHUNK_LOG2_MAX 32U

static const struct inspect_run header_members[] = { { 4, 4 }, { 8, 4 }, { 4, 6 },
						     { 8, 3 }, { 4, 2 }, { 0, 0 } };
static const struct inspect_run vm_members[] = {
	{ 1, 32 }, { 4, 4 }, { 8, 2 }, { 4, 2 }, { 0, 0 }
};
static const struct inspect_run vcpu_members[] = {
	{ 4, 4 }, { 8, 99 }, { 4, 2 }, { 8, 2 }, { 0, 0 }
};
static const struct inspect_run cpu_members[] = { { 4, 2 }, { 0, 0 } };
static const struct inspect_run tlb_members[] = { { 8, 1 }, { 4, 4 }, { 0, 0 } };
static const struct inspect_run disk_members[] = { { 4, 6 }, { 0, 0 } };
static const struct inspect_run nic_members[] = { { 4, 2 }, { 8, 5 }, { 0, 0 } };
static const struct inspect_run frame_members[] = { { 1, 2 }, { 2, 1 }, { 4, 3 }, { 0, 0 } };

void inspect_bytes(const struct machine *machine, uint64_t value, uint8_t *bytes, unsigned size)
{
	bool big = machine_get_config(machine)->big_endian;

	for (unsigned i = 0; i < size; i++) {
		bytes[big ? size - 1 - i : i] = (uint8_t)(value >> (8 * i));
	}
}

static void put(uint8_t *at, uint64_t value, unsigned size)
{
	uint8_t byte = (uint8_t)value;
	uint16_t half = (uint16_t)value;
	uint32_t word = (uint32_t)value;

	switch (size) {
	case 1:
		memcpy(at, &byte, size);
		break;
	case 2:
		memcpy(at, &half, size);
		break;
	case 4:
		memcpy(at, &word, size);
		break;
	default:
		memcpy(at, &value, sizeof(value));
	}
}

bool inspect_structure(const struct machine *machine, uint64_t paddr,
		       const struct inspect_run *layout, void *out, size_t size)
{
	uint8_t *at = out;

	if (paddr == 0 || paddr % sizeof(uint64_t) != 0 ||
	    !machine_read_physical(machine, paddr, out, size)) {
		return false;
	}
	for (; layout->bytes != 0; layout++) {
		for (unsigned i = 0; i < layout->count; i++) {
			put(at, machine_number(machine, at, layout->bytes), layout->bytes);
			at += layout->bytes;
		}
	}
	return true;
}

bool inspect_table(const struct inspect *view, uint64_t table, uint64_t index, uint64_t *paddr)
{
	uint8_t bytes[sizeof(uint64_t)];

	/* No machine has that much memory, so the sums below do not overflow. */
	if (table == 0 || table % sizeof(uint64_t) != 0 || table > MAP_RAM_BYTES_MAX * 2 ||
	    index > MAP_RAM_BYTES_MAX ||
	    !machine_read_physical(view->machine, table + index * sizeof(uint64_t), bytes,
				   sizeof(bytes))) {
		return false;
	}
	*paddr = machine_number(view->machine, bytes, sizeof(bytes));
	return *paddr != 0 && *paddr <= MAP_RAM_BYTES_MAX * 2;
}

bool inspect_find(const struct elf_file *monitor, uint64_t *paddr)
{
	const struct elf_symbol *symbol =
		monitor != NULL ? elf_find_name(monitor, INSPECT_SYMBOL) : NULL;

	if (symbol == NULL) {
		return false;
	}
	*paddr = symbol->address & CKSEG_PHYSICAL;
	return true;
}

bool inspect_open(struct inspect *view, const struct machine *machine, uint64_t paddr)
{
	struct inspect_header *header = &view->header;

	view->machine = machine;
	return inspect_structure(machine, paddr, header_members, header, sizeof(*header)) &&
	       header->magic == INSPECT_MAGIC && header->version == INSPECT_VERSION &&
	       header->header_bytes >= sizeof(*header) && header->generation % 2 == 0 &&
	       header->vm_count <= INSPECT_VMS_MAX && header->vcpu_count <= INSPECT_VCPUS_MAX &&
	       header->disk_count <= INSPECT_DISKS_MAX && header->nic_count <= INSPECT_NICS_MAX &&
	       header->cpu_count <= MAP_CPUS_MAX && header->node_count <= MAP_NODES_MAX &&
	       header->memmap_stride >= sizeof(struct inspect_frame) &&
	       header->memmap_stride <= STRIDE_MAX;
}

/* It goes to terminals. */
static void clean_name(char *name, size_t size)
{
	name[size - 1] = '\0';
	for (; *name != '\0'; name++) {
		if (*name < ' ' || *name > '~') {
			*name = '?';
		}
	}
}

bool inspect_vm(const struct inspect *view, uint32_t index, struct inspect_vm *vm)
{
	uint64_t paddr;

	if (index >= view->header.vm_count ||
	    !inspect_table(view, view->header.vm_table, index, &paddr) ||
	    !inspect_structure(view->machine, paddr, vm_members, vm, sizeof(*vm))) {
		return false;
	}
	clean_name(vm->name, sizeof(vm->name));
	return vm->vcpu_first <= view->header.vcpu_count &&
	       vm->vcpu_count <= view->header.vcpu_count - vm->vcpu_first &&
	       vm->pages <= FRAME_COUNT_MAX && vm->pmap_stride >= sizeof(uint32_t) &&
	       vm->pmap_stride <= STRIDE_MAX && vm->pmap_chunk_log2 <= CHUNK_LOG2_MAX;
}

bool inspect_cpu(const struct inspect *view, uint32_t cpu, struct inspect_cpu *out)
{
	uint64_t paddr;

	return cpu < view->header.cpu_count &&
	       inspect_table(view, view->header.cpu_table, cpu, &paddr) &&
	       inspect_structure(view->machine, paddr, cpu_members, out, sizeof(*out));
}

bool inspect_frame(const struct inspect *view, uint32_t node, uint64_t index,
		   struct inspect_frame *out)
{
	uint64_t paddr;

	return node < view->header.node_count && index < FRAME_COUNT_MAX &&
	       inspect_table(view, view->header.memmap_table, node, &paddr) &&
	       inspect_structure(view->machine, paddr + index * view->header.memmap_stride,
				 frame_members, out, sizeof(*out)) &&
	       out->kind < INSPECT_FRAME_KINDS;
}

bool inspect_vcpu_paddr(const struct inspect *view, uint32_t index, uint64_t *paddr)
{
	return index < view->header.vcpu_count &&
	       inspect_table(view, view->header.vcpu_table, index, paddr);
}

bool inspect_disk(const struct inspect *view, uint32_t index, struct inspect_disk *out)
{
	uint64_t paddr;

	return index < view->header.disk_count &&
	       inspect_table(view, view->header.disk_table, index, &paddr) &&
	       inspect_structure(view->machine, paddr, disk_members, out, sizeof(*out));
}

bool inspect_nic(const struct inspect *view, uint32_t index, struct inspect_nic *out)
{
	uint64_t paddr;

	return index < view->header.nic_count &&
	       inspect_table(view, view->header.nic_table, index, &paddr) &&
	       inspect_structure(view->machine, paddr, nic_members, out, sizeof(*out)) &&
	       out->vm < view->header.vm_count;
}

bool inspect_vcpu_published(const struct inspect *view, uint32_t index, struct inspect_vcpu *vcpu)
{
	uint64_t paddr;

	return inspect_vcpu_paddr(view, index, &paddr) &&
	       inspect_structure(view->machine, paddr, vcpu_members, vcpu, sizeof(*vcpu)) &&
	       vcpu->vm < view->header.vm_count && vcpu->tlb_entries <= VM_TLB_ENTRIES;
}

bool inspect_tlb(const struct inspect *view, const struct inspect_vcpu *vcpu, uint32_t index,
		 struct inspect_tlb_entry *entry)
{
	return index < vcpu->tlb_entries && vcpu->tlb <= MAP_RAM_BYTES_MAX * 2 &&
	       inspect_structure(view->machine, vcpu->tlb + index * sizeof(*entry), tlb_members,
				 entry, sizeof(*entry));
}

/* The pmap's entry for guest page `gpn`, if it leads to memory. */
static bool read_pmap(const struct inspect *view, const struct inspect_vm *vm, uint64_t gpn,
		      uint64_t *entry, uint64_t *paddr)
{
	uint8_t bytes[sizeof(uint32_t)];
	uint64_t frame;
	uint64_t chunk;

	if (gpn > MAP_RAM_BYTES_MAX || !frame_of_paddr(gpn << MAP_PAGE_SHIFT, vm->pages, &frame) ||
	    !inspect_table(view, vm->pmap_table, frame >> vm->pmap_chunk_log2, &chunk)) {
		return false;
	}
	uint64_t within = frame & (((uint64_t)1 << vm->pmap_chunk_log2) - 1);

	if (!machine_read_physical(view->machine, chunk + within * vm->pmap_stride, bytes,
				   sizeof(bytes))) {
		return false;
	}
	*entry = machine_number(view->machine, bytes, sizeof(bytes));
	*paddr = (*entry & ENTRYLO_PFN) >> ENTRYLO_PFN_SHIFT << MAP_PAGE_SHIFT;
	return (*entry & ENTRYLO_PFN) != 0 &&
	       machine_has_memory(view->machine, *paddr, MAP_PAGE_BYTES);
}

bool inspect_guest_page(const struct inspect *view, const struct inspect_vm *vm, uint64_t gpn,
			uint64_t *paddr)
{
	uint64_t entry;

	return read_pmap(view, vm, gpn, &entry, paddr);
}

bool inspect_is_swapped(const struct inspect *view, const struct inspect_vm *vm, uint64_t gpn)
{
	uint64_t entry = 0;
	uint64_t paddr;

	return !read_pmap(view, vm, gpn, &entry, &paddr) &&
	       (entry & (ENTRYLO_PFN | ENTRYLO_C | ENTRYLO_V)) == INSPECT_PMAP_SWAPPED;
}

bool inspect_own_page(const struct inspect *view, const struct inspect_vm *vm, uint64_t gpn,
		      uint64_t *paddr)
{
	uint64_t entry;

	return read_pmap(view, vm, gpn, &entry, paddr) && (entry & ENTRYLO_D) != 0;
}
