/* SPDX-License-Identifier: MIT */
/* machine_tree.c - the device tree of a machine of type mirrorball. */
#include "machine/devtree.h"
#include "machine/frame.h"
#include "machine/framebuffer.h"
#include "machine/lines.h"
#include "machine/map.h"
#include "sim/devtree/devices.h"
#include "sim/devtree/devtree.h"

static void write_modules(struct devtree_writer *writer, const struct devtree_machine *machine)
{
	for (size_t i = 0; i < machine->module_count; i++) {
		const struct devtree_module *module = &machine->module[i];

		writer_enter_at(writer, "module", module->paddr);
		writer_text(writer, "compatible", DEVTREE_MODULE);
		writer_reg(writer, module->paddr, module->bytes);
		writer_text(writer, DEVTREE_MODULE_NAME, module->name);
		if (module->bootargs != NULL) {
			writer_text(writer, "bootargs", module->bootargs);
		}
		writer_leave(writer);
	}
}

/* The frame buffer for systems that have a driver of their own for such. */
static void write_picture(struct devtree_writer *writer, const struct machine_picture *picture)
{
	bool is_small = picture->format == FRAMEBUFFER_FORMAT_R5G6B5;

	if (picture->width == 0) {
		return;
	}
	writer_enter_at(writer, "framebuffer", picture->paddr);
	writer_text(writer, "compatible", DEVTREE_PICTURE);
	writer_reg(writer, picture->paddr, machine_picture_bytes(picture));
	writer_u32(writer, "width", picture->width);
	writer_u32(writer, "height", picture->height);
	writer_u32(writer, "stride", machine_picture_stride(picture));
	writer_text(writer, "format", is_small ? "r5g6b5" : "x8r8g8b8");
	writer_leave(writer);
}

static void write_chosen(struct devtree_writer *writer, const struct devtree_machine *machine)
{
	writer_enter(writer, "chosen");
	writer_cells(writer, 2, 2);
	writer_empty(writer, "ranges");
	devices_write_chosen(writer, machine->bootargs, machine->config->seed, 0);
	devices_write_initrd(writer, machine->initrd, machine->initrd_bytes);
	write_picture(writer, &machine->config->picture);
	write_modules(writer, machine);
	writer_leave(writer);
}

/* An OS on a round-robin machine is to know nothing of nodes. */
static bool tells_nodes(const struct machine_config *config)
{
	return config->layout == FRAME_BLOCK;
}

static void write_cpus(struct devtree_writer *writer, const struct machine_config *config)
{
	unsigned per_node = config->cpus / config->nodes;

	writer_enter(writer, "cpus");
	writer_cells(writer, 1, 0);
	for (unsigned i = 0; i < config->cpus; i++) {
		devices_write_cpu(writer, i, config->clock_hz, config->tlb_entries,
				  tells_nodes(config) ? (int)(i / per_node) : -1);
	}
	writer_leave(writer);
}

/* Frames [first, first + count): one range of physical addresses, or two around the I/O window. */
static void write_memory(struct devtree_writer *writer, uint64_t first, uint64_t count, int node)
{
	uint64_t below = first < FRAME_HOLE_FIRST ? FRAME_HOLE_FIRST - first : 0;
	uint64_t reg[4] = { frame_to_paddr(first), count << MAP_PAGE_SHIFT };
	size_t words = 2;

	if (below > 0 && below < count) {
		reg[1] = below << MAP_PAGE_SHIFT;
		reg[2] = MAP_IO_END;
		reg[3] = (count - below) << MAP_PAGE_SHIFT;
		words = 4;
	}
	writer_enter_at(writer, "memory", reg[0]);
	writer_text(writer, "device_type", "memory");
	writer_u64_list(writer, "reg", reg, words);
	if (node >= 0) {
		writer_u32(writer, "numa-node-id", (uint32_t)node);
	} else {
		writer_empty(writer, DEVTREE_ROUND_ROBIN);
	}
	writer_leave(writer);
}

static void write_all_memory(struct devtree_writer *writer, const struct machine_config *config)
{
	uint64_t frames = config->memory_bytes >> MAP_PAGE_SHIFT;

	if (!tells_nodes(config)) {
		write_memory(writer, 0, frames, -1);
		return;
	}
	for (unsigned i = 0; i < config->nodes; i++) {
		write_memory(writer, i * (frames / config->nodes), frames / config->nodes, (int)i);
	}
}

static void write_distances(struct devtree_writer *writer, const struct machine_config *config)
{
	uint32_t matrix[3U * MAP_NODES_MAX * MAP_NODES_MAX];
	size_t used = 0;

	if (!tells_nodes(config)) {
		return;
	}
	for (unsigned from = 0; from < config->nodes; from++) {
		for (unsigned to = 0; to < config->nodes; to++) {
			uint64_t ns = machine_latency_ns(config, from, to);

			matrix[used++] = from;
			matrix[used++] = to;
			/* In tenths of a local miss, rounded. */
			matrix[used++] =
				(uint32_t)((10 * ns + config->local_ns / 2) / config->local_ns);
		}
	}
	writer_enter(writer, "distance-map");
	writer_text(writer, "compatible", DEVTREE_DISTANCES);
	writer_u32_list(writer, "distance-matrix", matrix, used);
	writer_leave(writer);
}

