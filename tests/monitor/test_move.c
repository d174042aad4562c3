/* SPDX-License-Identifier: MIT */
/*
 * test_move.c - which VCPU goes to which CPU, and when (src/cpu/move.c, with src/cpu/gang.c): rules
 * of docs/monitor/scheduler.md, "From CPU to CPU". What a CPU does with its queue, TLB and FPU is
 * stood in for here; the test sets the time, the loads and what the CPUs have served.
 */
#include <check.h>

#include "tests/monitor/model.h"
#include "tests/suite.h"

#include "src/cpu/asid.h"
#include "src/cpu/cpu.h"
#include "src/cpu/fpu.h"
#include "src/cpu/move.h"
#include "src/cpu/platform.h"
#include "src/cpu/sched.h"
#include "src/cpu/timer.h"
#include "src/cpu/vcpu.h"
#include "src/cpu/vm.h"

/* Three nodes of two CPUs each. */
#define CPUS  6U
#define VCPUS 6U
/* Another time than LOOK, and a window of averages that no rounding touches. */
#define SLICE  1024000U
#define WINDOW (4 * (uint64_t)SLICE)
#define LOOK   2000000U /* between comparisons: 10 ms */
#define ONE    256U     /* VCPU in an average */

static struct cpu cpus[CPUS];
static struct vcpu vcpus[VCPUS];
static struct vm ordinary;
static struct vm pinned;
static struct vm gang;
static uint32_t vcpu_count;
static uint64_t time_now;
static uint32_t kicks[CPUS];
static uint32_t expired;
static const struct vcpu *forgotten;
/* Happens once, when the time is read next: what another CPU does meanwhile. */
static void (*meanwhile)(void);

uint64_t cpu_time(struct cpu *cpu)
{
	void (*happens)(void) = meanwhile;

	(void)cpu;
	meanwhile = NULL;
	if (happens != NULL) {
		happens();
	}
	return time_now;
}

void fpu_take(struct cpu *cpu)
{
	cpu->fpu_owner = NULL;
}

void sched_release_tlb(struct cpu *cpu)
{
	cpu->tlb_owner = NULL;
}

void asid_forget(struct vcpu *vcpu)
{
	ck_assert_ptr_ne(vcpu->cpu->tlb_owner, vcpu);
	forgotten = vcpu;
}

void sched_enqueue(struct cpu *cpu, struct vcpu *vcpu)
{
	list_append(&cpu->run_queue, &vcpu->queue_link);
	vcpu->is_queued = true;
}

void sched_dequeue(struct vcpu *vcpu)
{
	list_remove(&vcpu->queue_link);
	vcpu->is_queued = false;
}

void sched_assign(struct cpu *cpu, struct vcpu *vcpu)
{
	vcpu->cpu = cpu;
	list_append(&cpu->vcpus, &vcpu->cpu_link);
}

void timer_expire(struct cpu *cpu)
{
	ck_assert(list_is_empty(&cpu->arrivals));
	expired++;
}

void platform_kick(uint32_t number)
{
	ck_assert_uint_lt(number, CPUS);
	kicks[number]++;
}

/* Every test is a process of its own, so all that is not set here is 0, in move.c too. */
static void setup(void)
{
	time_now = 100 * (uint64_t)SLICE;
	pinned.is_pinned = true;
	gang.is_gang = true;
	for (uint32_t i = 0; i < CPUS; i++) {
		cpus[i].number = i;
		cpus[i].node = i / 2;
		cpus[i].self = &cpus[i];
		cpus[i].slice_counts = SLICE;
		cpus[i].load_since = time_now;
		list_init(&cpus[i].run_queue);
		list_init(&cpus[i].vcpus);
		list_init(&cpus[i].arrivals);
		move_join(&cpus[i]);
	}
}

/* A new VCPU, asleep on the CPU. */
static struct vcpu *make(uint32_t cpu, uint32_t home, struct vm *vm)
{
	struct vcpu *vcpu = &vcpus[vcpu_count++];

	vcpu->vm = vm;
	vcpu->home = home;
	vcpu->vtlb.node = cpus[cpu].node;
	vcpu->regs.state = INSPECT_VCPU_IDLE;
	vcpu->regs.number = vm->vcpu_count;
	vm->vcpus[vm->vcpu_count++] = vcpu;
	list_init(&vcpu->queue_link);
	sched_assign(&cpus[cpu], vcpu);
	return vcpu;
}

