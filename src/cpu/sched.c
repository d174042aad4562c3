/* SPDX-License-Identifier: MIT */
/* sched.c - round robin with time slices (paper 4.2: simple time sharing). */
#include "src/cpu/sched.h"

#include "src/cpu/asid.h"
#include "src/cpu/cpu.h"
#include "src/cpu/fpu.h"
#include "src/cpu/platform.h"
#include "src/cpu/timer.h"
#include "src/cpu/torture.h"
#include "src/cpu/trap.h"
#include "src/cpu/vcp0.h"
#include "src/cpu/vcpu.h"
#include "src/cpu/vm.h"
#include "src/include/atomic.h"
#include "src/include/cp0.h"
#include "src/pmap/pmap.h"

static uint32_t slice(const struct cpu *cpu)
{
#if MONITOR_TORTURE
	return cpu->slice_counts / 2000 + torture_random() % (cpu->slice_counts / 100);
#else
	return cpu->slice_counts;
#endif
}

/* Whose turn it is: the queue is not empty. */
static struct vcpu *next_of(const struct list *queue)
{
	struct list *link = queue->next;

#if MONITOR_TORTURE
	for (uint32_t i = torture_random() % 4; i != 0; i--) {
		link = link->next == queue ? queue->next : link->next;
	}
#endif
	return CONTAINER_OF(link, struct vcpu, queue_link);
}

void sched_assign(struct cpu *cpu, struct vcpu *vcpu)
{
	vcpu->cpu = cpu->self;
	vcpu->regs.cpu = cpu->number;
	list_append(&cpu->self->vcpus, &vcpu->cpu_link);
	if (vcpu->timer_deadline < cpu->alarm) {
		cpu->alarm = 0; /* cpu_run() sets the timer anew */
	}
}

void sched_make_ready(struct cpu *cpu, struct vcpu *vcpu)
{
	uint64_t now = cpu_time(cpu);

	vcpu->regs.state = INSPECT_VCPU_READY;
	vcpu->ready_since = now;
	if (list_is_empty(&cpu->self->run_queue) && cpu->current != NULL) {
		/* From now on somebody waits: the running one's slice begins. */
		cpu->slice_end = now + slice(cpu);
		timer_want(cpu, cpu->slice_end);
	}
	list_append(&cpu->self->run_queue, &vcpu->queue_link);
}

/*
 * The hardware TLB holds one VCPU's translations, or (asid.h) those of other VCPUs under ASIDs that
 * are not in force.
 */
static void release_tlb(struct cpu *cpu)
{
	tlb_hw_flush();
	vtlb_unload(&cpu->tlb_owner->vtlb);
	cpu->tlb_owner = NULL;
}

static void take_tlb(struct cpu *cpu, struct vcpu *vcpu)
{
	if (cpu->tlb_owner == vcpu) {
		return;
	}
	if (cpu->tlb_owner != NULL) {
		if (asid_is_virtual) {
			vtlb_unload(&cpu->tlb_owner->vtlb);
		} else {
			release_tlb(cpu);
		}
		vcpu->page->switches++;
		vcpu->counters[VCPU_COUNT_switched]++;
	}
	cpu->tlb_owner = vcpu;
	cpu->l2_base = vcpu->vtlb.l2tlb.base;
	cpu->l2_offset_mask = vcpu->vtlb.l2tlb.offset_mask;
	vcpu->vtlb.node = cpu->node;
	cpu->window_base = (uint64_t)(uintptr_t)vcpu->vm->pmap->view[cpu->node];
	cpu->window_pairs = vcpu->vm->pmap->window_pairs;
	asid_load(cpu, vcpu);
	vtlb_load(&vcpu->vtlb, cpu->number);
}

/* The running VCPU runs no more. */
static void put_away(struct cpu *cpu)
{
	cpu->current->instructions += platform_instructions();
	cpu->current = NULL;
}

void sched_leave(struct cpu *cpu, unsigned state)
{
	struct vcpu *vcpu = cpu->current;
	struct vm *vm = vcpu->vm;

	put_away(cpu);
	if (state == INSPECT_VCPU_OFF && cpu->tlb_owner == vcpu) {
		/* It may not come back: nobody should have to wait for this CPU on its behalf. */
		release_tlb(cpu);
	}
	atomic_store(&vcpu->regs.state, state);
	if (state == INSPECT_VCPU_OFF && atomic_load(&vm->end) == VM_RESTART) {
		vcpu_request(vm->vcpus[0], VCPU_REQUEST_RESTART);
	}
}

void sched_yield(struct cpu *cpu, struct vcpu *first)
{
	struct vcpu *vcpu = cpu->current;

	if (list_is_empty(&cpu->self->run_queue)) {
		return;
	}
	put_away(cpu);
	sched_make_ready(cpu, vcpu);
	if (first != NULL && first != vcpu && first->cpu == cpu->self &&
	    first->regs.state == INSPECT_VCPU_READY) {
		list_remove(&first->queue_link);
		list_prepend(&cpu->self->run_queue, &first->queue_link);
	}
}

