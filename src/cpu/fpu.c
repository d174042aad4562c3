/* SPDX-License-Identifier: MIT */
/* fpu.c - whose registers the FPU holds. */
#include "src/cpu/fpu.h"

#include "src/cpu/cpu.h"
#include "src/cpu/vcpu.h"

void fpu_take(struct cpu *cpu)
{
	struct vcpu *owner = cpu->fpu_owner;

	if (owner != NULL) {
		owner->regs.fcr31 = fpu_save(owner->regs.fpr);
		cpu->fpu_owner = NULL;
	}
}

void fpu_give(struct vcpu *vcpu)
{
	struct cpu *cpu = cpu_self();

	if (cpu->fpu_owner == vcpu) {
		return;
	}
	fpu_take(cpu);
	vcpu->counters[VCPU_COUNT_fpu]++;
	fpu_restore(vcpu->regs.fpr, vcpu->regs.fcr31);
	cpu->fpu_owner = vcpu;
}

bool fpu_condition(const struct vcpu *vcpu)
{
	uint32_t fcr31 = vcpu->regs.fcr31;

	if (cpu_self()->fpu_owner == vcpu) {
		fcr31 = fpu_read_fcr31();
	}
	return (fcr31 & FCSR_C) != 0;
}
