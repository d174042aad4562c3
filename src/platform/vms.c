/* SPDX-License-Identifier: MIT */
/*
 * vms.c - makes the virtual machines of the device tree (docs/machine/devtree.md).
 *
 * Tables that live as long as the machine come from boot memory, on the node of who uses them:
 * pmap with the first VCPU, a VCPU's structures with the CPU it is assigned to. Guest memory
 * comes page by page through the pmap.
 */
#include "src/platform/vms.h"

#include "machine/devtree.h"
#include "machine/shared_page.h"

#include "src/cpu/asid.h"
#include "src/cpu/cpu.h"
#include "src/cpu/platform.h"
#include "src/cpu/rewrite.h"
#include "src/cpu/sched.h"
#include "src/cpu/vcpu.h"
#include "src/cpu/vm.h"
#include "src/disks/vdisk.h"
#include "src/include/memory.h"
#include "src/lib/string.h"
#include "src/net/subnet.h"
#include "src/numa/movement.h"
#include "src/numa/placement.h"
#include "src/platform/boot.h"
#include "src/platform/console.h"
#include "src/platform/guest_kernel.h"
#include "src/platform/inspect.h"
#include "src/platform/machine.h"
#include "src/platform/memory.h"
#include "src/platform/smp.h"
#include "src/platform/vmconsole.h"
#include "src/pmap/pmap.h"
#include "src/pmap/swap.h"

/* Entries of a VCPU's second level, if the tree does not say. */
#define SECOND_LEVEL_DEFAULT 2048
#define SECOND_LEVEL_OFF     64

/* Time slices. */
#define SLICE_US     10000
#define SLICE_US_MIN 100
#define SLICE_US_MAX 1000000

/* So that the machine's queue holds the requests of all. */
#define DISK_USERS_MAX (DISK_QUEUE / VDISK_REQUESTS)

static struct {
	uint32_t count;
	struct vm *vm[MEMMAP_VMS_MAX];
	uint32_t tree_node[MEMMAP_VMS_MAX];
	uint32_t next_cpu;   /* for VCPUs whose CPU the tree leaves open */
	uint32_t vcpu_count; /* of all VMs */
	uint32_t slice_us;
	uint8_t disk_users[MAP_VIRTIO_COUNT]; /* who have it as it is */
	bool disk_is_shared[MAP_VIRTIO_COUNT];
	struct disk_cache *cache[MAP_VIRTIO_COUNT]; /* of those that have it copy on write */
} vms;

uint32_t vms_count(void)
{
	return vms.count;
}

struct vm *vms_get(uint32_t number)
{
	return vms.vm[number];
}

static bool has(uint32_t node, const char *name)
{
	struct fdt_property property;

	return fdt_find(&machine.tree, node, name, &property);
}

static void read_privileged(struct vm *vm, uint32_t node)
{
	const char *way = fdt_string(&machine.tree, node, DEVTREE_VM_PRIVILEGED, 0);

	vm->privileged = VM_TRAP;
	if (way == NULL || string_equal(way, DEVTREE_VM_PRIVILEGED_TRAP)) {
		return;
	}
	vm->shared_page = true;
	if (string_equal(way, DEVTREE_VM_PRIVILEGED_SHARED)) {
		vm->privileged = VM_PAGE;
	} else if (string_equal(way, DEVTREE_VM_PRIVILEGED_REWRITE)) {
		vm->privileged = VM_REWRITE;
	} else {
		boot_refuse("VM %s: no way '%s' to privileged registers", vm->name, way);
	}
}

/* VMs share the CPUs: the shortest slice that one asks for, all have. */
static void read_slice(const struct vm *vm, uint32_t node)
{
	uint32_t us;

	if (!fdt_u32(&machine.tree, node, DEVTREE_VM_SLICE, &us)) {
		return;
	}
	if (us < SLICE_US_MIN || us > SLICE_US_MAX) {
		boot_refuse("VM %s: time slice of %u us", vm->name, us);
	}
	vms.slice_us = us < vms.slice_us ? us : vms.slice_us;
}