static void run(struct cpu *cpu, struct vcpu *vcpu)
{
	uint64_t now = cpu_time(cpu);

	/* Count advances every second cycle. */
	vcpu->page->stolen_cycles += 2 * (now - vcpu->ready_since);
	vcpu->regs.state = INSPECT_VCPU_RUNNING;
	vcpu->instructions -= platform_instructions();
	cpu->current = vcpu;
	cpu->inspect.vcpu = vcpu->number_in_machine;
	take_tlb(cpu, vcpu);
	if (!list_is_empty(&cpu->self->run_queue)) {
		cpu->slice_end = now + slice(cpu);
		timer_want(cpu, cpu->slice_end);
	}
}

/* An OFF VCPU that is asked to start, or to go on. */
static void wake_off(struct cpu *cpu, struct vcpu *vcpu, uint32_t requests)
{
	if (atomic_load(&vcpu->vm->end) != VM_RUNS) {
		/* Nothing starts any more. */
	} else if (requests & VCPU_REQUEST_START) {
		vcpu->may_resume = false;
		vcpu_enter_at(vcpu, vcpu->start_pc, vcpu->start_sp, vcpu->start_gp,
			      vcpu->start_arg);
	} else if ((requests & VCPU_REQUEST_RESUME) && vcpu->may_resume) {
		vcpu->may_resume = false;
		sched_make_ready(cpu, vcpu);
	}
	/* After the state has changed: another CPU reads both to see whether the VCPU is free. */
	atomic_and(&vcpu->requests, ~(uint32_t)(VCPU_REQUEST_START | VCPU_REQUEST_RESUME |
						VCPU_REQUEST_STOP | VCPU_REQUEST_NMI));
	if (requests & VCPU_REQUEST_RESTART) {
		atomic_and(&vcpu->requests, ~(uint32_t)VCPU_REQUEST_RESTART);
		vm_restart(vcpu->vm);
	}
}

static bool idle_is_over(const struct vcpu *vcpu, uint32_t requests)
{
	return (requests & (VCPU_REQUEST_STOP | VCPU_REQUEST_NMI)) ||
	       (vcp0_cause(vcpu) & vcp0_status(vcpu) & CAUSE_IP);
}

static void wake(struct cpu *cpu)
{
	for (struct list *link = cpu->self->vcpus.next; link != &cpu->self->vcpus;
	     link = link->next) {
		struct vcpu *vcpu = CONTAINER_OF(link, struct vcpu, cpu_link);
		uint32_t requests = atomic_load(&vcpu->requests);

		if (requests & VCPU_REQUEST_TIMER) {
			atomic_and(&vcpu->requests, ~(uint32_t)VCPU_REQUEST_TIMER);
			timer_expire(cpu);
		}
		if (vcpu->regs.state == INSPECT_VCPU_OFF) {
			wake_off(cpu, vcpu, requests);
		} else if (vcpu->regs.state == INSPECT_VCPU_IDLE && idle_is_over(vcpu, requests)) {
			sched_make_ready(cpu, vcpu);
		}
	}
}

void sched_look(struct cpu *cpu)
{
	cpu->look = false;
	wake(cpu);
#if MONITOR_TORTURE
	/*
	 * With three entries two refills can replace each other for ever, Random going round with
	 * them: a CPU without slices would never get out of that.
	 */
	if (list_is_empty(&cpu->self->run_queue) && cpu_time(cpu) >= cpu->slice_end) {
		cpu->slice_end = cpu_time(cpu) + slice(cpu);
		timer_want(cpu, cpu->slice_end);
	}
#endif
	if (cpu->current != NULL && !list_is_empty(&cpu->self->run_queue) &&
	    cpu_time(cpu) >= cpu->slice_end) {
		sched_yield(cpu, NULL);
	}
}

/*
 * Nothing to run. Interrupts stay disabled: the power-save register wakes the CPU all the same
 * (docs/machine/power.md), so none is lost between the look and the sleep.
 */
static void sleep(struct cpu *cpu)
{
	cpu->inspect.cause = INSPECT_CAUSE_IDLE;
	cpu->inspect.vcpu = INSPECT_NONE;
	cp0_write(CP0_STATUS, STATUS_KX | cpu->interrupt_mask);
	platform_sleep();
	trap_interrupts(cpu);
	cp0_write(CP0_STATUS, STATUS_KX);
}

void sched_choose(struct cpu *cpu)
{
	if (cpu->current != NULL) {
		return;
	}
	cpu->inspect.cause = INSPECT_CAUSE_SCHEDULE;
	sched_look(cpu);
	while (list_is_empty(&cpu->self->run_queue)) {
		sleep(cpu);
		sched_look(cpu);
	}
	cpu->inspect.cause = INSPECT_CAUSE_SCHEDULE;
	struct vcpu *next = next_of(&cpu->self->run_queue);

	list_remove(&next->queue_link);
	run(cpu, next);
}