static struct vcpu *wake(struct vcpu *vcpu)
{
	vcpu->regs.state = INSPECT_VCPU_READY;
	vcpu->ready_since = time_now;
	sched_enqueue(vcpu->cpu, vcpu);
	move_load(vcpu->cpu, 1);
	return vcpu;
}

static struct vcpu *waiting_on(uint32_t cpu, uint32_t home)
{
	return wake(make(cpu, home, &ordinary));
}

/* So many more want to run there than the test makes, or fewer. */
static void add_load(uint32_t cpu, int count)
{
	move_load(&cpus[cpu], count);
}

/* One runs on CPU 0, and this one waits. */
static struct vcpu *second_on_0(uint32_t home)
{
	add_load(0, 1);
	return waiting_on(0, home);
}

/* Averages are what the loads are now. */
static void settle(void)
{
	time_now += WINDOW;
}

/* Whoever ran there sleeps. */
static void fall_asleep(uint32_t cpu)
{
	move_load(&cpus[cpu], -(int)cpus[cpu].load);
	move_idle_begin(&cpus[cpu]);
}

static bool has(const struct list *head, const struct list *wanted)
{
	for (const struct list *link = head->next; link != head; link = link->next) {
		if (link == wanted) {
			return true;
		}
	}
	return false;
}

/* The CPU that has the VCPU, or that it is on its way to; no other one has. */
static uint32_t place(const struct vcpu *of)
{
	for (uint32_t i = 0; i < CPUS; i++) {
		bool is_here = of->cpu == &cpus[i] && of->is_queued;
		bool comes_here = of->cpu == &cpus[i] && !of->is_queued;

		ck_assert_int_eq(has(&cpus[i].run_queue, &of->queue_link), is_here);
		ck_assert_int_eq(has(&cpus[i].vcpus, &of->cpu_link), is_here);
		ck_assert_int_eq(has(&cpus[i].arrivals, &of->queue_link), comes_here);
	}
	return of->cpu->number;
}

/* Where the VCPU is when its CPU, 0, has looked for others that sleep. */
static uint32_t after_surplus(const struct vcpu *of)
{
	move_surplus(&cpus[0]);
	return place(of);
}

/* Where it is when CPU 0 has compared itself with others. */
static uint32_t after_balance(const struct vcpu *of)
{
	move_balance(&cpus[0], time_now);
	return place(of);
}

/* The same when it compares next. */
static uint32_t after_next_balance(const struct vcpu *of)
{
	time_now += LOOK;
	return after_balance(of);
}

/* That CPU has given by a slice more than CPU 0: just enough. */
static void serve_more(uint32_t cpu)
{
	cpus[cpu].service += SLICE + 1;
}

START_TEST(idle_same_node_gets_one_at_once)
{
	struct vcpu *first = second_on_0(0);
	struct vcpu *second = waiting_on(0, 0);

	fall_asleep(1);
	ck_assert_uint_eq(after_surplus(first), 1);
	ck_assert_uint_eq(place(second), 0);
	ck_assert_uint_eq(cpus[0].load, 2);
	ck_assert_uint_eq(kicks[1], 1);
	/* One for each that sleeps: it has something to do now. */
	ck_assert_uint_eq(after_surplus(second), 0);
	fall_asleep(1);
	move_idle_end(&cpus[1]);
	ck_assert_uint_eq(after_surplus(second), 0);
	fall_asleep(1);
	ck_assert_uint_eq(after_surplus(second), 1);
}
END_TEST

/* With nobody running the first one in the queue is next, and waits for nobody. */
START_TEST(idle_gets_only_who_waits)
{
	struct vcpu *first = waiting_on(0, 0);
	struct vcpu *second;

	fall_asleep(1);
	ck_assert_uint_eq(after_surplus(first), 0);
	fall_asleep(2);
	ck_assert_uint_eq(kicks[0], 0);
	second = waiting_on(0, 0);
	settle();
	move_surplus(&cpus[0]);
	ck_assert_uint_eq(place(first) + place(second), 1);
}
END_TEST

