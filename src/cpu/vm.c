/* SPDX-License-Identifier: MIT */
/* vm.c - how a VM ends, and how it begins again. */
#include "src/cpu/vm.h"

#include "machine/boot.h"

#include "src/cpu/cpu.h"
#include "src/cpu/platform.h"
#include "src/cpu/rewrite.h"
#include "src/cpu/vcpu.h"
#include "src/include/atomic.h"
#include "src/lib/string.h"
#include "src/pmap/pmap.h"
#include "src/virtio/virtio.h"

void vm_end(struct vm *vm, enum vm_end end, uint32_t code, const char *reason)
{
	bool is_first;

	lock_acquire(&vm->lock);
	is_first = vm->end == VM_RUNS;
	if (is_first) {
		vm->exit_code = code;
		vm->end_reason = reason;
		atomic_store(&vm->end, end);
	}
	lock_release(&vm->lock);
	if (!is_first) {
		return;
	}
	for (uint32_t i = 0; i < vm->vcpu_count; i++) {
		vcpu_request(vm->vcpus[i], VCPU_REQUEST_STOP);
	}
	if (vm_frees_memory(vm)) {
		vcpu_request(vm->vcpus[0], VCPU_REQUEST_RESTART);
	}
	if (end != VM_RESTART) {
		platform_vm_ended(vm);
	}
}

void vm_enter(struct vm *vm)
{
	vcpu_enter_at(vm->vcpus[0], vm->entry, 0, 0, vm->tree);
	vcpu_set_gpr(vm->vcpus[0], 4, BOOT_A0_DEVICE_TREE);
}

static bool has_stopped(const struct vm *vm)
{
	for (uint32_t i = 0; i < vm->vcpu_count; i++) {
		if (atomic_load(&vm->vcpus[i]->regs.state) != INSPECT_VCPU_OFF) {
			return false;
		}
	}
	return true;
}

/* Before the memory goes: rings are let go of, answers of requests under way are dropped. */
static void reset_virtio(struct vm *vm)
{
	struct pmap_caller caller = cpu_pmap_caller();

	for (uint32_t slot = 0; slot < MAP_VIRTIO_COUNT; slot++) {
		struct virtio *virtio = vm->virtio[slot];

		if (virtio != NULL) {
			virtio_enter(virtio, &caller);
			virtio_reset(virtio);
			virtio_leave(virtio);
		}
	}
}

/* All guest memory goes; a page that a device still reaches stays, and is cleared here. */
static void clear_memory(struct vm *vm)
{
	struct pmap_caller caller = cpu_pmap_caller();

	for (uint32_t frame = 0; frame < vm->page_count; frame++) {
		uint32_t gpn = (uint32_t)frame_to_page(frame);
		uint32_t ready = pmap_ready(vm->pmap, gpn);

		shootdown_serve(caller.self);
		if (!pmap_is_empty(vm->pmap, gpn) && pmap_release(vm->pmap, gpn, &caller) != OK &&
		    ready & ENTRYLO_V) {
			memset(machine_page((ready & ENTRYLO_PFN) >> ENTRYLO_PFN_SHIFT), 0,
			       PAGE_BYTES);
		}
	}
	if (vm->rewrite != NULL) {
		/* The trampolines' pages stay where they are and are filled anew. */
		memset(vm->rewrite, 0, sizeof(*vm->rewrite));
	}
}

void vm_restart(struct vm *vm)
{
	if (!vm_frees_memory(vm) || !has_stopped(vm)) {
		return;
	}
	reset_virtio(vm);
	clear_memory(vm);
	if (atomic_load(&vm->end) != VM_RESTART) {
		return;
	}
	for (uint32_t i = 0; i < vm->vcpu_count; i++) {
		struct vcpu *vcpu = vm->vcpus[i];

		atomic_store(&vcpu->lines, 0);
		vcpu->messages = 0;
		vcpu->count_offset = 0;
		vcpu->may_resume = false;
	}
	lock_acquire(&vm->lock);
	vdev_reset(vm);
	memset(vm->start, 0, sizeof(vm->start));
	vm->end_reason = NULL;
	atomic_store(&vm->end, VM_RUNS);
	lock_release(&vm->lock);
	if (!platform_vm_reload(vm)) {
		vm_end(vm, VM_ERROR, 0, "no memory to boot again");
		return;
	}
	vm_enter(vm);
}