static void read_switches(struct vm *vm, uint32_t node)
{
	const struct fdt *fdt = &machine.tree;
	uint64_t bytes;

	if (!fdt_u64(fdt, node, DEVTREE_VM_MEMORY, &bytes) || bytes == 0 ||
	    bytes % PAGE_BYTES != 0 || bytes > MAP_RAM_BYTES_MAX) {
		boot_refuse("VM %s: memory", vm->name);
	}
	vm->page_count = bytes / PAGE_BYTES;
	if (!fdt_u32(fdt, node, DEVTREE_VM_VCPUS, &vm->vcpu_count) || vm->vcpu_count == 0 ||
	    vm->vcpu_count > VM_VCPUS_MAX) {
		boot_refuse("VM %s: VCPUs", vm->name);
	}
	read_privileged(vm, node);
	vm->second_level_entries = SECOND_LEVEL_DEFAULT;
	(void)fdt_u32(fdt, node, DEVTREE_VM_SECOND_LEVEL, &vm->second_level_entries);
	vm->large_entries = has(node, DEVTREE_VM_LARGE);
	vm->is_pinned = has(node, DEVTREE_VM_PINNED);
	vm->is_gang = has(node, DEVTREE_VM_GANG);
	read_slice(vm, node);
	/* VMs share the CPUs' TLBs: what one asks for, all have. */
	asid_is_virtual |= has(node, DEVTREE_VM_VIRTUAL_ASIDS);
}

/* The machine CPU of VCPU `number`: as the tree says, else one after the other. */
static struct cpu *choose_cpu(const struct vm *vm, uint32_t node, uint32_t number)
{
	struct fdt_property property;
	uint32_t cpu;

	if (fdt_find(&machine.tree, node, DEVTREE_VM_CPUS, &property)) {
		if (!fdt_cell(&property, number, &cpu) || cpu >= machine.cpu_count) {
			boot_refuse("VM %s: CPU of VCPU %u", vm->name, number);
		}
	} else {
		cpu = vms.next_cpu;
		vms.next_cpu = (vms.next_cpu + 1) % machine.cpu_count;
	}
	return smp_cpu(cpu);
}

static void prepare_vcpu(struct vm *vm, uint32_t tree_node, uint32_t number)
{
	struct cpu *cpu = choose_cpu(vm, tree_node, number);
	struct vcpu *vcpu = memory_take(cpu->node, sizeof(*vcpu));
	uint32_t entries = vm->second_level_entries ? vm->second_level_entries : SECOND_LEVEL_OFF;
	size_t bytes = l2tlb_storage_bytes(entries);

	if (bytes == 0) {
		boot_refuse("VM %s: second level of %u entries", vm->name, entries);
	}
	CHECK(vtlb_init(&vcpu->vtlb, vm->pmap, number, cpu->node, entries,
			memory_take(cpu->node, bytes)) == OK);
	vcpu->vtlb.second_level = vm->second_level_entries != 0;
	vcpu->number_in_machine = vms.vcpu_count;
	vms.vcpu_count++;
	vcpu_init(
		vcpu, vm, number,
		(uint32_t)(memory_paddr(memory_take(cpu->node, SHARED_PAGE_BYTES)) >> PAGE_SHIFT));
	vcpu->cpu = cpu;
	vcpu->home = cpu->node;
}

static void prepare_pmap(struct vm *vm, uint32_t node)
{
	size_t bytes = pmap_storage_bytes((uint32_t)vm->page_count);

	vm->pmap = memory_take(node, sizeof(*vm->pmap));
	CHECK(pmap_init(vm->pmap, vm->number, (uint32_t)vm->page_count, &machine_memmap,
			memory_take(node, bytes)) == OK);
	vm->pmap->large = vm->large_entries;
	swap_add(vm->pmap);
	if (vm->privileged == VM_REWRITE) {
		vm->rewrite = memory_take(node, sizeof(*vm->rewrite));
	}
	if (machine.clock != NO_DEVICE) {
		vm->pmap->clock_ready =
			(uint32_t)(memory_paddr((void *)machine.clock) >> PAGE_SHIFT)
				<< ENTRYLO_PFN_SHIFT |
			CACHE_UNCACHED << ENTRYLO_C_SHIFT | ENTRYLO_V | ENTRYLO_G;
	}
}

/* Where its pages lie and whether they move. */
static void prepare_placement(struct vm *vm, uint32_t node)
{
	struct policy policy;

	if (!placement_read(&machine.tree, node, vm->pmap, &policy) ||
	    (vm->pmap->placement_node >= machine.node_count)) {
		boot_refuse("VM %s: placement or movement", vm->name);
	}
	if ((policy.migrates || policy.replicates || policy.is_random) &&
	    (machine.layout != FRAME_BLOCK || machine.node_controller[0] == NO_DEVICE)) {
		boot_refuse("VM %s: movement on a machine whose memory belongs to no node",
			    vm->name);
	}
	movement_prepare(vm, &policy);
}