/* Its own CPU has had less to do until now, or the other one sleeps for a moment. */
START_TEST(idle_other_node_waits_for_two_behind)
{
	struct vcpu *vcpu = _i == 0 ? make(0, 0, &ordinary) : second_on_0(0);

	add_load(_i == 0 ? 0 : 2, 1);
	settle();
	if (_i == 0) {
		(void)wake(vcpu);
	}
	fall_asleep(2);
	ck_assert_uint_eq(after_surplus(vcpu), 0);
	/* From one to two: one and a half, which is nearer to two, after half of the window. */
	time_now += WINDOW / 2 - 1;
	ck_assert_uint_eq(after_surplus(vcpu), 0);
	time_now++;
	ck_assert_uint_eq(after_surplus(vcpu), 2);
	ck_assert_uint_eq(kicks[2], 1);
}
END_TEST

START_TEST(idle_other_node_gets_one_that_is_away_at_once)
{
	struct vcpu *vcpu = second_on_0(2);

	fall_asleep(2);
	ck_assert_uint_eq(after_surplus(vcpu), 2);
}
END_TEST

START_TEST(average_goes_back_four_slices)
{
	add_load(3, 4);
	ck_assert_uint_eq(cpus[3].load_average, 0);
	time_now += SLICE;
	add_load(3, -2);
	ck_assert_uint_eq(cpus[3].load, 2);
	ck_assert_uint_eq(cpus[3].load_average, ONE);
	time_now += SLICE;
	add_load(3, 0);
	ck_assert_uint_eq(cpus[3].load_average, ONE + ONE / 4);
	time_now += WINDOW;
	add_load(3, 5);
	ck_assert_uint_eq(cpus[3].load_average, 2 * ONE);
	/* As far as this CPU knows, the other's load has changed just now. */
	cpus[3].load_since = time_now + 1;
	add_load(3, 0);
	ck_assert_uint_eq(cpus[3].load_average, 2 * ONE);
}
END_TEST

/* By what it does for them if they go from CPU 0 to CPU 2. */
enum kind {
	LEAVES_HOME,
	IS_AWAY,
	COMES_HOME,
	KINDS
};

/*
 * CPU 0 has one of each kind in the queue; the less it gains, the longer it has waited, and has
 * run. CPU 2 has one or two less to do.
 */
static void make_kinds(struct vcpu *of[KINDS], int order, bool is_two)
{
	static const enum kind orders[][KINDS] = {
		{ LEAVES_HOME, IS_AWAY, COMES_HOME }, { LEAVES_HOME, COMES_HOME, IS_AWAY },
		{ IS_AWAY, LEAVES_HOME, COMES_HOME }, { IS_AWAY, COMES_HOME, LEAVES_HOME },
		{ COMES_HOME, LEAVES_HOME, IS_AWAY }, { COMES_HOME, IS_AWAY, LEAVES_HOME },
	};
	static const uint32_t home[KINDS] = { 0, 2, 1 };

	for (uint32_t i = 0; i < KINDS; i++) {
		enum kind kind = orders[order][i];

		of[kind] = waiting_on(0, home[kind]);
		of[kind]->waited = (KINDS - kind) * (uint64_t)SLICE;
		of[kind]->ran = (KINDS - kind) * (uint64_t)SLICE;
	}
	add_load(0, 1);
	add_load(2, is_two ? 2 : 3);
	settle();
}

#define KIND_LOOPS 12 /* six orders, both of two loads */

/* Home first, whoever has waited longer; away from it only if that gains them much. */
START_TEST(idle_gets_who_comes_home_first)
{
	struct vcpu *of[KINDS];
	bool gains = _i % 2 != 0;

	make_kinds(of, _i / 2, gains);
	fall_asleep(2);
	ck_assert_uint_eq(after_surplus(of[COMES_HOME]), 2);
	ck_assert_uint_eq(place(of[IS_AWAY]), 0);
	ck_assert_uint_eq(place(of[LEAVES_HOME]), 0);
	fall_asleep(2);
	ck_assert_uint_eq(after_surplus(of[IS_AWAY]), 2);
	ck_assert_uint_eq(place(of[LEAVES_HOME]), 0);
	fall_asleep(2);
	ck_assert_uint_eq(after_surplus(of[LEAVES_HOME]), gains ? 2 : 0);
}
END_TEST

