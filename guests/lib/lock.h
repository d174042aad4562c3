/* SPDX-License-Identifier: MIT */
/*
 * lock.h - atomic operations, locks and barriers, built on LL and SC.
 *
 * LL loads a word and sets the CPU's link bit; SC stores only if nobody has touched the word (and
 * no exception has come) since, and tells whether it did. R4000 UM appendix A. The R4000 keeps
 * memory accesses in program order; SYNC says where that matters.
 */
#pragma once

#include <stdint.h>

/* Adds `amount` to the word; returns what was there before. Linearizes at the SC that succeeds. */
static inline uint32_t atomic_fetch_add(volatile uint32_t *word, uint32_t amount)
{
	uint32_t old;
	uint32_t new;

	__asm__ volatile(".set push\n\t"
			 ".set noreorder\n"
			 "1:	ll	%0, %2\n\t"
			 "addu	%1, %0, %3\n\t"
			 "sc	%1, %2\n\t"
			 "beqz	%1, 1b\n\t"
			 " nop\n\t"
			 "sync\n\t"
			 ".set pop"
			 : "=&r"(old), "=&r"(new), "+m"(*word)
			 : "r"(amount)
			 : "memory");
	return old;
}

/* A spin lock; all zero is free. No order among those who wait. */
struct lock {
	volatile uint32_t held; /* 0 or 1 */
};

/* Waits until the lock is free and takes it. Not from a handler that may interrupt its owner. */
static inline void lock_acquire(struct lock *lock)
{
	uint32_t held;

	/* Looks before it links: a CPU that waits only reads, and its cache keeps the line. */
	__asm__ volatile(".set push\n\t"
			 ".set noreorder\n"
			 "1:	lw	%0, %1\n\t"
			 "bnez	%0, 1b\n\t"
			 " nop\n\t"
			 "ll	%0, %1\n\t"
			 "bnez	%0, 1b\n\t"
			 " li	%0, 1\n\t"
			 "sc	%0, %1\n\t"
			 "beqz	%0, 1b\n\t"
			 " nop\n\t"
			 "sync\n\t"
			 ".set pop"
			 : "=&r"(held), "+m"(lock->held)
			 :
			 : "memory");
}

static inline void lock_release(struct lock *lock)
{
	__asm__ volatile("sync" : : : "memory");
	lock->held = 0;
}

/*
 * All CPUs meet here before any goes on. Invariant: `arrived` < the number of CPUs; the last one
 * resets it and then opens the next round, which is what the others wait for. Returns 1 in the
 * last.
 */
struct barrier {
	volatile uint32_t arrived;
	volatile uint32_t round;
};

static inline uint32_t barrier_wait(struct barrier *barrier, uint32_t cpu_count)
{
	uint32_t round = barrier->round;
	uint32_t is_last = atomic_fetch_add(&barrier->arrived, 1) == cpu_count - 1;

	if (is_last) {
		barrier->arrived = 0;
		__asm__ volatile("sync" : : : "memory");
		barrier->round = round + 1;
	} else {
		while (barrier->round == round) {
		}
	}
	__asm__ volatile("sync" : : : "memory");
	return is_last;
}
