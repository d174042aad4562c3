/* SPDX-License-Identifier: MIT */
/*
 * smp.c - starts the other CPUs and gives them work.
 *
 * On Mirrorball and testmips they stand still until a device starts them one by one; on QEMU's
 * Malta they all enter _start by themselves. Either way each draws a ticket (start.S), which is
 * its number here, and waits in smp_secondary() for a function to run.
 */
#include "guests/lib/smp.h"

#include <stdbool.h>
#include <stddef.h>

#include "guests/lib/cpu.h"
#include "guests/lib/lock.h"
#include "guests/lib/platform.h"
#include "machine/cpuctl.h"
#include "machine/testmips.h"

/* On Malta: how long to wait for one more CPU, in steps of Count (100 ms there). */
#define MALTA_PATIENCE 10000000U

extern volatile uint32_t smp_tickets; /* start.S */
extern char smp_stacks[];
extern const uint32_t _start[];

/* Not in .bss, which CPU 0 clears while others may already be waiting here. */
static smp_fn *volatile smp_function __attribute__((section(".data"))) = NULL;
static volatile uint32_t smp_count __attribute__((section(".data"))) = 0; /* 0: not yet known */
static volatile uint32_t smp_online __attribute__((section(".data"))) = 0;

static volatile uint32_t *smp_register(uint32_t offset)
{
	return (volatile uint32_t *)cpu_kseg1(TESTMIPS_MP_BASE + offset);
}

/* One at a time, so that tickets go in the order of the device's numbers. */
static unsigned smp_start_testmips(void)
{
	unsigned cpus = *smp_register(TESTMIPS_MP_NCPUS);

	for (unsigned cpu = 1; cpu < cpus && cpu < SMP_CPUS_MAX; cpu++) {
		*smp_register(TESTMIPS_MP_STARTUPADDR) = (uint32_t)(uintptr_t)_start;
		*smp_register(TESTMIPS_MP_STARTUPSTACK) = (uint32_t)(uintptr_t)smp_stacks;
		*smp_register(TESTMIPS_MP_STARTUPCPU) = cpu;
		while (smp_tickets <= cpu) {
		}
	}
	return smp_tickets;
}

/* The same with a device that both of Mirrorball's machine types have. */
static unsigned smp_start_mirrorball(void)
{
	volatile uint32_t *first = (volatile uint32_t *)cpu_kseg1(MAP_CPUCTL_BASE);
	unsigned cpus = first[CPUCTL_COUNT / 4];

	for (unsigned cpu = 1; cpu < cpus && cpu < SMP_CPUS_MAX; cpu++) {
		volatile uint32_t *block = first + cpu * (CPUCTL_CPU_STRIDE / 4);

		block[CPUCTL_PC_LO / 4] = (uint32_t)(uintptr_t)_start;
		block[CPUCTL_COMMAND / 4] = CPUCTL_START;
		while (smp_tickets <= cpu) {
		}
	}
	return smp_tickets;
}

/* Nothing tells how many there are: wait until no more come. */
static unsigned smp_wait_malta(void)
{
	uint32_t seen = smp_tickets;
	uint32_t since = cpu_count();

	while (cpu_count() - since < MALTA_PATIENCE) {
		if (smp_tickets != seen) {
			seen = smp_tickets;
			since = cpu_count();
		}
	}
	return seen;
}

static unsigned smp_start_all(void)
{
	switch (platform_get()) {
	case PLATFORM_MALTA:
		return smp_wait_malta();
	case PLATFORM_TESTMIPS:
		return smp_start_testmips();
	default:
		return smp_start_mirrorball();
	}
}

/*
 * Lets every other CPU run `fn` with its number; when fn returns, the CPU parks. Returns the number
 * of CPUs, this one included, once all of them are on their way. To be called once.
 */
unsigned smp_start(smp_fn *fn)
{
	unsigned cpus = smp_start_all();

	if (cpus > SMP_CPUS_MAX) {
		cpus = SMP_CPUS_MAX; /* start.S has parked the rest */
	}
	smp_function = fn;
	__asm__ volatile("sync" : : : "memory");
	smp_count = cpus;
	while (smp_online < cpus - 1) {
	}
	return cpus;
}

/* Where start.S sends every CPU but the first. */
void smp_secondary(unsigned cpu)
{
	while (smp_count == 0) {
	}
	if (cpu >= smp_count) {
		smp_park(); /* came after the others had been counted */
	}
	__asm__ volatile("sync" : : : "memory");
	atomic_fetch_add(&smp_online, 1);
	smp_function(cpu);
	smp_park();
}