/* Equally near: who has waited longest if it gains much, otherwise who has run longest. */
START_TEST(idle_gets_who_has_waited_or_run_longest)
{
	static const uint32_t waited[] = { 9, 0, 7 };
	static const uint32_t waits[] = { 1, 20, 2 };
	static const uint32_t ran[] = { 3, 2, 5 };
	struct vcpu *of[3];
	bool gains = _i != 0;

	for (uint32_t i = 0; i < 3; i++) {
		of[i] = waiting_on(0, 0);
		of[i]->waited = waited[i] * (uint64_t)SLICE;
		of[i]->ran = ran[i] * (uint64_t)SLICE;
	}
	add_load(0, 1);
	add_load(1, gains ? 2 : 3);
	settle();
	for (uint32_t i = 0; i < 3; i++) {
		of[i]->ready_since = time_now - waits[i] * (uint64_t)SLICE;
	}
	fall_asleep(1);
	ck_assert_uint_eq(after_surplus(of[gains ? 1 : 2]), 1);
	fall_asleep(1);
	ck_assert_uint_eq(after_surplus(of[0]), 1);
	ck_assert_uint_eq(place(of[gains ? 2 : 1]), 0);
}
END_TEST

/* CPU 3's own node has CPU 2, the last one that comes after it. */
START_TEST(idle_own_node_is_first)
{
	static const uint32_t order[] = { 2, 4, 5, 0 };

	add_load(3, 1);
	for (uint32_t i = 0; i < 4; i++) {
		waiting_on(3, 1)->waited = 4 - i;
	}
	settle();
	for (uint32_t i = 0; i < CPUS; i++) {
		if (i != 3) {
			fall_asleep(i);
		}
	}
	move_surplus(&cpus[3]);
	for (uint32_t i = 0; i < 4; i++) {
		ck_assert_uint_eq(place(&vcpus[i]), order[i]);
	}
}
END_TEST

/* Who is about to sleep asks one that has said so; its own node's if it can. */
START_TEST(idle_asks_who_has_some_to_spare)
{
	struct vcpu *vcpu = second_on_0(0);

	fall_asleep(1);
	for (uint32_t i = 0; i < CPUS; i++) {
		ck_assert_uint_eq(kicks[i], 0);
	}
	move_idle_end(&cpus[1]);
	add_load(2, 1);
	(void)waiting_on(2, 1);
	move_surplus(&cpus[0]);
	move_surplus(&cpus[2]);
	fall_asleep(1);
	ck_assert_uint_eq(kicks[0], 1);
	ck_assert_uint_eq(kicks[2], 0);
	ck_assert_uint_eq(after_surplus(vcpu), 1);
	/* It has none left now, and says so when it looks next. */
	move_surplus(&cpus[0]);
	fall_asleep(1);
	ck_assert_uint_eq(kicks[0], 1);
	ck_assert_uint_eq(kicks[2], 1);
}
END_TEST

static void cpu_1_wakes(void)
{
	move_idle_end(&cpus[1]);
}

/* Another CPU gave it one, or it woke, after this one had seen that it sleeps. */
START_TEST(idle_that_wakes_meanwhile_gets_none)
{
	struct vcpu *vcpu = second_on_0(0);

	fall_asleep(1);
	meanwhile = cpu_1_wakes;
	ck_assert_uint_eq(after_surplus(vcpu), 0);
	ck_assert(meanwhile == NULL);
	ck_assert_uint_eq(kicks[1], 0);
}
END_TEST

START_TEST(pinned_never_moves)
{
	struct vcpu *first = wake(make(0, 0, &pinned));
	struct vcpu *second = wake(make(0, 1, &pinned));
	struct vcpu *other;

	settle();
	fall_asleep(1);
	fall_asleep(2);
	serve_more(2);
	ck_assert_uint_eq(after_surplus(first), 0);
	ck_assert_uint_eq(after_balance(second), 0);
	fall_asleep(3);
	ck_assert_uint_eq(kicks[0], 0);
	/* Nor beside one that may. */
	first->waited = 8 * (uint64_t)SLICE;
	other = waiting_on(0, 0);
	move_surplus(&cpus[0]);
	ck_assert_uint_eq(place(other), 1);
	ck_assert_uint_eq(place(first), 0);
	ck_assert_uint_eq(place(second), 0);
	ck_assert_uint_eq(after_next_balance(first), 0);
	ck_assert_uint_eq(place(second), 0);
}
END_TEST

