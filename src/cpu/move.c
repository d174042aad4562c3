/* SPDX-License-Identifier: MIT */
/* move.c - VCPUs that change their CPU: move.h. */
#include "src/cpu/move.h"

#include "machine/map.h"

#include "src/cpu/asid.h"
#include "src/cpu/cpu.h"
#include "src/cpu/fpu.h"
#include "src/cpu/gang.h"
#include "src/cpu/platform.h"
#include "src/cpu/sched.h"
#include "src/cpu/timer.h"
#include "src/cpu/torture.h"
#include "src/cpu/vcpu.h"
#include "src/cpu/vm.h"
#include "src/include/atomic.h"

#define LOAD_ONE    256 /* of an average */
#define LOAD_SLICES 4   /* that an average goes back */
/*
 * Counts (10 ms) between comparisons of this CPU with others: what it takes to fill a second-level
 * cache of 1 MB anew from another node. A slice, if that is more.
 */
#define BALANCE_COUNTS 2000000

static struct {
	struct cpu *cpu[MAP_CPUS_MAX]; /* NULL: does not run VCPUs (yet) */
	uint64_t idle;                 /* CPUs that sleep, or are about to */
	uint64_t spare;                /* CPUs with waiting VCPUs that may move */
} sched;

_Static_assert(MAP_CPUS_MAX <= 64, "a bit for each CPU");

static uint64_t bit_of(const struct cpu *cpu)
{
	return (uint64_t)1 << cpu->number;
}

static __attribute__((noinline)) void set_bit(uint64_t *word, const struct cpu *cpu, bool is_set)
{
	if (is_set) {
		(void)__atomic_fetch_or(word, bit_of(cpu), __ATOMIC_SEQ_CST);
	} else {
		(void)__atomic_fetch_and(word, ~bit_of(cpu), __ATOMIC_SEQ_CST);
	}
}

/* The CPU of `set`, which is not empty, that comes next after this one; of its node, if any is. */
static struct cpu *nearest(const struct cpu *cpu, uint64_t set)
{
	struct cpu *found = NULL;

	for (uint32_t i = 1; i <= MAP_CPUS_MAX; i++) {
		uint32_t number = (cpu->number + i) % MAP_CPUS_MAX;

		if (set >> number & 1) {
			struct cpu *other = sched.cpu[number];

			if (other->node == cpu->node) {
				return other;
			}
			found = found != NULL ? found : other;
		}
	}
	return found;
}

/* The average up to now, which the present load has been in force for since it changed last. */
static uint32_t load_average(const struct cpu *cpu, const struct cpu *of, uint64_t now)
{
	uint64_t window = (uint64_t)LOAD_SLICES * cpu->slice_counts;
	uint64_t since = __atomic_load_n(&of->load_since, __ATOMIC_RELAXED);
	int64_t average = __atomic_load_n(&of->load_average, __ATOMIC_RELAXED);
	int64_t present = (int64_t)__atomic_load_n(&of->load, __ATOMIC_RELAXED) * LOAD_ONE;
	uint64_t passed = now > since ? now - since : 0;

	if (passed >= window) {
		return (uint32_t)present;
	}
	return (uint32_t)(average + (present - average) * (int64_t)passed / (int64_t)window);
}

void move_load(struct cpu *cpu, int change)
{
	uint64_t now = cpu_time(cpu);

	cpu->load_average = load_average(cpu, cpu, now);
	cpu->load_since = now;
	cpu->load += (uint32_t)change;
}

void move_join(struct cpu *cpu)
{
	__atomic_store_n(&sched.cpu[cpu->number], cpu->self, __ATOMIC_SEQ_CST);
}

/* The VCPU waits, or sleeps, here; `to` is another CPU, which runs VCPUs. */
static void hand_over(struct cpu *cpu, struct vcpu *vcpu, struct cpu *to)
{
	if (cpu->fpu_owner == vcpu) {
		fpu_take(cpu);
	}
	if (cpu->tlb_owner == vcpu) {
		sched_release_tlb(cpu);
	}
	asid_forget(vcpu);
	list_remove(&vcpu->cpu_link);
	if (vcpu->is_queued) {
		sched_dequeue(vcpu);
		move_load(cpu, -1);
	}
	/* Its lead or lag goes along. */
	vcpu->used -= cpu->used_floor;
	__atomic_store_n(&vcpu->cpu, to, __ATOMIC_SEQ_CST);
	lock_acquire(&to->arrivals_lock);
	list_append(&to->arrivals, &vcpu->queue_link);
	lock_release(&to->arrivals_lock);
	platform_kick(to->number);
}

