/* SPDX-License-Identifier: MIT */
/*
 * threads.c - a thread for each CPU (pthread.h). CPUs are started with the first thread; one
 * without a thread sleeps until a message says that there is one.
 */
#include <pthread.h>
#include <stddef.h>
#include <unistd.h>

#include "guests/lib/cpu.h"
#include "guests/lib/smp.h"
#include "machine/cpuctl.h"
#include "machine/intc.h"
#include "machine/lines.h"
#include "machine/power.h"

/* A CPU's line of its own. Invariant: start is not NULL from create to the thread's end. */
struct worker {
	void *(*volatile start)(void *);
	void *argument;
	void *result;
	volatile uint32_t is_taken;
} __attribute__((aligned(128)));

static struct worker workers[SMP_CPUS_MAX];
static struct lock lock;
static unsigned cpus;

static volatile uint32_t *message(unsigned cpu, uint32_t offset)
{
	return (volatile uint32_t *)cpu_kseg1(MAP_INTC_BASE + INTC_IPI_BASE +
					      cpu * INTC_IPI_STRIDE + offset);
}

/* Interrupts stay off: a message only ends the sleep. */
static void run_worker(unsigned cpu)
{
	struct worker *worker = &workers[cpu];

	cp0_write(CP0_STATUS, cp0_read(CP0_STATUS) | 1U << (STATUS_IM_SHIFT + LINES_IP_IPI));
	for (;;) {
		while (worker->start == NULL) {
			*(volatile uint32_t *)cpu_kseg1(MAP_POWER_BASE + POWER_SAVE) = 0;
			(void)*message(cpu, INTC_IPI_TAKE);
		}
		__asm__ volatile("sync" : : : "memory");
		worker->result = worker->start(worker->argument);
		__asm__ volatile("sync" : : : "memory");
		worker->start = NULL;
	}
}

long sysconf(int name)
{
	const volatile uint32_t *control = (const volatile uint32_t *)cpu_kseg1(MAP_CPUCTL_BASE);
	uint32_t count = control[CPUCTL_COUNT / 4];

	if (name != _SC_NPROCESSORS_ONLN) {
		return -1;
	}
	return count < SMP_CPUS_MAX ? (long)count : SMP_CPUS_MAX;
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *),
		   void *argument)
{
	unsigned cpu = 1;

	(void)attributes;
	lock_acquire(&lock);
	if (cpus == 0) {
		cpus = smp_start(run_worker);
	}
	while (cpu < cpus && workers[cpu].is_taken) {
		cpu++;
	}
	if (cpu < cpus) {
		workers[cpu].is_taken = 1;
	}
	lock_release(&lock);
	if (cpu >= cpus) {
		return EAGAIN;
	}
	*thread = cpu;
	workers[cpu].argument = argument;
	__asm__ volatile("sync" : : : "memory");
	workers[cpu].start = start;
	__asm__ volatile("sync" : : : "memory");
	*message(cpu, INTC_IPI_SET) = 1;
	return 0;
}

int pthread_join(pthread_t thread, void **result)
{
	if (thread == 0 || thread >= SMP_CPUS_MAX || !workers[thread].is_taken) {
		return EINVAL;
	}
	while (workers[thread].start != NULL) {
	}
	__asm__ volatile("sync" : : : "memory");
	if (result != NULL) {
		*result = workers[thread].result;
	}
	workers[thread].is_taken = 0;
	return 0;
}

int pthread_barrier_init(pthread_barrier_t *barrier, const pthread_barrierattr_t *attributes,
			 unsigned count)
{
	(void)attributes;
	*barrier = (pthread_barrier_t){ .count = count };
	return count == 0 ? EINVAL : 0;
}

int pthread_barrier_wait(pthread_barrier_t *barrier)
{
	return barrier_wait(&barrier->barrier, barrier->count) ? PTHREAD_BARRIER_SERIAL_THREAD : 0;
}