START_TEST(moved_stays_for_a_slice)
{
	struct vcpu *vcpu = second_on_0(0);

	fall_asleep(1);
	vcpu->moved_at = time_now;
	ck_assert_uint_eq(after_surplus(vcpu), 0);
	time_now += SLICE - 1;
	ck_assert_uint_eq(after_surplus(vcpu), 0);
	time_now++;
	ck_assert_uint_eq(after_surplus(vcpu), 1);
	/* There, too: from when it has arrived. */
	time_now += 7;
	move_idle_end(&cpus[1]);
	move_take_arrivals(&cpus[1]);
	add_load(1, 1);
	fall_asleep(0);
	time_now += SLICE - 1;
	move_surplus(&cpus[1]);
	ck_assert_uint_eq(place(vcpu), 1);
	time_now++;
	move_surplus(&cpus[1]);
	ck_assert_uint_eq(place(vcpu), 0);
}
END_TEST

/* The next CPU gets one all the same, and this one somebody else. */
START_TEST(gang_does_not_meet)
{
	struct vcpu *vcpu;
	struct vcpu *other;

	(void)make(1, 0, &gang);
	add_load(0, 1);
	vcpu = wake(make(0, 2, &gang));
	fall_asleep(1);
	ck_assert_uint_eq(after_surplus(vcpu), 0);
	fall_asleep(2);
	ck_assert_uint_eq(after_surplus(vcpu), 2);
	other = waiting_on(0, 0);
	ck_assert_uint_eq(after_surplus(other), 1);
}
END_TEST

START_TEST(gang_does_not_meet_by_comparison)
{
	struct vcpu *vcpu;

	(void)make(2, 0, &gang);
	add_load(0, 2);
	vcpu = wake(make(0, 1, &gang));
	settle();
	serve_more(2);
	ck_assert_uint_eq(after_balance(vcpu), 0);
	gang.is_gang = false;
	ck_assert_uint_eq(after_next_balance(vcpu), 2);
}
END_TEST

/* CPU 0 with one that runs and one that waits, at home; CPU 2 with nothing. */
static struct vcpu *unequal(void)
{
	struct vcpu *vcpu = second_on_0(0);

	settle();
	return vcpu;
}

START_TEST(balance_compares_every_10_ms)
{
	struct vcpu *vcpu = unequal();

	ck_assert_uint_eq(after_balance(vcpu), 0);
	serve_more(2);
	ck_assert_uint_eq(after_balance(vcpu), 0);
	time_now += LOOK - 1;
	ck_assert_uint_eq(after_balance(vcpu), 0);
	time_now++;
	ck_assert_uint_eq(after_balance(vcpu), 2);
	ck_assert_uint_eq(kicks[2], 1);
}
END_TEST

START_TEST(balance_wants_a_slice_more)
{
	struct vcpu *first = unequal();
	struct vcpu *second = waiting_on(0, 0);

	first->waited = SLICE;
	add_load(0, 2);
	settle();
	cpus[0].service = 5;
	cpus[2].service = SLICE + 5;
	ck_assert_uint_eq(after_balance(first), 0);
	cpus[2].service++;
	ck_assert_uint_eq(after_next_balance(first), 2);
	ck_assert_uint_eq(place(second), 0);
	/* Since that move. */
	cpus[2].service += SLICE;
	ck_assert_uint_eq(after_next_balance(second), 0);
	cpus[2].service++;
	ck_assert_uint_eq(after_next_balance(second), 2);
}
END_TEST

/* Since it was behind: what a CPU has given long ago is not held against others. */
START_TEST(balance_counts_from_when_it_was_least)
{
	struct vcpu *vcpu = unequal();

	cpus[0].service = 10 * (uint64_t)SLICE;
	ck_assert_uint_eq(after_balance(vcpu), 0);
	cpus[2].service += SLICE;
	ck_assert_uint_eq(after_next_balance(vcpu), 0);
	cpus[2].service++;
	ck_assert_uint_eq(after_next_balance(vcpu), 2);
}
END_TEST

