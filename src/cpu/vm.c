/* SPDX-License-Identifier: MIT */
/* vm.c - how a VM ends. */
#include "src/cpu/vm.h"

#include "src/cpu/cpu.h"
#include "src/cpu/platform.h"
#include "src/cpu/vcpu.h"
#include "src/include/atomic.h"

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
	platform_vm_ended(vm);
}
