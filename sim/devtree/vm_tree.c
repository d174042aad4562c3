/* SPDX-License-Identifier: MIT */
/*
 * vm_tree.c - the device tree of a virtual machine: VCPUs for CPUs, guest physical addresses, no
 * nodes.
 */
#include <string.h>
#include <xxhash.h>

#include "machine/devtree.h"
#include "machine/frame.h"
#include "machine/vm.h"
#include "sim/devtree/devices.h"
#include "sim/devtree/devtree.h"

/* Guest memory is numbered as the machine's RAM is, without the monitor's trampolines. */
static void write_memory(struct devtree_writer *writer, uint64_t bytes)
{
	static const struct {
		uint64_t first, end;
	} parts[] = {
		{ 0, VM_TRAMPOLINE_PADDR },
		{ VM_TRAMPOLINE_PADDR + VM_TRAMPOLINE_BYTES, MAP_IO_BASE },
		{ MAP_IO_END, MAP_MISS_BASE },
	};
	uint64_t end = frame_to_paddr((bytes >> MAP_PAGE_SHIFT) - 1) + MAP_PAGE_BYTES;
	uint64_t reg[6];
	size_t words = 0;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && parts[i].first < end; i++) {
		reg[words++] = parts[i].first;
		reg[words++] = (parts[i].end < end ? parts[i].end : end) - parts[i].first;
	}
	writer_enter_at(writer, "memory", 0);
	writer_text(writer, "device_type", "memory");
	writer_u64_list(writer, "reg", reg, words);
	writer_leave(writer);
}

/* As high in the window as there is memory: the monitor puts it there. */
static void write_initrd(struct devtree_writer *writer, const struct devtree_vm *vm)
{
	uint64_t top = vm->memory < VM_TRAMPOLINE_PADDR ? vm->memory : VM_TRAMPOLINE_PADDR;

	if (vm->initrd_bytes <= top) {
		devices_write_initrd(writer,
				     (top - vm->initrd_bytes) & ~(uint64_t)(MAP_PAGE_BYTES - 1),
				     vm->initrd_bytes);
	}
}

uint8_t *devtree_of_vm(const struct machine_config *config, const struct devtree_vm *vm,
		       size_t *size, struct error *err)
{
	struct devtree_writer writer;

	writer_begin(&writer, 0, 0);
	devices_write_root(&writer, DEVTREE_VIRTUAL, "mirrorball virtual machine");
	writer_enter(&writer, "chosen");
	devices_write_chosen(&writer, vm->bootargs, config->seed,
			     XXH3_64bits(vm->name, strlen(vm->name)));
	write_initrd(&writer, vm);
	writer_leave(&writer);
	writer_enter(&writer, "cpus");
	writer_cells(&writer, 1, 0);
	for (unsigned i = 0; i < vm->vcpus; i++) {
		devices_write_cpu(&writer, i, config->clock_hz, VM_TLB_ENTRIES, -1);
	}
	writer_leave(&writer);
	write_memory(&writer, vm->memory);
	devices_write_lines(&writer);
	devices_begin_soc(&writer, vm->vcpus, config->clock_hz);
	for (unsigned i = 0; i < vm->disk_count + vm->nic_count; i++) {
		devices_write_virtio(&writer, i, false);
	}
	writer_leave(&writer);
	devices_write_poweroff(&writer);
	return writer_end(&writer, size, err);
}