/* Where nobody waits, all of the time is given, from when that began: maybe just now. */
START_TEST(balance_counts_time_alone)
{
	struct vcpu *vcpu = unequal();

	cpus[2].alone_since = time_now + LOOK - SLICE;
	ck_assert_uint_eq(after_balance(vcpu), 0);
	ck_assert_uint_eq(after_next_balance(vcpu), 0);
	ck_assert_uint_eq(after_next_balance(vcpu), 2);
}
END_TEST

START_TEST(balance_goes_to_who_gives_most)
{
	struct vcpu *vcpu = unequal();

	serve_more(2);
	serve_more(3);
	serve_more(4);
	cpus[_i].service++;
	ck_assert_uint_eq(after_balance(vcpu), (uint32_t)_i);
}
END_TEST

/* A quarter of CPU 2 for a third of CPU 0; a little less is too little. */
START_TEST(balance_leaves_three_quarters)
{
	struct vcpu *vcpu = waiting_on(0, 1);

	add_load(0, 2);
	add_load(2, 3);
	settle();
	serve_more(2);
	add_load(2, 1);
	time_now += WINDOW / ONE - 1 + (uint64_t)_i;
	ck_assert_uint_eq(after_balance(vcpu), _i == 0 ? 2 : 0);
}
END_TEST

/* Half of CPU 2 for a half of CPU 0 would do, a third does not, though it has given more. */
START_TEST(balance_skips_who_has_too_many)
{
	struct vcpu *vcpu = unequal();

	add_load(2, 2);
	add_load(4, 1);
	settle();
	serve_more(2);
	serve_more(2);
	serve_more(4);
	ck_assert_uint_eq(after_balance(vcpu), 4);
}
END_TEST

START_TEST(balance_takes_who_comes_home_first)
{
	struct vcpu *of[KINDS];

	make_kinds(of, _i / 2, _i % 2 != 0);
	serve_more(2);
	ck_assert_uint_eq(after_balance(of[COMES_HOME]), 2);
	ck_assert_uint_eq(place(of[IS_AWAY]), 0);
	ck_assert_uint_eq(place(of[LEAVES_HOME]), 0);
	add_load(0, 1);
	serve_more(2);
	ck_assert_uint_eq(after_next_balance(of[IS_AWAY]), 2);
	ck_assert_uint_eq(place(of[LEAVES_HOME]), 0);
	add_load(0, 1);
	serve_more(2);
	ck_assert_uint_eq(after_next_balance(of[LEAVES_HOME]), 2);
}
END_TEST

/* The advantage stays until there is somebody to use it. */
START_TEST(balance_without_anybody_to_move)
{
	struct vcpu *vcpu = unequal();

	vcpu->moved_at = time_now;
	serve_more(2);
	ck_assert_uint_eq(after_balance(vcpu), 0);
	ck_assert_uint_eq(after_next_balance(vcpu), 2);
}
END_TEST

/* What is left to the hardware is taken from it before the other CPU may have the VCPU. */
START_TEST(handed_over_leaves_nothing_behind)
{
	struct vcpu *other = make(0, 0, &ordinary);
	struct vcpu *vcpu = second_on_0(0);

	cpus[0].fpu_owner = cpus[0].tlb_owner = vcpu;
	fall_asleep(1);
	ck_assert_uint_eq(after_surplus(vcpu), 1);
	ck_assert_ptr_null(cpus[0].fpu_owner);
	ck_assert_ptr_null(cpus[0].tlb_owner);
	ck_assert_ptr_eq(forgotten, vcpu);
	/* What is another one's stays. */
	vcpu = waiting_on(0, 0);
	cpus[0].fpu_owner = cpus[0].tlb_owner = other;
	fall_asleep(1);
	ck_assert_uint_eq(after_surplus(vcpu), 1);
	ck_assert_ptr_eq(cpus[0].fpu_owner, other);
	ck_assert_ptr_eq(cpus[0].tlb_owner, other);
	ck_assert_ptr_eq(forgotten, vcpu);
}
END_TEST

