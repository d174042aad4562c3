/* SPDX-License-Identifier: MIT */
/* timer.c - virtual Count and Compare on one hardware timer. */
#include "src/cpu/timer.h"

#include "src/cpu/cpu.h"
#include "src/cpu/sched.h"
#include "src/cpu/vcp0.h"
#include "src/cpu/vcpu.h"
#include "src/cpu/vdev.h"
#include "src/cpu/vm.h"
#include "src/include/atomic.h"
#include "src/include/cp0.h"
#include "src/numa/movement.h"

#ifndef MONITOR_TORTURE
#define MONITOR_TORTURE 0
#endif

#define COUNT_WRAP   0x100000000ULL
#define DISTANCE_MAX 0x40000000U /* so that cpu_time() sees every wrap of Count */

uint64_t cpu_time(struct cpu *cpu)
{
	uint32_t count = cp0_read(CP0_COUNT);

	cpu->time += count - (uint32_t)cpu->time;
	return cpu->time;
}

uint32_t timer_count(const struct vcpu *vcpu)
{
	return cp0_read(CP0_COUNT) + vcpu->count_offset;
}

/* When Count next becomes Compare; if it is that now, after a whole turn (R4000 UM 5.3). */
static void set_deadline(struct vcpu *vcpu)
{
	struct cpu *cpu = cpu_self();
	uint64_t now = cpu_time(cpu);
	uint32_t distance = vcpu->compare - ((uint32_t)now + vcpu->count_offset);

	vcpu->timer_deadline = now + (distance != 0 ? distance : COUNT_WRAP);
	timer_want(cpu, vcpu->timer_deadline);
}

void timer_set_count(struct vcpu *vcpu, uint32_t value)
{
	vcpu->count_offset = value - cp0_read(CP0_COUNT);
	vcpu->page->count_offset = vcpu->count_offset;
	set_deadline(vcpu);
}

void timer_set_compare(struct vcpu *vcpu, uint32_t value)
{
	vcpu->compare = value;
	vcpu->regs.cp0[CP0_COMPARE] = (uint64_t)(int64_t)(int32_t)value;
	vcpu->page->compare = value;
	atomic_and(&vcpu->lines, ~(uint32_t)CAUSE_IP_TIMER);
	set_deadline(vcpu);
}

void timer_reset(struct vcpu *vcpu)
{
	vcpu->page->count_offset = vcpu->count_offset;
	timer_set_compare(vcpu, 0);
}

static void set_alarm(struct cpu *cpu, uint64_t time)
{
	cpu->alarm = time;
	cp0_write(CP0_COMPARE, (uint32_t)time);
}

void timer_want(struct cpu *cpu, uint64_t time)
{
	uint64_t now;

	if (time >= cpu->alarm) {
		return;
	}
	set_alarm(cpu, time);
	now = cpu_time(cpu);
	if (now >= time) {
		/* Too late for Count to meet it. */
		timer_expire(cpu);
	}
}

/* Raises the lines that are due by `now`; returns the next deadline. */
static uint64_t fire(struct cpu *cpu, uint64_t now)
{
	uint64_t next = now + DISTANCE_MAX;

	for (struct list *link = cpu->self->vcpus.next; link != &cpu->self->vcpus;
	     link = link->next) {
		struct vcpu *vcpu = CONTAINER_OF(link, struct vcpu, cpu_link);

		while (vcpu->timer_deadline <= now) {
			vcpu->timer_deadline += COUNT_WRAP;
			atomic_or(&vcpu->lines, CAUSE_IP_TIMER);
			cpu->look = true;
		}
		if (vcpu->timer_deadline < next) {
			next = vcpu->timer_deadline;
		}
		if (vcpu->regs.number == 0) {
			uint64_t wait = vdev_rtc_look(vcpu->vm);

			next = wait < next - now ? now + wait : next;
		}
	}
	return next;
}

void timer_expire(struct cpu *cpu)
{
	uint64_t now = cpu_time(cpu);
	uint64_t next;

	do {
		if (cpu->tick <= now) {
			movement_tick(cpu);
		}
		next = fire(cpu, now);
		if (cpu->tick < next) {
			next = cpu->tick;
		}
		if (MONITOR_TORTURE || !list_is_empty(&cpu->self->run_queue)) {
			if (cpu->slice_end <= now) {
				cpu->look = true;
			} else if (cpu->slice_end < next) {
				next = cpu->slice_end;
			}
		}
		set_alarm(cpu, next);
		now = cpu_time(cpu);
	} while (now >= next);
}
