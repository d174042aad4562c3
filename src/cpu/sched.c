/* SPDX-License-Identifier: MIT */
/* sched.c - time slices among the VCPUs of a CPU (paper 4.2: simple time sharing): sched.h. */
#include "src/cpu/sched.h"

#include "src/cpu/asid.h"
#include "src/cpu/cpu.h"
#include "src/cpu/fault.h"
#include "src/cpu/gang.h"
#include "src/cpu/move.h"
#include "src/cpu/platform.h"
#include "src/cpu/timer.h"
#include "src/cpu/torture.h"
#include "src/cpu/trap.h"
#include "src/cpu/vcp0.h"
#include "src/cpu/vcpu.h"
#include "src/cpu/vm.h"
#include "src/include/atomic.h"
#include "src/include/cp0.h"
#include "src/numa/refills.h"
#include "src/pmap/pmap.h"

/* The share of a slice that a VCPU which wakes must have used less than the running one. */
#define WAKE_LAG(slice) ((slice) / 4)
/* What the running one gets before such a VCPU may take its place. */
#define RUN_LEAST(slice) ((slice) / 8)

static uint32_t slice(const struct cpu *cpu)
{
#if MONITOR_TORTURE
	return cpu->slice_counts / 2000 + torture_random() % (cpu->slice_counts / 100);
#else
	return cpu->slice_counts;
#endif
}

static struct vcpu *vcpu_of(struct list *link)
{
	return CONTAINER_OF(link, struct vcpu, queue_link);
}

/* Times that go round: whether a is before b. */
static bool is_less(uint64_t a, uint64_t b)
{
	return (int64_t)(a - b) < 0;
}

/* Whose turn it is: the queue is not empty. */
static struct vcpu *next_of(const struct cpu *cpu, uint64_t now)
{
	struct list *queue = &cpu->self->run_queue;
	struct vcpu *next = NULL;

#if MONITOR_TORTURE
	struct list *random = queue->next;

	for (uint32_t i = torture_random() % 4; i != 0; i--) {
		random = random->next == queue ? queue->next : random->next;
	}
	return vcpu_of(random);
#endif
	for (struct list *link = queue->next; link != queue; link = link->next) {
		struct vcpu *vcpu = vcpu_of(link);

		if (gang_is_on(vcpu, now)) {
			return vcpu;
		}
		if (next == NULL && !gang_waits(vcpu, now)) {
			next = vcpu;
		}
	}
	return next != NULL ? next : vcpu_of(queue->next);
}