/* By how much it is ahead of the others, or behind them, it is there too. */
START_TEST(lead_and_lag_go_along)
{
	int64_t lead = _i == 0 ? 300 : -200;
	struct vcpu *vcpu = second_on_0(0);

	cpus[0].used_floor = 5000;
	cpus[1].used_floor = 77;
	vcpu->used = cpus[0].used_floor + (uint64_t)lead;
	fall_asleep(1);
	ck_assert_uint_eq(after_surplus(vcpu), 1);
	cpus[1].used_floor = 80;
	move_take_arrivals(&cpus[1]);
	ck_assert_int_eq((int64_t)(vcpu->used - cpus[1].used_floor), lead);
}
END_TEST

START_TEST(arrivals_are_taken_in)
{
	struct vcpu *first = second_on_0(1);
	struct vcpu *second = waiting_on(0, 1);

	move_take_arrivals(&cpus[2]);
	ck_assert_uint_eq(expired, 0);
	fall_asleep(2);
	move_surplus(&cpus[0]);
	fall_asleep(2);
	move_surplus(&cpus[0]);
	/* One that has gone to sleep again would wait for nobody's turn. */
	second->regs.state = INSPECT_VCPU_IDLE;
	time_now += 3;
	move_take_arrivals(&cpus[2]);
	ck_assert_uint_eq(place(first), 2);
	ck_assert(first->is_queued);
	ck_assert(!second->is_queued);
	ck_assert_uint_eq(cpus[2].load, 1);
	ck_assert_uint_eq(expired, 1);
	for (uint32_t i = 0; i < 2; i++) {
		ck_assert_ptr_eq(vcpus[i].cpu, &cpus[2]);
		ck_assert(has(&cpus[2].vcpus, &vcpus[i].cpu_link));
		ck_assert_uint_eq(vcpus[i].vtlb.node, 1);
		ck_assert_uint_eq(vcpus[i].moved_at, time_now);
		ck_assert_uint_eq(vcpus[i].counters[VCPU_COUNT_moved], 1);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("move");
	TCase *tcase = tcase_create("move");

	tcase_add_checked_fixture(tcase, setup, NULL);
	tcase_add_test(tcase, idle_same_node_gets_one_at_once);
	tcase_add_test(tcase, idle_gets_only_who_waits);
	tcase_add_loop_test(tcase, idle_other_node_waits_for_two_behind, 0, 2);
	tcase_add_test(tcase, idle_other_node_gets_one_that_is_away_at_once);
	tcase_add_test(tcase, average_goes_back_four_slices);
	tcase_add_loop_test(tcase, idle_gets_who_comes_home_first, 0, KIND_LOOPS);
	tcase_add_loop_test(tcase, idle_gets_who_has_waited_or_run_longest, 0, 2);
	tcase_add_test(tcase, idle_own_node_is_first);
	tcase_add_test(tcase, idle_asks_who_has_some_to_spare);
	tcase_add_test(tcase, idle_that_wakes_meanwhile_gets_none);
	tcase_add_test(tcase, pinned_never_moves);
	tcase_add_test(tcase, moved_stays_for_a_slice);
	tcase_add_test(tcase, gang_does_not_meet);
	tcase_add_test(tcase, gang_does_not_meet_by_comparison);
	tcase_add_test(tcase, balance_compares_every_10_ms);
	tcase_add_test(tcase, balance_wants_a_slice_more);
	tcase_add_test(tcase, balance_counts_from_when_it_was_least);
	tcase_add_test(tcase, balance_counts_time_alone);
	tcase_add_loop_test(tcase, balance_goes_to_who_gives_most, 2, 5);
	tcase_add_loop_test(tcase, balance_leaves_three_quarters, 0, 2);
	tcase_add_test(tcase, balance_skips_who_has_too_many);
	tcase_add_loop_test(tcase, balance_takes_who_comes_home_first, 0, KIND_LOOPS);
	tcase_add_test(tcase, balance_without_anybody_to_move);
	tcase_add_test(tcase, handed_over_leaves_nothing_behind);
	tcase_add_loop_test(tcase, lead_and_lag_go_along, 0, 2);
	tcase_add_test(tcase, arrivals_are_taken_in);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