static void write_soc(struct devtree_writer *writer, const struct machine_config *config)
{
	devices_begin_soc(writer, config->cpus, config->clock_hz);
	if (config->picture.width != 0) {
		writer_enter_at(writer, "framebuffer", MAP_FRAMEBUFFER_BASE);
		writer_text(writer, "compatible", DEVTREE_FRAMEBUFFER);
		writer_reg(writer, MAP_FRAMEBUFFER_BASE, FRAMEBUFFER_BYTES);
		writer_leave(writer);
	}
	for (unsigned i = 0; i < config->disks; i++) {
		devices_write_virtio(writer, MACHINE_DISK_SLOT + i, config->disk[i].is_swap);
	}
	for (unsigned i = 0; i < config->nics; i++) {
		devices_write_virtio(writer, MACHINE_NIC_SLOT + i, false);
	}
	for (unsigned i = 0; i < config->nodes; i++) {
		uint64_t base = MAP_NODE_BASE + (uint64_t)i * MAP_NODE_STRIDE;

		writer_enter_at(writer, "node-controller", base);
		writer_text(writer, "compatible", DEVTREE_NODE);
		writer_reg(writer, base, MAP_NODE_STRIDE);
		writer_u32(writer, "interrupt-parent", PHANDLE_LINES);
		writer_u32(writer, "interrupts", LINES_IP_NODE);
		writer_u32(writer, "numa-node-id", i);
		writer_leave(writer);
	}
	writer_leave(writer);
}

static void write_policies(struct devtree_writer *writer, const struct devtree_vm *vm)
{
	for (size_t i = 0; i < vm->policy_count; i++) {
		const struct devtree_policy *policy = &vm->policy[i];

		if (policy->is_flag) {
			writer_empty(writer, policy->name);
		} else if (policy->text != NULL) {
			writer_text(writer, policy->name, policy->text);
		} else {
			writer_u32(writer, policy->name, policy->number);
		}
	}
}

static void write_vm_disks(struct devtree_writer *writer, const struct devtree_vm *vm)
{
	for (size_t i = 0; i < vm->disk_count; i++) {
		writer_enter_at(writer, "disk", i);
		writer_text(writer, "compatible", DEVTREE_DISK);
		writer_u32(writer, "reg", (uint32_t)i);
		writer_u32(writer, DEVTREE_DISK_BASE, vm->disk[i].base);
		if (vm->disk[i].is_shared) {
			writer_empty(writer, DEVTREE_DISK_SHARED);
		}
		if (vm->disk[i].is_persistent) {
			writer_empty(writer, DEVTREE_DISK_PERSISTENT);
		}
		writer_leave(writer);
	}
}

static void write_vm_nics(struct devtree_writer *writer, const struct devtree_vm *vm)
{
	for (size_t i = 0; i < vm->nic_count; i++) {
		uint32_t slot = (uint32_t)(vm->disk_count + i);

		writer_enter_at(writer, "nic", slot);
		writer_text(writer, "compatible", DEVTREE_NIC);
		writer_u32(writer, "reg", slot);
		writer_bytes(writer, "local-mac-address", vm->nic[i].mac, DEVTREE_MAC_BYTES);
		writer_u32(writer, DEVTREE_NIC_MTU, vm->nic[i].mtu);
		writer_leave(writer);
	}
}

static void write_vm(struct devtree_writer *writer, unsigned number, const struct devtree_vm *vm)
{
	writer_enter_at(writer, "vm", number);
	writer_text(writer, "compatible", DEVTREE_VM);
	writer_u32(writer, "reg", number);
	writer_cells(writer, 1, 0);
	writer_text(writer, DEVTREE_VM_NAME, vm->name);
	writer_u64(writer, DEVTREE_VM_MEMORY, vm->memory);
	writer_u32(writer, DEVTREE_VM_VCPUS, vm->vcpus);
	writer_text(writer, DEVTREE_VM_KERNEL, vm->kernel);
	writer_text(writer, DEVTREE_VM_TREE, vm->tree);
	if (vm->initrd[0] != '\0') {
		writer_text(writer, DEVTREE_VM_INITRD, vm->initrd);
	}
	if (vm->cpus != NULL) {
		writer_u32_list(writer, DEVTREE_VM_CPUS, vm->cpus, vm->vcpus);
	}
	writer_text(writer, DEVTREE_VM_PRIVILEGED, vm->privileged);
	write_policies(writer, vm);
	write_vm_disks(writer, vm);
	write_vm_nics(writer, vm);
	writer_leave(writer);
}

static void write_vms(struct devtree_writer *writer, const struct devtree_machine *machine)
{
	if (machine->vm_count == 0) {
		return;
	}
	writer_enter(writer, DEVTREE_VMS);
	writer_cells(writer, 1, 0);
	for (size_t i = 0; i < machine->vm_count; i++) {
		write_vm(writer, (unsigned)i, &machine->vm[i]);
	}
	writer_leave(writer);
}

uint8_t *devtree_of_machine(const struct devtree_machine *machine, size_t *size, struct error *err)
{
	struct devtree_writer writer;

	writer_begin(&writer, machine->reserved, machine->reserved_bytes);
	devices_write_root(&writer, DEVTREE_MACHINE, "mirrorball");
	write_chosen(&writer, machine);
	write_cpus(&writer, machine->config);
	write_all_memory(&writer, machine->config);
	write_distances(&writer, machine->config);
	devices_write_lines(&writer);
	write_soc(&writer, machine->config);
	devices_write_poweroff(&writer);
	write_vms(&writer, machine);
	return writer_end(&writer, size, err);
}
