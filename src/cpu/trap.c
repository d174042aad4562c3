/* SPDX-License-Identifier: MIT */
/*
 * trap.c - what each exception of a guest leads to, and what must be true before it goes on.
 */
#include "src/cpu/trap.h"

#include "src/cpu/cpu.h"
#include "src/cpu/emulate.h"
#include "src/cpu/exception.h"
#include "src/cpu/fault.h"
#include "src/cpu/move.h"
#include "src/cpu/platform.h"
#include "src/cpu/rewrite.h"
#include "src/cpu/sched.h"
#include "src/cpu/timer.h"
#include "src/cpu/torture.h"
#include "src/cpu/vcp0.h"
#include "src/cpu/vcpu.h"
#include "src/cpu/vm.h"
#include "src/include/atomic.h"
#include "src/include/cp0.h"
#include "src/numa/movement.h"

void trap_interrupts(struct cpu *cpu)
{
	uint32_t ip = cp0_read(CP0_CAUSE) & cpu->interrupt_mask;

	cpu->inspect.cause = INSPECT_CAUSE_INTERRUPT;
	if (ip & CAUSE_IP_TIMER) {
		timer_expire(cpu);
	}
	if (ip & ~(uint32_t)CAUSE_IP_TIMER) {
		platform_interrupt(cpu, ip & ~(uint32_t)CAUSE_IP_TIMER);
	}
	if (cpu->tlb_owner != NULL && shootdown_pending(&cpu->tlb_owner->vtlb.target)) {
		cpu->inspect.cause = INSPECT_CAUSE_SHOOTDOWN;
		shootdown_serve(&cpu->tlb_owner->vtlb.target);
	}
	/* Last: it may take long, and others wait for the shootdown. */
	movement_take(cpu);
	cpu->look = true;
}

static void address_error(struct vcpu *vcpu, unsigned code)
{
	exception_deliver_address(vcpu, code, vcpu->trap_badvaddr);
}

static void handle(struct cpu *cpu, struct vcpu *vcpu, unsigned code)
{
	switch (code) {
	case EXC_INT:
		vcpu->counters[VCPU_COUNT_hardware]++;
		trap_interrupts(cpu);
		break;
	case EXC_MOD:
	case EXC_TLBL:
	case EXC_TLBS:
		cpu->inspect.cause = INSPECT_CAUSE_REFILL;
		fault_tlb(vcpu, code);
		break;
	case EXC_ADEL:
	case EXC_ADES:
		cpu->inspect.cause = INSPECT_CAUSE_REFLECT;
		address_error(vcpu, code);
		break;
	case EXC_SYS:
		cpu->inspect.cause = INSPECT_CAUSE_REFLECT;
		emulate_syscall(vcpu);
		break;
	case EXC_CPU:
		cpu->inspect.cause = INSPECT_CAUSE_PRIVILEGED;
		emulate_coprocessor(vcpu);
		break;
	case EXC_WATCH:
		fault_watch(vcpu);
		break;
	default:
		cpu->inspect.cause = INSPECT_CAUSE_REFLECT;
		exception_deliver(vcpu, code, 0);
		break;
	}
}

/* Status of the hardware while the VCPU runs (contract: "The virtual machine a guest sees"). */
static uint32_t hardware_status(const struct cpu *cpu, const struct vcpu *vcpu, uint32_t status)
{
	uint32_t hardware = cpu->interrupt_mask | STATUS_KX | STATUS_SX | STATUS_EXL | STATUS_IE;

	hardware |= vcpu->mode == VCPU_USER ? STATUS_KSU_USER : STATUS_KSU_SUPERVISOR;
	hardware |= status & (STATUS_UX | STATUS_FR);
	if (cpu->fpu_owner == vcpu) {
		hardware |= status & STATUS_CU1;
	}
	return hardware;
}

/*
 * The short way back: this VCPU goes on, and there is nothing to look at (prepare() says what there
 * might be). Whoever shoots translations down or ends the VM also interrupts or posts a request.
 */
static bool prepare_quickly(struct cpu *cpu, struct vcpu *vcpu)
{
	uint32_t status = vcpu->page->status;
	uint32_t cause = (uint32_t)vcpu->regs.cp0[CP0_CAUSE];

	cause |= *(volatile uint32_t *)&vcpu->lines;
	if (cpu->current != vcpu || cpu->look || vcpu->attention ||
	    *(volatile uint32_t *)&vcpu->requests != 0 ||
	    (status & (~(uint32_t)VCP0_STATUS_BITS | STATUS_RE)) != 0) {
		return false;
	}
	if ((cause & status & CAUSE_IP) != 0 &&
	    (status & (STATUS_IE | STATUS_EXL | STATUS_ERL)) == STATUS_IE) {
		return false;
	}
	vcpu->page->cause = cause;
	vcpu->page->pending = cause & CAUSE_IP;
	vcpu->hw_status = hardware_status(cpu, vcpu, status);
	return true;
}

