/* SPDX-License-Identifier: MIT */
/*
 * futex.c - the system call itself: wait and wake between processes, a changed value, time-outs,
 * requeue, bit sets; and a lock made of it and of LL/SC.
 */
#define _GNU_SOURCE 1
#include <linux/futex.h>
#include <sched.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

#include "check.h"

#define WORKERS 4
#define ROUNDS  2000

struct shared {
	uint32_t lock, turn, gate, parked, bits, woken;
	uint32_t counter, copies[8];
};

static long futex(uint32_t *word, int operation, uint32_t value, void *other, uint32_t *second,
		  uint32_t third)
{
	return syscall(SYS_futex, word, operation, value, other, second, third);
}

/* 0 free, 1 taken, 2 taken and somebody waits. */
static void take(uint32_t *lock)
{
	uint32_t seen = 0;

	if (__atomic_compare_exchange_n(lock, &seen, 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
		return;
	}
	while (__atomic_exchange_n(lock, 2, __ATOMIC_ACQUIRE) != 0) {
		futex(lock, FUTEX_WAIT, 2, NULL, NULL, 0);
	}
}

static void give(uint32_t *lock)
{
	if (__atomic_exchange_n(lock, 0, __ATOMIC_RELEASE) == 2) {
		CHECK(futex(lock, FUTEX_WAKE, 1, NULL, NULL, 0) >= 0);
	}
}

static int run_locker(void *argument)
{
	struct shared *shared = argument;

	for (int i = 0; i < ROUNDS; i++) {
		take(&shared->lock);
		for (int j = 0; j < 8; j++) {
			CHECK(shared->copies[j] == shared->counter);
			shared->copies[j]++;
		}
		shared->counter++;
		if (i % 50 == 0) {
			sched_yield();
		}
		give(&shared->lock);
	}
	return 0;
}

static void test_lock(struct shared *shared)
{
	pid_t children[WORKERS];

	for (int i = 0; i < WORKERS; i++) {
		children[i] = check_start(run_locker, shared);
	}
	for (int i = 0; i < WORKERS; i++) {
		check_join(children[i]);
	}
	CHECK(shared->counter == WORKERS * ROUNDS && shared->lock == 0);
}

/* Two processes hand a number to and fro; each sleeps until it is its turn. */
static int run_turns(void *argument)
{
	struct shared *shared = argument;

	for (uint32_t i = 1; i < ROUNDS; i += 2) {
		uint32_t seen;

		while ((seen = __atomic_load_n(&shared->turn, __ATOMIC_ACQUIRE)) != i) {
			futex(&shared->turn, FUTEX_WAIT, seen, NULL, NULL, 0);
		}
		__atomic_store_n(&shared->turn, i + 1, __ATOMIC_RELEASE);
		futex(&shared->turn, FUTEX_WAKE, 1, NULL, NULL, 0);
	}
	return 0;
}

static void test_turns(struct shared *shared)
{
	pid_t child = check_start(run_turns, shared);

	for (uint32_t i = 0; i < ROUNDS; i += 2) {
		uint32_t seen;

		while ((seen = __atomic_load_n(&shared->turn, __ATOMIC_ACQUIRE)) != i) {
			futex(&shared->turn, FUTEX_WAIT, seen, NULL, NULL, 0);
		}
		__atomic_store_n(&shared->turn, i + 1, __ATOMIC_RELEASE);
		futex(&shared->turn, FUTEX_WAKE, 1, NULL, NULL, 0);
	}
	check_join(child);
	CHECK(shared->turn == ROUNDS);
}

static int run_sleeper(void *argument)
{
	struct shared *shared = argument;

	__atomic_add_fetch(&shared->parked, 1, __ATOMIC_SEQ_CST);
	/* Woken from the second word, onto which it is put. */
	CHECK(futex(&shared->gate, FUTEX_WAIT, 0, NULL, NULL, 0) == 0);
	__atomic_add_fetch(&shared->woken, 1, __ATOMIC_SEQ_CST);
	return 0;
}

static void test_requeue(struct shared *shared)
{
	pid_t children[WORKERS];
	uint32_t *target = &shared->bits;
	long moved = 0;

	for (int i = 0; i < WORKERS; i++) {
		children[i] = check_start(run_sleeper, shared);
	}
	/* All sleep when all of them could be moved; who is not there yet is moved next time. */
	while (moved < WORKERS) {
		long count =
			futex(&shared->gate, FUTEX_REQUEUE, 0, (void *)(uintptr_t)100, target, 0);

		CHECK(count >= 0);
		moved += count;
		sched_yield();
	}
	CHECK(shared->parked == WORKERS && shared->woken == 0);
	CHECK(futex(&shared->gate, FUTEX_WAKE, 100, NULL, NULL, 0) == 0);
	CHECK(futex(target, FUTEX_WAKE, 1, NULL, NULL, 0) == 1);
	CHECK(futex(target, FUTEX_WAKE, 100, NULL, NULL, 0) == WORKERS - 1);
	for (int i = 0; i < WORKERS; i++) {
		check_join(children[i]);
	}
	CHECK(shared->woken == WORKERS);
}

static void test_errors(struct shared *shared)
{
	/* The call has 32-bit seconds here. */
	struct {
		int32_t seconds, nanoseconds;
	} limit = { 0, 20000000 };
	struct timespec before, after;
	uint32_t word = 5;

	CHECK(futex(&word, FUTEX_WAIT, 6, NULL, NULL, 0) == -1 && errno == EAGAIN);
	CHECK(clock_gettime(CLOCK_MONOTONIC, &before) == 0);
	CHECK(futex(&word, FUTEX_WAIT, 5, &limit, NULL, 0) == -1 && errno == ETIMEDOUT);
	CHECK(clock_gettime(CLOCK_MONOTONIC, &after) == 0);
	CHECK((after.tv_sec - before.tv_sec) * 1000000000ll + after.tv_nsec - before.tv_nsec >=
	      20000000);
	CHECK(futex(&word, FUTEX_WAKE, 1, NULL, NULL, 0) == 0);
	CHECK(futex((uint32_t *)((char *)shared + 2), FUTEX_WAIT, 0, NULL, NULL, 0) == -1);
	CHECK(errno == EINVAL);
	CHECK(futex((uint32_t *)16, FUTEX_WAIT, 0, NULL, NULL, 0) == -1 && errno == EFAULT);
	CHECK(futex(&word, 99, 0, NULL, NULL, 0) == -1 && errno == ENOSYS);
}

int main(void)
{
	struct shared *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	CHECK(shared != MAP_FAILED);
	test_errors(shared);
	test_lock(shared);
	test_turns(shared);
	test_requeue(shared);
	return check_ok("futex");
}
