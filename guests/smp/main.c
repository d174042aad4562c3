/* SPDX-License-Identifier: MIT */
/*
 * main.c - a parallel program on all CPUs of the machine: counts primes and proves its locks.
 *
 *     mirrorball exec --cpus 4 build/guests/smp.elf
 *
 * Phase 1: the CPUs grab segments of 2..LIMIT with LL/SC, sieve each by itself and add up under a
 * spin lock. Phase 2: every CPU increments the same plain counter under the lock, many times. A
 * timer interrupts all of it. CPU 0 checks the results against known ones; exit code 0 or 1.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "guests/lib/cpu.h"
#include "guests/lib/lock.h"
#include "guests/lib/platform.h"
#include "guests/lib/print.h"
#include "guests/lib/smp.h"
#include "guests/lib/timer.h"

#define LIMIT          1000000U
#define PRIMES         78498U /* below LIMIT: pi(10^6) */
#define PRIMES_SUM     37550402023ULL
#define ROOT           1000U /* square root of LIMIT */
#define SEGMENT        10000U
#define SEGMENTS       (LIMIT / SEGMENT)
#define INCREMENTS     1000U
#define TICK_PERIOD    20000U
#define TICKS_AT_LEAST 2U /* each CPU waits for so many */

/* What the CPUs share. `primes`, `sum` and `counter` belong to whoever holds `lock`. */
static struct {
	struct lock lock;
	struct barrier barrier;
	volatile uint32_t cpus;         /* 0 until CPU 0 knows how many there are */
	volatile uint32_t next_segment; /* taken with atomic_fetch_add() */
	uint32_t primes;
	uint64_t sum;
	volatile uint32_t counter;
} shared;

/* Each CPU's own: nobody else writes it. */
static struct {
	uint32_t segments;
	uint32_t primes;
	bool composite[SEGMENT];
} own[SMP_CPUS_MAX];

/* Primes up to ROOT, made by CPU 0 before the others start. */
static uint16_t small_primes[ROOT];
static size_t small_prime_count;

static void sieve_small(void)
{
	static bool composite[ROOT + 1];

	for (uint32_t n = 2; n <= ROOT; n++) {
		if (composite[n]) {
			continue;
		}
		small_primes[small_prime_count++] = (uint16_t)n;
		for (uint32_t multiple = n * n; multiple <= ROOT; multiple += n) {
			composite[multiple] = true;
		}
	}
}

/* Sieves the numbers from `begin` to `begin` + SEGMENT; returns how many are prime, and their sum.
 */
static uint32_t sieve_segment(unsigned cpu, uint32_t begin, uint64_t *sum)
{
	bool *composite = own[cpu].composite;
	uint32_t primes = 0;

	for (uint32_t i = 0; i < SEGMENT; i++) {
		composite[i] = begin + i < 2;
	}
	for (size_t i = 0; i < small_prime_count; i++) {
		uint32_t prime = small_primes[i];
		uint32_t first = (begin + prime - 1) / prime * prime;

		if (first < prime * prime) {
			first = prime * prime;
		}
		for (uint32_t multiple = first; multiple < begin + SEGMENT; multiple += prime) {
			composite[multiple - begin] = true;
		}
	}
	for (uint32_t i = 0; i < SEGMENT; i++) {
		if (!composite[i]) {
			primes++;
			*sum += begin + i;
		}
	}
	return primes;
}

static void count_primes(unsigned cpu)
{
	for (;;) {
		uint32_t segment = atomic_fetch_add(&shared.next_segment, 1);
		uint64_t sum = 0;
		uint32_t primes;

		if (segment >= SEGMENTS) {
			return;
		}
		primes = sieve_segment(cpu, segment * SEGMENT, &sum);
		own[cpu].segments++;
		own[cpu].primes += primes;
		lock_acquire(&shared.lock);
		shared.primes += primes;
		shared.sum += sum;
		lock_release(&shared.lock);
	}
}

/* Without the lock, increments would be lost: read and write are two steps. */
static void count_up(void)
{
	for (uint32_t i = 0; i < INCREMENTS; i++) {
		lock_acquire(&shared.lock);
		shared.counter = shared.counter + 1;
		lock_release(&shared.lock);
	}
}

/* What every CPU does. */
static void work(unsigned cpu)
{
	while (shared.cpus == 0) {
	}
	printf("cpu %2u: running\n", cpu);
	timer_start(TICK_PERIOD);
	barrier_wait(&shared.barrier, shared.cpus);
	count_primes(cpu);
	barrier_wait(&shared.barrier, shared.cpus);
	count_up();
	while (timer_ticks(cpu) < TICKS_AT_LEAST) {
	}
	timer_stop();
	barrier_wait(&shared.barrier, shared.cpus);
}

static bool check(const char *what, uint64_t found, uint64_t expected)
{
	printf("%-28s %12llu  %s\n", what, (unsigned long long)found,
	       found == expected ? "ok" : "WRONG");
	return found == expected;
}

int main(void)
{
	bool good = true;
	uint32_t segments = 0;
	uint32_t cpus;

	printf("smp: on %s\n", platform_name());
	sieve_small();
	cpus = smp_start(work);
	printf("smp: %u CPUs\n", cpus);
	shared.cpus = cpus;
	work(0);

	printf("\n cpu  segments  primes  ticks\n");
	for (unsigned cpu = 0; cpu < cpus; cpu++) {
		printf("%4u  %8u  %6u  %5u\n", cpu, own[cpu].segments, own[cpu].primes,
		       timer_ticks(cpu));
		segments += own[cpu].segments;
	}
	printf("\n");
	good &= check("segments sieved", segments, SEGMENTS);
	good &= check("primes below 1000000", shared.primes, PRIMES);
	good &= check("their sum", shared.sum, PRIMES_SUM);
	good &= check("increments under the lock", shared.counter, (uint64_t)cpus * INCREMENTS);
	printf("smp: %s\n", good ? "all results are right" : "FAILED");
	return good ? 0 : 1;
}