/* The least that anybody here has had who does not get more or less for the others of its gang. */
static uint64_t least_used(const struct cpu *cpu)
{
	struct list *queue = &cpu->self->run_queue;
	struct list *link = queue->next;

	while (link->next != queue && vcpu_of(link)->vm->is_gang) {
		link = link->next;
	}
	return vcpu_of(link)->used;
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

/* The slice ends at `time` at the latest. */
static void end_slice(struct cpu *cpu, uint64_t time)
{
	if (time < cpu->slice_end) {
		cpu->slice_end = time;
	}
	timer_want(cpu, cpu->slice_end);
}

/* Somebody waits from now on, whom the floor's rise serves (sched_choose). */
static void end_alone(struct cpu *cpu, uint64_t now)
{
	if (cpu->alone_since != 0) {
		cpu->service += now - cpu->alone_since;
		cpu->alone_since = 0;
	}
}

/* The queue may have become empty, or not empty. */
static void count_alone(struct cpu *cpu, uint64_t now)
{
	if (!list_is_empty(&cpu->self->run_queue)) {
		end_alone(cpu, now);
	} else if (cpu->alone_since == 0) {
		cpu->alone_since = now;
	}
}

/* Returns by how much. */
static uint64_t raise_floor(struct cpu *cpu, uint64_t used)
{
	uint64_t more = 0;

	if (is_less(cpu->used_floor, used)) {
		more = used - cpu->used_floor;
		cpu->used_floor = used;
	}
	return more;
}

void sched_enqueue(struct cpu *cpu, struct vcpu *vcpu)
{
	struct list *queue = &cpu->self->run_queue;
	struct list *behind = queue->previous;
	const struct vcpu *current = cpu->current;
	uint64_t now = cpu_time(cpu);

	if (list_is_empty(queue) && current != NULL) {
		raise_floor(cpu, current->used + (now - cpu->run_since));
		end_alone(cpu, now);
		/* From now on somebody waits: the running one's slice begins. */
		cpu->slice_end = now + slice(cpu);
		timer_want(cpu, cpu->slice_end);
	}
	/* Who has slept long is not owed all of that time. */
	if (is_less(vcpu->used, cpu->used_floor - cpu->slice_counts)) {
		vcpu->used = cpu->used_floor - cpu->slice_counts;
	}
	if (current != NULL && is_less(vcpu->used + WAKE_LAG(cpu->slice_counts),
				       current->used + (now - cpu->run_since))) {
		end_slice(cpu, cpu->run_since + RUN_LEAST(cpu->slice_counts));
	}
	while (behind != queue && is_less(vcpu->used, vcpu_of(behind)->used)) {
		behind = behind->previous;
	}
	list_prepend(behind, &vcpu->queue_link);
	vcpu->is_queued = true;
}

void sched_dequeue(struct vcpu *vcpu)
{
	list_remove(&vcpu->queue_link);
	vcpu->is_queued = false;
}

static void wait_from_now(struct cpu *cpu, struct vcpu *vcpu)
{
	vcpu->ready_since = cpu_time(cpu);
	atomic_store(&vcpu->regs.state, INSPECT_VCPU_READY);
	sched_enqueue(cpu, vcpu);
}

void sched_make_ready(struct cpu *cpu, struct vcpu *vcpu)
{
	wait_from_now(cpu, vcpu);
	move_load(cpu, 1);
}

/*
 * The hardware TLB holds one VCPU's translations, or (asid.h) those of other VCPUs under ASIDs that
 * are not in force.
 */
void sched_release_tlb(struct cpu *cpu)
{
	tlb_hw_flush();
	fault_unwire_page();
	vtlb_unload(&cpu->tlb_owner->vtlb);
	cpu->tlb_owner = NULL;
	platform_runs(NULL);
}

static uint32_t large_count(const struct pmap *pmap)
{
	uint32_t count = (pmap->window_pairs + CPU_LARGE_PAIRS - 1) / CPU_LARGE_PAIRS;

	if (!pmap->large) {
		return 0;
	}
	if (count < CPU_LARGE_MIN) {
		count = CPU_LARGE_MIN;
	}
	return count > CPU_LARGE_MAX ? CPU_LARGE_MAX : count;
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
			sched_release_tlb(cpu);
		}
		vcpu->page->switches++;
		vcpu->counters[VCPU_COUNT_switched]++;
	}
	cpu->tlb_owner = vcpu;
	platform_runs(vcpu);
	cpu->l2_base = vcpu->vtlb.l2tlb.base;
	cpu->l2_offset_mask = vcpu->vtlb.l2tlb.offset_mask;
	vcpu->vtlb.node = cpu->node;
	cpu->window_base = (uint64_t)(uintptr_t)vcpu->vm->pmap->view[cpu->node];
	cpu->window_pairs = vcpu->vm->pmap->window_pairs;
	cpu->large_count = large_count(vcpu->vm->pmap);
	cp0_write(CP0_WIRED, CPU_WIRED_COUNT + cpu->large_count);
	refills_load(cpu, vcpu->vm);
	asid_load(cpu, vcpu);
	fault_wire_page(vcpu);
	vtlb_load(&vcpu->vtlb, cpu->number);
}

/* The running VCPU runs no more. */
static void put_away(struct cpu *cpu)
{
	uint64_t ran = cpu_time(cpu) - cpu->run_since;

	cpu->current->instructions += platform_instructions();
	cpu->current->used += ran;
	cpu->current->ran += ran;
	cpu->current = NULL;
}

