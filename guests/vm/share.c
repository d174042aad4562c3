/* SPDX-License-Identifier: MIT */
/*
 * share.c - VCPUs that spin and VCPUs that sleep: how the monitor divides the CPUs among them.
 *
 * The last SLEEPERS of the VCPUs sleep until their timer or a message of another one wakes them,
 * again and again; the others spin and count, or with MEET wait for each other. At END_CYCLES VCPU
 * 0 prints what each spinning one has counted, how often the sleeping ones woke and how late at
 * worst: a wake-up that gets lost is late by seconds.
 */
#include <stdint.h>

#include "guests/lib/cpu.h"
#include "guests/lib/lock.h"
#include "guests/lib/moncall.h"
#include "guests/lib/print.h"
#include "guests/lib/smp.h"
#include "guests/lib/trap.h"
#include "machine/annotation.h"
#include "machine/clock.h"
#include "machine/intc.h"
#include "machine/power.h"

/*
 * Since power-on, so that all VMs measure the same time: 300 ms, in which the monitor compares its
 * CPUs thirty times. One time that it errs is 3 % of a share.
 */
#define BEGIN_CYCLES 15000000U
#define END_CYCLES   135000000U

#ifndef SLEEPERS
#define SLEEPERS 2U
#endif
#ifndef SLEEP_COUNTS
#define SLEEP_COUNTS 20000U
#endif

#define IP(line) (1U << (STATUS_IM_SHIFT + (line)))

static struct {
	volatile uint32_t cpus;
	volatile uint32_t finished;
#ifdef MEET
	volatile uint32_t met;
#endif
	volatile uint32_t counted[SMP_CPUS_MAX]; /* thousands of instructions */
	volatile uint32_t woken[SMP_CPUS_MAX];
	volatile uint32_t messages[SMP_CPUS_MAX];
	volatile uint32_t late[SMP_CPUS_MAX]; /* at worst, in counts */
	volatile uint32_t ticked[SMP_CPUS_MAX];
} shared;

static uint64_t cycles(void)
{
	return *(volatile uint64_t *)cpu_kseg1(MAP_CLOCK_BASE + CLOCK_CYCLES);
}

#ifndef MEET
/* What this VCPU has executed, the monitor's work for it included. */
static uint64_t instructions(void)
{
	return *(volatile uint64_t *)cpu_kseg1(MAP_ANNOTATION_BASE + ANNOTATION_INSNS);
}
#endif

static void send(unsigned cpu)
{
	*(volatile uint32_t *)cpu_kseg1(MAP_INTC_BASE + INTC_IPI_BASE + cpu * INTC_IPI_STRIDE +
					INTC_IPI_SET) = 1;
}

static void take(struct trap_frame *frame)
{
	unsigned cpu = smp_cpu();

	(void)frame;
	(void)*(volatile uint32_t *)cpu_kseg1(MAP_INTC_BASE + INTC_IPI_BASE +
					      cpu * INTC_IPI_STRIDE + INTC_IPI_TAKE);
	shared.messages[cpu]++;
}

static void tick(struct trap_frame *frame)
{
	(void)frame;
	/* Far away; the line goes down. */
	cp0_write(CP0_COMPARE, cpu_count() + 0x7fffffff);
	shared.ticked[smp_cpu()] = 1;
}

/* Until interrupts of `lines` wake it. */
static void sleep(void)
{
	*(volatile uint32_t *)cpu_kseg1(MAP_POWER_BASE + POWER_SAVE) = 0;
	cpu_interrupts_on(0);
	cpu_interrupts_off();
}

#ifdef MEET
/* All VCPUs, again and again: nobody gets on while one of them does not run. Counts the rounds. */
static void spin(unsigned cpu)
{
	uint32_t round = 0;

	while (cycles() < END_CYCLES) {
		round++;
		atomic_fetch_add(&shared.met, 1);
		while (shared.met < round * shared.cpus && cycles() < END_CYCLES) {
		}
	}
	shared.counted[cpu] = round;
}
#else
static void spin(unsigned cpu)
{
	uint64_t before = instructions();

	while (cycles() < END_CYCLES) {
		for (volatile unsigned i = 0; i < 200; i++) {
		}
	}
	shared.counted[cpu] = (uint32_t)((instructions() - before) / 1000);
}
#endif

/* Woken by its timer, and by the message that the sleeper before it sends then. */
static void doze(unsigned cpu)
{
	unsigned next = cpu + 1 == shared.cpus ? shared.cpus - SLEEPERS : cpu + 1;

	cp0_write(CP0_STATUS, cp0_read(CP0_STATUS) | IP(LINES_IP_TIMER) | IP(LINES_IP_IPI));
	while (cycles() < END_CYCLES) {
		uint32_t wanted = cpu_count() + SLEEP_COUNTS;
		uint32_t late;

		shared.ticked[cpu] = 0;
		cp0_write(CP0_COMPARE, wanted);
		/* Count may have met it before it was set: other VCPUs run in between. */
		while (!shared.ticked[cpu] && (int32_t)(cpu_count() - wanted) < 0) {
			sleep();
		}
		late = cpu_count() - wanted;
		shared.late[cpu] = late > shared.late[cpu] ? late : shared.late[cpu];
		shared.woken[cpu]++;
		send(next);
	}
}

static void work(unsigned cpu)
{
	while (cycles() < BEGIN_CYCLES) {
	}
	if (cpu + SLEEPERS < shared.cpus) {
		spin(cpu);
	} else {
		doze(cpu);
	}
	atomic_fetch_add(&shared.finished, 1);
}

static void secondary(unsigned cpu)
{
	work(cpu);
	smp_park();
}

int main(void)
{
	trap_set_interrupt(LINES_IP_IPI, take);
	trap_set_interrupt(LINES_IP_TIMER, tick);
	shared.cpus = smp_start(secondary);
	work(0);
	while (shared.finished != shared.cpus) {
		moncall(MONCALL_YIELD, VM_VCPUS_MAX, 0, 0);
	}
	for (unsigned cpu = 0; cpu < shared.cpus; cpu++) {
		if (cpu + SLEEPERS < shared.cpus) {
			printf("spin %u\n", (unsigned)shared.counted[cpu]);
		} else {
			printf("sleep %u woken, %u messages, %u late\n",
			       (unsigned)shared.woken[cpu], (unsigned)shared.messages[cpu],
			       (unsigned)shared.late[cpu]);
		}
	}
	return 0;
}