/* A disk of the machine that a VM writes is that VM's, or shared by all who name it. */
static void check_owner(const struct vm *vm, uint32_t base, bool is_shared)
{
	if (vms.cache[base] != NULL) {
		boot_refuse("VM %s: disk %u is the base of another VM's copy: nobody may write it",
			    vm->name, base);
	}
	if (vms.disk_users[base] != 0 && !(is_shared && vms.disk_is_shared[base])) {
		boot_refuse("VM %s: disk %u is another VM's, and not shared", vm->name, base);
	}
	if (vms.disk_users[base] == DISK_USERS_MAX) {
		boot_refuse("VM %s: more than %u VMs share disk %u", vm->name, DISK_USERS_MAX,
			    base);
	}
	vms.disk_users[base]++;
	vms.disk_is_shared[base] = is_shared;
}

/* What all copies of a disk have in common. */
static struct disk_cache *cache_of(const struct vm *vm, uint32_t base)
{
	struct disk *disk = disks_get(base);

	if (vms.disk_users[base] != 0) {
		boot_refuse("VM %s: disk %u is written by another VM: it can be no base", vm->name,
			    base);
	}
	if (disk->sectors / BTREE_SECTORS >= UINT32_MAX) {
		boot_refuse("VM %s: disk %u is too large to be a base", vm->name, base);
	}
	if (vms.cache[base] == NULL) {
		vms.cache[base] = memory_take(0, sizeof(*vms.cache[base]));
		cache_init(vms.cache[base], disk, &machine_memmap, 0);
		inspect_add_disk(&vms.cache[base]->counts);
	}
	return vms.cache[base];
}

static void prepare_disk(struct vm *vm, uint32_t node, uint32_t slot, uint32_t home)
{
	struct vdisk_base on;
	struct vdisk *vdisk;
	bool is_persistent = has(node, DEVTREE_DISK_PERSISTENT);
	uint32_t base;

	if (!fdt_u32(&machine.tree, node, DEVTREE_DISK_BASE, &base) || disks_get(base) == NULL) {
		boot_refuse("VM %s: no such disk of the machine for disk %u", vm->name, slot);
	}
	on = (struct vdisk_base){
		.disk = disks_get(base),
		.is_shared = has(node, DEVTREE_DISK_SHARED),
		.is_read_only = is_persistent && disks_get(base)->is_read_only,
	};
	if (is_persistent && !on.is_read_only) {
		check_owner(vm, base, on.is_shared);
	} else {
		on.cache = cache_of(vm, base);
	}
	vdisk = memory_take(home, sizeof(*vdisk));
	vdisk_init(vdisk, vm, slot, &on, memory_take(home, VDISK_REQUESTS * PAGE_BYTES));
	vm->virtio[slot] = &vdisk->virtio;
}

static void prepare_nic(struct vm *vm, uint32_t node, uint32_t slot, uint32_t home)
{
	struct fdt_property property;
	uint32_t mtu = NIC_MTU;
	struct nic *nic;

	if (!fdt_find(&machine.tree, node, "local-mac-address", &property) ||
	    property.bytes != NIC_MAC_BYTES || (property.value[0] & 1) != 0) {
		boot_refuse("VM %s: address of network device %u", vm->name, slot);
	}
	(void)fdt_u32(&machine.tree, node, DEVTREE_NIC_MTU, &mtu);
	nic = memory_take(home, sizeof(*nic));
	nic_init(nic, vm, slot, property.value, mtu, memory_take(home, PAGE_BYTES));
	inspect_add_nic(&nic->counts);
	vm->virtio[slot] = &nic->virtio;
}

/* /virtual-machines/vm@N/disk@SLOT, nic@SLOT */
static void prepare_devices(struct vm *vm, uint32_t node, uint32_t home)
{
	const struct fdt *fdt = &machine.tree;
	uint32_t child;

	for (child = fdt_first_child(fdt, node); child != FDT_NONE;
	     child = fdt_next_sibling(fdt, child)) {
		uint32_t slot;

		if (!fdt_u32(fdt, child, "reg", &slot) || slot >= MAP_VIRTIO_COUNT ||
		    vm->virtio[slot] != NULL) {
			boot_refuse("VM %s: %s", vm->name, fdt_name(fdt, child));
		}
		if (fdt_says(fdt, child, "compatible", DEVTREE_DISK)) {
			prepare_disk(vm, child, slot, home);
		} else if (fdt_says(fdt, child, "compatible", DEVTREE_NIC)) {
			prepare_nic(vm, child, slot, home);
		}
	}
}

