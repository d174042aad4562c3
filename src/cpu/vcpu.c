/* SPDX-License-Identifier: MIT */
/* vcpu.c - a virtual CPU's beginning, and what other CPUs may ask of it. */
#include "src/cpu/vcpu.h"

#include "machine/annotation.h"
#include "machine/boot.h"

#include "src/cpu/asid.h"
#include "src/cpu/cpu.h"
#include "src/cpu/fpu.h"
#include "src/cpu/platform.h"
#include "src/cpu/sched.h"
#include "src/cpu/timer.h"
#include "src/cpu/vcp0.h"
#include "src/cpu/vdev.h"
#include "src/cpu/vm.h"
#include "src/include/atomic.h"
#include "src/include/memory.h"

void vcpu_init(struct vcpu *vcpu, struct vm *vm, uint32_t number, uint32_t page_mpn)
{
	vcpu->vm = vm;
	vm->vcpus[number] = vcpu;
	vcpu->regs.vm = vm->number;
	vcpu->regs.number = number;
	vcpu->regs.state = INSPECT_VCPU_OFF;
	vcpu->regs.cpu = INSPECT_NONE;
	vcpu->regs.tlb_entries = VM_TLB_ENTRIES;
	vcpu->regs.tlb = memory_paddr(vcpu->vtlb.slot);
	vcpu->page_mpn = page_mpn;
	vcpu->page = machine_page(page_mpn);
	page_own(ANNOTATION_OWN_WRITE, vm->number, page_mpn);
	vcpu->regs.shared_page = (uint64_t)page_mpn << PAGE_SHIFT;
	vcpu->vtlb.low_page = vm->privileged == VM_REWRITE;
	list_init(&vcpu->queue_link);
	list_init(&vcpu->cpu_link);
	/* No deadline before the VCPU is started. */
	vcpu->timer_deadline = UINT64_MAX;
	vcp0_reset(vcpu);
	if (number == 0) {
		vdev_reset(vm);
	}
}

/* Everything as machine/boot.h says, whatever an earlier life has left. */
void vcpu_enter_at(struct vcpu *vcpu, uint64_t pc, uint64_t sp, uint64_t gp, uint64_t arg)
{
	struct cpu *cpu = cpu_self();

	if (cpu->fpu_owner == vcpu) {
		fpu_take(cpu);
	}
	for (unsigned i = 0; i < 32; i++) {
		vcpu->regs.gpr[i] = 0;
		vcpu->regs.fpr[i] = 0;
	}
	vcpu->regs.fcr31 = 0;
	vcpu->regs.hi = 0;
	vcpu->regs.lo = 0;
	vcpu->regs.pc = pc;
	vcpu->regs.gpr[4] = vcpu->regs.number;
	vcpu->regs.gpr[5] = arg;
	vcpu->regs.gpr[28] = gp;
	vcpu->regs.gpr[29] = sp;
	vcpu->mode = VCPU_KERNEL;
	vcpu->watch_deferred = false;
	vcpu->is_long = vcpu->vm->privileged != VM_PAGE || asid_is_virtual;
	vcpu->trap_cause = 0;
	atomic_and(&vcpu->lines, ~(uint32_t)CAUSE_IP_TIMER);
	vcp0_reset(vcpu);
	if (cpu->tlb_owner == vcpu) {
		vcp0_set_entryhi(vcpu, 0);
	}
	if (cpu->tlb_owner != vcpu) {
		asid_forget(vcpu);
	}
	vtlb_reset(&vcpu->vtlb);
	timer_reset(vcpu);
	sched_make_ready(cpu, vcpu);
}

/* The CPU that has the VCPU looks at it again, now if that is another one. */
static void nudge(struct vcpu *vcpu)
{
	struct cpu *cpu = cpu_self();
	struct cpu *owner = __atomic_load_n(&vcpu->cpu, __ATOMIC_SEQ_CST);

	if (owner == cpu->self) {
		cpu->look = true;
	} else {
		platform_kick(owner->number);
	}
}

void vcpu_raise(struct vcpu *vcpu, uint32_t lines)
{
	if ((atomic_or(&vcpu->lines, lines) & lines) != lines) {
		nudge(vcpu);
	}
}

void vcpu_lower(struct vcpu *vcpu, uint32_t lines)
{
	atomic_and(&vcpu->lines, ~lines);
}

void vcpu_request(struct vcpu *vcpu, uint32_t requests)
{
	atomic_or(&vcpu->requests, requests);
	nudge(vcpu);
}
