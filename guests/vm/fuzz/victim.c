/* SPDX-License-Identifier: MIT */
/*
 * victim.c - a well-behaved VM beside hostile ones: its CPUs fill memory, look at each other's,
 * give pages back and take them again, lock, count and compute; every word is checked.
 */
#include "guests/lib/cpu.h"
#include "guests/lib/lock.h"
#include "guests/lib/moncall.h"
#include "guests/lib/platform.h"
#include "guests/lib/print.h"
#include "guests/lib/smp.h"
#include "guests/vm/fuzz/fuzz.h"

#ifndef VICTIM_ROUNDS
#define VICTIM_ROUNDS 5
#endif
/* Do the CPUs go on alone, so that their time is what they get, and not each other's? */
#ifndef VICTIM_APART
#define VICTIM_APART 0
#endif
/* Then all VMs have booted, and the scheduler has spread their VCPUs: as guests/vm/share.c has it.
 */
#define BEGIN_MICROSECONDS (15000000 / 400)

#define CPUS       2
#define PAGES      64 /* of each CPU, a round */
#define WORDS      (MAP_PAGE_BYTES / 4)
#define VICTIM_TAG (FUZZ_TAG | 0xfffe) /* hostile ones draw theirs */

static struct {
	struct lock lock;
	volatile uint32_t arrived;
	volatile uint32_t phase;
	volatile uint32_t counter; /* under the lock */
	volatile uint32_t errors;
	volatile uint32_t sum[CPUS];
	volatile uint32_t done;
	/* When each worked; microseconds since power-on. */
	volatile unsigned from[CPUS];
	volatile unsigned to[CPUS];
} shared;

/* Since power-on. */
static unsigned microseconds(void)
{
	return moncall(MONCALL_TIME, 0, 0, 0).v1 / 400;
}

static void barrier(void)
{
	uint32_t phase = shared.phase;

	if (VICTIM_APART) {
		return;
	}
	if (atomic_fetch_add(&shared.arrived, 1) == CPUS - 1) {
		shared.arrived = 0;
		shared.phase = phase + 1;
		return;
	}
	while (shared.phase == phase) {
	}
}

static void check(bool holds, const char *what, unsigned cpu, uint32_t round)
{
	if (!holds) {
		atomic_fetch_add(&shared.errors, 1);
		lock_acquire(&shared.lock);
		printf("victim: WRONG: %s, CPU %u, round %u\n", what, cpu, round);
		lock_release(&shared.lock);
	}
}

static uint32_t first_page(unsigned cpu)
{
	return FUZZ_TAGGED_FIRST + cpu * PAGES;
}

/* Even words say whose they are, odd ones where and when they were written. */
static uint32_t pattern(uint32_t page, uint32_t index, uint32_t round)
{
	return index % 2 == 0 ? VICTIM_TAG : (page * WORDS + index) * 2654435761U + round;
}

static void fill(unsigned cpu, uint32_t round)
{
	for (uint32_t page = first_page(cpu); page < first_page(cpu) + PAGES; page++) {
		volatile uint32_t *words = cpu_kseg0(page << MAP_PAGE_SHIFT);

		for (uint32_t i = 0; i < WORDS; i++) {
			words[i] = pattern(page, i, round);
		}
	}
}

static bool is_filled(unsigned cpu, uint32_t round, uint32_t *sum)
{
	bool good = true;

	for (uint32_t page = first_page(cpu); page < first_page(cpu) + PAGES; page++) {
		const volatile uint32_t *words = cpu_kseg0(page << MAP_PAGE_SHIFT);

		for (uint32_t i = 0; i < WORDS; i++) {
			uint32_t found = words[i];

			good &= found == pattern(page, i, round);
			*sum = *sum * 31 + found;
		}
	}
	return good;
}

/* Gives a few pages back: then they hold what they held, or zeroes. */
static bool give_back(unsigned cpu, uint32_t round)
{
	uint32_t first = first_page(cpu) + round * 5 % (PAGES - 4);
	bool good = moncall(MONCALL_PAGE_FREE, first, 4, 0).status == MONCALL_OK;

	for (uint32_t page = first; page < first + 4; page++) {
		const volatile uint32_t *words = cpu_kseg0(page << MAP_PAGE_SHIFT);

		for (uint32_t i = 0; i < WORDS; i++) {
			uint32_t found = words[i];

			good &= found == 0 || found == pattern(page, i, round);
		}
	}
	return good;
}

static void count(void)
{
	for (unsigned i = 0; i < 100 && !VICTIM_APART; i++) {
		lock_acquire(&shared.lock);
		shared.counter++;
		lock_release(&shared.lock);
	}
}

static void work(unsigned cpu)
{
	unsigned whose = VICTIM_APART ? cpu : 1 - cpu;
	uint32_t sum = 0;

	while (VICTIM_APART && microseconds() < BEGIN_MICROSECONDS) {
	}
	shared.from[cpu] = microseconds();
	for (uint32_t round = 0; round < VICTIM_ROUNDS; round++) {
		fill(cpu, round);
		barrier();
		check(is_filled(whose, round, &sum), "the other's memory", cpu, round);
		barrier();
		check(give_back(cpu, round), "pages given back", cpu, round);
		count();
	}
	shared.sum[cpu] = sum;
	shared.to[cpu] = microseconds();
	atomic_fetch_add(&shared.done, 1);
}

static void secondary(unsigned cpu)
{
	if (cpu < CPUS) {
		work(cpu);
	}
	for (;;) {
		moncall(MONCALL_VCPU_STOP, 0, 0, 0);
	}
}

int main(void)
{
	unsigned cpus = smp_start(secondary);
	unsigned slowest;

	if (cpus != CPUS) {
		printf("victim: needs %u VCPUs\n", CPUS);
		return 1;
	}
	work(0);
	while (shared.done != CPUS) {
	}
	check(VICTIM_APART || shared.counter == CPUS * 100 * VICTIM_ROUNDS, "counts under the lock",
	      0, 0);
	slowest = shared.to[1] - shared.from[1] > shared.to[0] - shared.from[0];
	printf("victim: sums %08x %08x, VCPU %u from %u us: %s, at %u us\n", shared.sum[0],
	       shared.sum[1], slowest, shared.from[slowest], shared.errors == 0 ? "ok" : "WRONG",
	       shared.to[slowest]);
	return shared.errors == 0 ? 0 : 1;
}
