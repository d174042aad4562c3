/* SPDX-License-Identifier: MIT */
/*
 * ipi.c - CPUs that interrupt each other: messages, sleeping receivers, locks in between.
 *
 * CPU 0 sends each other CPU a message, which that answers; then all send to all at once. Two
 * VCPUs that share a CPU of the machine get there too, because waiting ones sleep.
 */
#include <stdbool.h>
#include <stdint.h>

#include "guests/lib/cpu.h"
#include "guests/lib/lock.h"
#include "guests/lib/print.h"
#include "guests/lib/smp.h"
#include "guests/lib/trap.h"
#include "machine/intc.h"
#include "machine/power.h"

#ifdef GUEST_IN_VM
#include "guests/lib/moncall.h"
#endif

#define ROUNDS 100U
#define STORM  200U

/* Message bits; PONG only wakes CPU 0, several may become one. */
#define PING            0x1U
#define PONG            0x2U
#define STORM_BIT(from) (0x100U << (from))

static struct {
	volatile uint32_t cpus;
	volatile uint32_t pings[SMP_CPUS_MAX];
	volatile uint32_t ready;
	volatile uint32_t storms[SMP_CPUS_MAX];
	volatile uint32_t storm_begins;
	volatile uint32_t finished;
	struct lock lock;
	volatile uint32_t counter; /* under the lock */
} shared;

static volatile uint32_t *message_register(unsigned cpu, uint32_t offset)
{
	return (volatile uint32_t *)cpu_kseg1(MAP_INTC_BASE + INTC_IPI_BASE +
					      cpu * INTC_IPI_STRIDE + offset);
}

static void send(unsigned cpu, uint32_t bits)
{
	*message_register(cpu, INTC_IPI_SET) = bits;
}

static void take(struct trap_frame *frame)
{
	unsigned cpu = smp_cpu();
	uint32_t bits = *message_register(cpu, INTC_IPI_TAKE);

	(void)frame;
	if (bits & PING) {
		shared.pings[cpu]++;
		send(0, PONG);
	}
	if (bits >> 8) {
		shared.storms[cpu]++;
	}
}

/* Sleeps until there is a message, takes it. Interrupts are off at entry and exit. */
static void sleep(void)
{
	*(volatile uint32_t *)cpu_kseg1(MAP_POWER_BASE + POWER_SAVE) = 0;
	cpu_interrupts_on(0);
	cpu_interrupts_off();
}

/* All CPUs: wake everybody else again and again, and count under a lock. */
static void storm(unsigned cpu)
{
	for (unsigned i = 0; i < STORM; i++) {
		send((cpu + 1 + i) % shared.cpus, STORM_BIT(cpu % 8));
		lock_acquire(&shared.lock);
		shared.counter++;
		lock_release(&shared.lock);
		cpu_interrupts_on(0);
		cpu_interrupts_off();
	}
	atomic_fetch_add(&shared.finished, 1);
	send(0, PONG);
}

static void secondary(unsigned cpu)
{
	cp0_write(CP0_STATUS, cp0_read(CP0_STATUS) | 1U << (STATUS_IM_SHIFT + LINES_IP_IPI));
	atomic_fetch_add(&shared.ready, 1);
	send(0, PONG);
	while (!shared.storm_begins) {
		sleep();
	}
	storm(cpu);
	for (;;) {
		sleep();
	}
}

/* CPU 0 and each other one in turn; nothing gets lost, whoever sleeps. */
static bool ping(void)
{
	for (unsigned round = 0; round < ROUNDS; round++) {
		for (unsigned cpu = 1; cpu < shared.cpus; cpu++) {
			send(cpu, PING);
			while (shared.pings[cpu] != round + 1) {
				sleep();
			}
		}
	}
	for (unsigned cpu = 1; cpu < shared.cpus; cpu++) {
		if (shared.pings[cpu] != ROUNDS) {
			return false;
		}
	}
	return true;
}

int main(void)
{
	bool pings;
	bool counted;

	trap_set_interrupt(LINES_IP_IPI, take);
	cp0_write(CP0_STATUS, cp0_read(CP0_STATUS) | 1U << (STATUS_IM_SHIFT + LINES_IP_IPI));
	shared.cpus = smp_start(secondary);
	while (shared.ready != shared.cpus - 1) {
		sleep();
	}
	pings = ping();
	printf("%u CPUs, pings: %s\n", (unsigned)shared.cpus, pings ? "ok" : "WRONG");
	shared.storm_begins = 1;
#ifdef GUEST_IN_VM
	/* One monitor call for all. */
	moncall(MONCALL_IPI, ~1U, 0, PING);
#else
	for (unsigned cpu = 1; cpu < shared.cpus; cpu++) {
		send(cpu, PING);
	}
#endif
	storm(0);
	while (shared.finished != shared.cpus) {
		sleep();
	}
	counted = shared.counter == STORM * shared.cpus;
	printf("storm: %s\n", counted ? "ok" : "WRONG");
	printf("ipi: %s\n", pings && counted ? "ok" : "WRONG");
	return pings && counted ? 0 : 1;
}