/*
 * The page is the guest's to write, so everything that Status says is looked at now, once. False:
 * the VCPU cannot go on.
 */
static bool prepare(struct cpu *cpu, struct vcpu *vcpu)
{
	uint32_t status = vcp0_status(vcpu);
	uint32_t pending;

	vcpu->attention = (vcpu->regs.cp0[CP0_WATCHLO] & (WATCHLO_R | WATCHLO_W)) != 0 ||
			  vcpu->watch_deferred || vcpu->wide_used;
	/* Mostly nothing changes, and the line stays clean. */
	/* cppcheck-suppress duplicateConditionalAssign */
	if (vcpu->page->status != status) {
		vcpu->page->status = status; /* bits that do not exist come back as 0 */
	}
	if (status & STATUS_RE) {
		vm_end(vcpu->vm, VM_ERROR, 0, "Status.RE is set");
	}
	if (atomic_load(&vcpu->vm->end) != VM_RUNS) {
		sched_leave(cpu, INSPECT_VCPU_OFF);
		return false;
	}
	pending = vcp0_update_pending(vcpu) & status & STATUS_IM;
	if (!(status & (STATUS_EXL | STATUS_ERL))) {
		if (vcpu->vm->rewrite != NULL && (vcpu->watch_deferred || pending != 0)) {
			rewrite_settle(vcpu);
		}
		if (vcpu->watch_deferred) {
			vcpu->watch_deferred = false;
			vcpu->trap_cause = 0;
			exception_deliver(vcpu, EXC_WATCH, 0);
		} else if (pending != 0 && (status & STATUS_IE)) {
			cpu->inspect.cause = INSPECT_CAUSE_INTERRUPT;
			exception_deliver_interrupt(vcpu);
		}
		if (atomic_load(&vcpu->vm->end) != VM_RUNS) {
			return false;
		}
	}
	if (vcpu->wide_used && vcpu->mode == VCPU_KERNEL && !(status & STATUS_KX)) {
		/* Virtual KX is 0: wide addresses must not be found (contract: AdEL, AdES). */
		l2tlb_flush(&vcpu->vtlb.l2tlb, NULL, NULL);
		tlb_hw_flush();
		vcpu->wide_used = false;
	}
	fault_load_watch(vcpu);
	vcpu->hw_status = hardware_status(cpu, vcpu, status);
	return true;
}

/* Until a VCPU can be entered. */
static void leave(struct cpu *cpu)
{
	for (;;) {
		struct vcpu *vcpu;

		if (cpu->look) {
			sched_look(cpu);
		}
		sched_choose(cpu);
		vcpu = cpu->current;
		if (atomic_load(&vcpu->requests) & VCPU_REQUEST_STOP) {
			atomic_and(&vcpu->requests, ~(uint32_t)VCPU_REQUEST_STOP);
			vcpu->may_resume = true;
			sched_leave(cpu, INSPECT_VCPU_OFF);
			continue;
		}
		if (atomic_load(&vcpu->requests) & VCPU_REQUEST_NMI) {
			atomic_and(&vcpu->requests, ~(uint32_t)VCPU_REQUEST_NMI);
			exception_reset(vcpu);
		}
		if (shootdown_pending(&vcpu->vtlb.target)) {
			shootdown_serve(&vcpu->vtlb.target);
		}
		if (prepare(cpu, vcpu)) {
			return;
		}
	}
}

static void handle_any(struct cpu *cpu, struct vcpu *vcpu)
{
	unsigned code = (vcpu->trap_cause & CAUSE_EXCCODE) >> CAUSE_EXCCODE_SHIFT;
	bool has_lost = code != EXC_INT && (vcpu->trap_cause & cpu->interrupt_mask) != 0;

	cpu->trap[cpu->trap_count++ % CPU_TRAPS] =
		(struct cpu_trap){ .pc = vcpu->regs.pc,
				   .badvaddr = vcpu->trap_badvaddr,
				   .cause = vcpu->trap_cause,
				   .vcpu = vcpu->number_in_machine };
	handle(cpu, vcpu, code);
	/*
	 * An interrupt has the lowest priority of all exceptions (UM 5.3): one that lost against
	 * this trap would lose against the next, too, if the guest traps at every instruction: an
	 * eret to itself, a page that is busy until this CPU serves a shootdown.
	 */
	if (has_lost) {
		trap_interrupts(cpu);
	}
}

void trap_dispatch(struct vcpu *vcpu)
{
	struct cpu *cpu = cpu_self();

	if (vcpu->trap_word == 0 || !emulate_tlb(vcpu, vcpu->trap_word)) {
		handle_any(cpu, vcpu);
	}
	if (!prepare_quickly(cpu, vcpu)) {
		leave(cpu);
	}
#if MONITOR_TORTURE
	torture_check(cpu);
#endif
}

void cpu_run(void)
{
	struct cpu *cpu = cpu_self();

	move_join(cpu);
	timer_expire(cpu);
	cpu->look = true;
	leave(cpu);
	trap_enter_guest();
}