void sched_leave(struct cpu *cpu, unsigned state)
{
	struct vcpu *vcpu = cpu->current;
	struct vm *vm = vcpu->vm;

	put_away(cpu);
	move_load(cpu, -1);
	if (state == INSPECT_VCPU_OFF && cpu->tlb_owner == vcpu) {
		/* It may not come back: nobody should have to wait for this CPU on its behalf. */
		sched_release_tlb(cpu);
	}
	atomic_store(&vcpu->regs.state, state);
	if (state == INSPECT_VCPU_OFF && vm_frees_memory(vm)) {
		vcpu_request(vm->vcpus[0], VCPU_REQUEST_RESTART);
	}
}

void sched_yield(struct cpu *cpu, struct vcpu *first)
{
	struct vcpu *vcpu = cpu->current;
	struct list *queue = &cpu->self->run_queue;
	uint64_t last;

	if (list_is_empty(queue)) {
		return;
	}
	last = vcpu_of(queue->previous)->used;
	put_away(cpu);
	if (is_less(vcpu->used, last)) {
		vcpu->used = last; /* behind all others */
	}
	wait_from_now(cpu, vcpu);
	if (first != NULL && first != vcpu && first->cpu == cpu->self && first->is_queued) {
		list_remove(&first->queue_link);
		list_prepend(queue, &first->queue_link);
	}
}

/* The slice is over. */
static void take_turns(struct cpu *cpu, uint64_t now)
{
	struct vcpu *vcpu = cpu->current;

	put_away(cpu);
	wait_from_now(cpu, vcpu);
	move_balance(cpu, now);
}

static void run(struct cpu *cpu, struct vcpu *vcpu, uint64_t now)
{
	uint64_t waited = now - vcpu->ready_since;
	uint64_t gang_end = gang_begin(cpu, vcpu, now);

	vcpu->waited += waited;
	/* Count advances every second cycle. */
	vcpu->page->stolen_cycles += 2 * waited;
	atomic_store(&vcpu->regs.state, INSPECT_VCPU_RUNNING);
	vcpu->instructions -= platform_instructions();
	cpu->current = vcpu;
	cpu->run_since = now;
	cpu->inspect.vcpu = vcpu->number_in_machine;
	take_tlb(cpu, vcpu);
	cpu->slice_end = gang_end != 0 ? gang_end : now + slice(cpu);
	if (!list_is_empty(&cpu->self->run_queue)) {
		timer_want(cpu, cpu->slice_end);
	}
	count_alone(cpu, now);
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

/* A VCPU that waits has its VM's period now, and the running one has none. */
static bool is_called_for(const struct cpu *cpu, uint64_t now)
{
	for (struct list *link = cpu->self->run_queue.next; link != &cpu->self->run_queue;
	     link = link->next) {
		if (gang_is_on(vcpu_of(link), now)) {
			return !gang_is_on(cpu->current, now);
		}
	}
	return false;
}

void sched_look(struct cpu *cpu)
{
	cpu->look = false;
	move_take_arrivals(cpu);
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
	if (cpu->current != NULL && !list_is_empty(&cpu->self->run_queue)) {
		uint64_t now = cpu_time(cpu);

		if (now >= cpu->slice_end || is_called_for(cpu, now)) {
			take_turns(cpu, now);
		}
	}
	move_surplus(cpu);
	count_alone(cpu, cpu_time(cpu));
}

/*
 * Nothing to run. Interrupts stay disabled: the power-save register wakes the CPU all the same
 * (docs/machine/power.md), so none is lost between the look and the sleep.
 */
static void sleep(struct cpu *cpu)
{
	cpu->inspect.vcpu = INSPECT_NONE;
	cpu->inspect.cause = INSPECT_CAUSE_IDLE;
	cp0_write(CP0_STATUS, STATUS_KX | cpu->interrupt_mask);
	move_idle_begin(cpu);
	platform_sleep();
	move_idle_end(cpu);
	trap_interrupts(cpu);
	cp0_write(CP0_STATUS, STATUS_KX);
}

void sched_choose(struct cpu *cpu)
{
	struct vcpu *next;
	uint64_t used;
	uint64_t now;

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
	now = cpu_time(cpu);
	next = next_of(cpu, now);
	used = raise_floor(cpu, least_used(cpu));
	/* With several that wait it is what each of them gets. */
	cpu->service += cpu->alone_since == 0 ? used : 0;
	sched_dequeue(next);
	run(cpu, next, now);
}