static struct vcpu *take_arrival(struct cpu *cpu)
{
	struct vcpu *vcpu = NULL;

	lock_acquire(&cpu->arrivals_lock);
	if (!list_is_empty(&cpu->arrivals)) {
		vcpu = CONTAINER_OF(cpu->arrivals.next, struct vcpu, queue_link);
		list_remove(&vcpu->queue_link);
	}
	lock_release(&cpu->arrivals_lock);
	return vcpu;
}

void move_take_arrivals(struct cpu *cpu)
{
	struct vcpu *vcpu;

	if (__atomic_load_n(&cpu->self->arrivals.next, __ATOMIC_ACQUIRE) == &cpu->self->arrivals) {
		return;
	}
	while ((vcpu = take_arrival(cpu->self)) != NULL) {
		sched_assign(cpu, vcpu);
		vcpu->vtlb.node = cpu->node;
		vcpu->used += cpu->used_floor;
		vcpu->moved_at = cpu_time(cpu);
		vcpu->counters[VCPU_COUNT_moved]++;
		if (vcpu->regs.state == INSPECT_VCPU_READY) {
			sched_enqueue(cpu, vcpu);
			move_load(cpu, 1);
		}
	}
	/* Deadlines, and alarms of VMs, that this CPU has not known. */
	timer_expire(cpu);
}

static bool may_move(const struct cpu *cpu, const struct vcpu *vcpu, uint64_t now)
{
	return !vcpu->vm->is_pinned && now - vcpu->moved_at >= cpu->slice_counts;
}

/* It has been two VCPUs behind this one. */
static bool has_much_less(const struct cpu *cpu, const struct cpu *to, uint64_t now)
{
	return load_average(cpu, cpu, now) >= load_average(cpu, to, now) + LOAD_ONE * 3 / 2;
}

/*
 * Which of the waiting VCPUs goes to `to`: if it has less to do there, the one that has waited
 * longest in its life. Otherwise those win that it leaves behind, and it is the one that has run
 * longest. But those that come to their home come first, and those that leave it last: if they gain
 * by it or `leaves` says so.
 */
static struct vcpu *choose(const struct cpu *cpu, const struct cpu *to, uint64_t now, bool leaves)
{
	bool gains = has_much_less(cpu, to, now);
	int least = gains || leaves ? -1 : 0;
	struct vcpu *best = NULL;
	uint64_t most = 0;

	for (struct list *link = cpu->self->run_queue.next; link != &cpu->self->run_queue;
	     link = link->next) {
		struct vcpu *vcpu = CONTAINER_OF(link, struct vcpu, queue_link);
		uint64_t value = gains ? vcpu->waited + (now - vcpu->ready_since) : vcpu->ran;
		int nearer = (vcpu->home == to->node) - (vcpu->home == cpu->node);

		if (nearer >= least && may_move(cpu, vcpu, now) && !gang_meets_on(vcpu, to) &&
		    (best == NULL || nearer > least || value > most)) {
			best = vcpu;
			most = value;
			least = nearer;
		}
	}
	return best;
}

/* How many wait beside the one that runs, or runs next. */
static uint32_t waiting(const struct cpu *cpu)
{
	return cpu->load > 1 ? cpu->load - 1 : 0;
}

static bool has_movable(const struct cpu *cpu)
{
	for (struct list *link = cpu->self->run_queue.next;
	     link != &cpu->self->run_queue && waiting(cpu) != 0; link = link->next) {
		if (!CONTAINER_OF(link, struct vcpu, queue_link)->vm->is_pinned) {
			return true;
		}
	}
	return false;
}

