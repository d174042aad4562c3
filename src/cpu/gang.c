/* SPDX-License-Identifier: MIT */
/* gang.c - VMs whose VCPUs run at the same time: gang.h. */
#include "src/cpu/gang.h"

#include "src/cpu/cpu.h"
#include "src/cpu/platform.h"
#include "src/cpu/vcpu.h"
#include "src/cpu/vm.h"
#include "src/include/atomic.h"

static bool wants_to_run(const struct vcpu *vcpu)
{
	uint32_t state = atomic_load(&vcpu->regs.state);

	return state == INSPECT_VCPU_READY || state == INSPECT_VCPU_RUNNING;
}

bool gang_is_on(const struct vcpu *vcpu, uint64_t now)
{
	return vcpu->vm->is_gang && __atomic_load_n(&vcpu->vm->gang_until, __ATOMIC_RELAXED) > now;
}

/* Another CPU may see it otherwise for a moment: then two begin a period, or nobody for a slice. */
static bool is_first(const struct vcpu *vcpu)
{
	for (uint32_t i = 0; i < vcpu->regs.number; i++) {
		if (wants_to_run(vcpu->vm->vcpus[i])) {
			return false;
		}
	}
	return true;
}

bool gang_waits(const struct vcpu *vcpu, uint64_t now)
{
	return vcpu->vm->is_gang && !gang_is_on(vcpu, now) && !is_first(vcpu);
}

uint64_t gang_begin(struct cpu *cpu, struct vcpu *vcpu, uint64_t now)
{
	struct vm *vm = vcpu->vm;
	uint64_t end = now + cpu->slice_counts;

	if (!vm->is_gang) {
		return 0;
	}
	if (gang_is_on(vcpu, now)) {
		return vm->gang_until;
	}
	if (!is_first(vcpu)) {
		return 0;
	}
	__atomic_store_n(&vm->gang_until, end, __ATOMIC_SEQ_CST);
	for (uint32_t i = vcpu->regs.number + 1; i < vm->vcpu_count; i++) {
		struct cpu *other = __atomic_load_n(&vm->vcpus[i]->cpu, __ATOMIC_ACQUIRE);

		if (other != cpu->self &&
		    atomic_load(&vm->vcpus[i]->regs.state) == INSPECT_VCPU_READY) {
			platform_kick(other->number);
		}
	}
	return end;
}

bool gang_meets_on(const struct vcpu *vcpu, const struct cpu *cpu)
{
	const struct vm *vm = vcpu->vm;

	for (uint32_t i = 0; i < vm->vcpu_count && vm->is_gang; i++) {
		if (vm->vcpus[i] != vcpu &&
		    __atomic_load_n(&vm->vcpus[i]->cpu, __ATOMIC_RELAXED) == cpu) {
			return true;
		}
	}
	return false;
}