static void prepare_vm(uint32_t node)
{
	const char *name = fdt_string(&machine.tree, node, DEVTREE_VM_NAME, 0);
	struct vm *vm = memory_take(0, sizeof(*vm));
	struct fdt_property property;
	uint32_t home = 0;
	uint32_t cpu;
	uint32_t i;

	if (vms.count == MEMMAP_VMS_MAX || vms.count == INSPECT_VMS_MAX) {
		boot_refuse("more than %u VMs", vms.count);
	}
	vm->number = vms.count;
	(void)string_copy(vm->name, sizeof(vm->name), name != NULL ? name : "");
	vms.vm[vms.count] = vm;
	vms.tree_node[vms.count] = node;
	vms.count++;
	read_switches(vm, node);
	memory_take_for(vm->name);
	if (vms.vcpu_count + vm->vcpu_count > INSPECT_VCPUS_MAX) {
		boot_refuse("VM %s: more than %u VCPUs on the machine", vm->name,
			    INSPECT_VCPUS_MAX);
	}
	if (fdt_find(&machine.tree, node, DEVTREE_VM_CPUS, &property) &&
	    fdt_cell(&property, 0, &cpu) && cpu < machine.cpu_count) {
		home = machine.cpu_node[cpu];
	} else {
		home = machine.cpu_node[vms.next_cpu];
	}
	prepare_pmap(vm, home);
	prepare_placement(vm, node);
	prepare_devices(vm, node, home);
	for (i = 0; i < vm->vcpu_count; i++) {
		prepare_vcpu(vm, node, i);
	}
	vmconsole_init(vm);
}

void vms_prepare(void)
{
	const struct fdt *fdt = &machine.tree;
	uint32_t parent = fdt_child(fdt, fdt_root(fdt), DEVTREE_VMS);
	uint32_t node = FDT_NONE;
	uint32_t i;

	vms.slice_us = SLICE_US;
	while ((node = fdt_next_child(fdt, parent, node, "compatible", DEVTREE_VM)) != FDT_NONE) {
		prepare_vm(node);
	}
	for (i = 0; i < machine.cpu_count; i++) {
		/* Count goes at half the clock. */
		smp_cpu(i)->slice_counts =
			(uint32_t)((uint64_t)vms.slice_us * (machine.clock_hz / 2) / 1000000);
	}
	inspect_prepare(vms.count, vms.vcpu_count);
}

void vms_create(void)
{
	static const char *const ways[] = { "trap", "shared page", "rewrite" };
	uint64_t pages = 0;
	uint32_t number;
	uint32_t i;

	for (number = 0; number < vms.count; number++) {
		pages += vms.vm[number]->page_count;
	}
	for (number = 0; number < vms.count; number++) {
		struct vm *vm = vms.vm[number];

		/* Nobody may take what others were to share. */
		vm->populates = vm->large_entries &&
				pages <= page_alloc_free_count(&machine_pages) &&
				vm->pmap->placement == PMAP_PLACE_FIRST_TOUCH;
		pages -= vm->page_count;
		vm->end_reason = guest_kernel_load(vm, vms.tree_node[number]);
		inspect_add_vm(vm);
		if (vm->end_reason != NULL) {
			vm->end = VM_REFUSED;
			continue;
		}
		for (i = 0; i < vm->vcpu_count; i++) {
			sched_assign(vm->vcpus[i]->cpu, vm->vcpus[i]);
		}
		console_print("VM %s: %lu MB, %u VCPU%s from CPU %u, %s, second level %u", vm->name,
			      vm->page_count >> (20 - PAGE_SHIFT), vm->vcpu_count,
			      vm->vcpu_count == 1 ? "" : "s", vm->vcpus[0]->cpu->number,
			      ways[vm->privileged], vm->second_level_entries);
	}
	inspect_publish();
}

void vms_enter(struct cpu *cpu)
{
	uint32_t number;

	for (number = 0; number < vms.count; number++) {
		struct vm *vm = vms.vm[number];

		if (vm->vcpus[0]->cpu != cpu->self) {
			continue;
		}
		if (vm->end == VM_REFUSED) {
			platform_vm_ended(vm);
		} else {
			vm_enter(vm);
		}
	}
}

bool platform_vm_reload(struct vm *vm)
{
	vmconsole_flush(vm);
	console_print("VM %s boots again", vm->name);
	return guest_kernel_reload(vm, vms.tree_node[vm->number]);
}