#if MONITOR_TORTURE
/* Any VCPU here that runs or starts nowhere, to any CPU. */
static void move_any(struct cpu *cpu)
{
	struct cpu *to = sched.cpu[torture_random() % MAP_CPUS_MAX];
	struct list *link = cpu->self->vcpus.next;

	for (uint32_t i = torture_random() % 4; i != 0; i--) {
		link = link->next;
	}
	if (to == NULL || to == cpu->self || link == &cpu->self->vcpus) {
		return;
	}
	struct vcpu *vcpu = CONTAINER_OF(link, struct vcpu, cpu_link);

	if (vcpu->regs.state == INSPECT_VCPU_IDLE || vcpu->is_queued) {
		hand_over(cpu, vcpu, to);
	}
}
#endif

void move_surplus(struct cpu *cpu)
{
	bool is_spare = has_movable(cpu);
	uint64_t idle;
	uint64_t now;

#if MONITOR_TORTURE
	move_any(cpu);
#endif
	if (is_spare != cpu->is_spare) {
		cpu->is_spare = is_spare;
		set_bit(&sched.spare, cpu, is_spare);
	}
	if (!is_spare) {
		return;
	}
	/* After `spare`: a CPU sets its bit here before it reads that one. */
	idle = __atomic_load_n(&sched.idle, __ATOMIC_SEQ_CST) & ~bit_of(cpu);
	now = cpu_time(cpu);
	while (idle != 0 && waiting(cpu) != 0) {
		struct cpu *to = nearest(cpu, idle);
		struct vcpu *vcpu = choose(cpu, to, now, false);
		uint64_t bit = bit_of(to);

		idle &= ~bit;
		if (vcpu != NULL &&
		    (__atomic_fetch_and(&sched.idle, ~bit, __ATOMIC_SEQ_CST) & bit)) {
			hand_over(cpu, vcpu, to);
		}
	}
}

/* What a VCPU that always wants to run would have got of that CPU. */
static uint64_t service(const struct cpu *of, uint64_t now)
{
	uint64_t since = __atomic_load_n(&of->alone_since, __ATOMIC_RELAXED);
	uint64_t got = __atomic_load_n(&of->service, __ATOMIC_RELAXED);

	return since != 0 && now > since ? got + (now - since) : got;
}

/*
 * How much more than here it would have got there since the last move, or since it was no more, in
 * counts.
 */
static int64_t advantage(struct cpu *cpu, const struct cpu *to, uint64_t now)
{
	int64_t ahead = (int64_t)(service(to, now) - service(cpu, now));

	if (ahead < cpu->ahead[to->number]) {
		cpu->ahead[to->number] = ahead;
	}
	return ahead - cpu->ahead[to->number];
}

void move_balance(struct cpu *cpu, uint64_t now)
{
	struct cpu *to = NULL;
	uint32_t mine = load_average(cpu, cpu, now);
	int64_t most = cpu->slice_counts;
	struct vcpu *vcpu;

	if (now < cpu->balance_at) {
		return;
	}
	cpu->balance_at = now + BALANCE_COUNTS;
	for (uint32_t i = 1; i < MAP_CPUS_MAX; i++) {
		struct cpu *other = sched.cpu[(cpu->number + i) % MAP_CPUS_MAX];
		int64_t more = other != NULL ? advantage(cpu, other, now) : 0;

		/* Not to where it would have less than three quarters of what it has here. */
		if (more > most && load_average(cpu, other, now) + LOAD_ONE <= mine + mine / 3) {
			to = other;
			most = more;
		}
	}
	vcpu = to != NULL ? choose(cpu, to, now, true) : NULL;
	if (vcpu != NULL) {
		cpu->ahead[to->number] = (int64_t)(service(to, now) - service(cpu, now));
		hand_over(cpu, vcpu, to);
	}
}

void move_idle_begin(struct cpu *cpu)
{
	uint64_t spare;

	set_bit(&sched.idle, cpu, true);
	spare = __atomic_load_n(&sched.spare, __ATOMIC_SEQ_CST) & ~bit_of(cpu);
	if (spare != 0) {
		platform_kick(nearest(cpu, spare)->number);
	}
}

void move_idle_end(struct cpu *cpu)
{
	set_bit(&sched.idle, cpu, false);
}
