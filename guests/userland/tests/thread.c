/* SPDX-License-Identifier: MIT */
/*
 * thread.c - POSIX threads: locks, conditions, barriers, thread-local storage, once, cancellation,
 * signals to one thread, semaphores, read-write locks, many short threads.
 */
#define _GNU_SOURCE 1
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdint.h>

#include "check.h"

#define THREADS 8
#define ROUNDS  1500
#define QUEUE   5

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t not_empty = PTHREAD_COND_INITIALIZER;
static pthread_cond_t not_full = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_barrier_t barrier;
static pthread_key_t key;
static sem_t semaphore;

static unsigned int counter, atomic_counter, initialized, destroyed;
static uint64_t wide[2];
static unsigned int queue[QUEUE], queue_first, queue_length, sum_taken;
static _Thread_local unsigned int own = 17;
static _Thread_local unsigned char zeros[300];

static void run_all(void *(*work)(void *), pthread_t threads[THREADS])
{
	for (uintptr_t i = 0; i < THREADS; i++) {
		CHECK(pthread_create(&threads[i], NULL, work, (void *)i) == 0);
	}
}

static void join_all(pthread_t threads[THREADS])
{
	for (uintptr_t i = 0; i < THREADS; i++) {
		void *result;

		CHECK(pthread_join(threads[i], &result) == 0 && result == (void *)(i * 3));
	}
}

static void initialize(void)
{
	initialized++;
}

static void note_destruction(void *value)
{
	CHECK(*(unsigned int *)value == own);
	__atomic_add_fetch(&destroyed, 1, __ATOMIC_SEQ_CST);
}

static void *work_on_counters(void *argument)
{
	CHECK(pthread_once(&once, initialize) == 0 && initialized == 1);
	CHECK(own == 17 && zeros[299] == 0);
	own = (unsigned int)(uintptr_t)argument;
	CHECK(pthread_setspecific(key, &own) == 0);
	for (int i = 0; i < ROUNDS; i++) {
		CHECK(pthread_mutex_lock(&lock) == 0);
		counter++;
		wide[0] += UINT64_C(0x100000001);
		wide[1] = wide[0] ^ ~UINT64_C(0);
		CHECK(pthread_mutex_unlock(&lock) == 0);
		__atomic_add_fetch(&atomic_counter, 3, __ATOMIC_RELAXED);
		memset(zeros, (int)own, sizeof(zeros));
		CHECK(zeros[(unsigned int)i % sizeof(zeros)] == own);
	}
	CHECK(own == (unsigned int)(uintptr_t)argument && pthread_getspecific(key) == &own);
	return (void *)((uintptr_t)argument * 3);
}

static void test_counters(void)
{
	pthread_t threads[THREADS];

	CHECK(pthread_key_create(&key, note_destruction) == 0);
	run_all(work_on_counters, threads);
	join_all(threads);
	CHECK(counter == THREADS * ROUNDS && atomic_counter == 3 * THREADS * ROUNDS);
	CHECK(wide[0] == THREADS * ROUNDS * UINT64_C(0x100000001) && wide[1] == ~wide[0]);
	CHECK(destroyed == THREADS && own == 17);
	CHECK(pthread_key_delete(key) == 0);
}

/* The even threads put numbers into a short queue, the odd ones take them out. */
static void *work_on_queue(void *argument)
{
	for (unsigned int i = 1; i <= ROUNDS; i++) {
		CHECK(pthread_mutex_lock(&lock) == 0);
		if ((uintptr_t)argument % 2 == 0) {
			while (queue_length == QUEUE) {
				CHECK(pthread_cond_wait(&not_full, &lock) == 0);
			}
			queue[(queue_first + queue_length++) % QUEUE] = i;
			CHECK(pthread_cond_signal(&not_empty) == 0);
		} else {
			while (queue_length == 0) {
				CHECK(pthread_cond_wait(&not_empty, &lock) == 0);
			}
			sum_taken += queue[queue_first];
			queue_first = (queue_first + 1) % QUEUE;
			queue_length--;
			CHECK(pthread_cond_signal(&not_full) == 0);
		}
		CHECK(pthread_mutex_unlock(&lock) == 0);
	}
	return (void *)((uintptr_t)argument * 3);
}

static void test_queue(void)
{
	pthread_t threads[THREADS];

	run_all(work_on_queue, threads);
	join_all(threads);
	CHECK(queue_length == 0 && sum_taken == THREADS / 2 * (ROUNDS * (ROUNDS + 1) / 2));
}

static unsigned int places[THREADS];

/* In each phase a thread reads what its neighbour wrote in the phase before. */
static void *work_in_phases(void *argument)
{
	uintptr_t self = (uintptr_t)argument;
	unsigned int serial = 0;

	for (unsigned int phase = 1; phase <= 40; phase++) {
		unsigned int seen = places[(self + 1) % THREADS];
		int result;

		CHECK(seen == phase - 1);
		result = pthread_barrier_wait(&barrier);
		CHECK(result == 0 || result == PTHREAD_BARRIER_SERIAL_THREAD);
		serial += result == PTHREAD_BARRIER_SERIAL_THREAD;
		places[self] = phase;
		pthread_barrier_wait(&barrier);
	}
	__atomic_add_fetch(&atomic_counter, serial, __ATOMIC_RELAXED);
	return (void *)(self * 3);
}

static void test_barrier(void)
{
	pthread_t threads[THREADS];

	atomic_counter = 0;
	CHECK(pthread_barrier_init(&barrier, NULL, THREADS) == 0);
	run_all(work_in_phases, threads);
	join_all(threads);
	CHECK(atomic_counter == 40 && pthread_barrier_destroy(&barrier) == 0);
}

static unsigned int pair[2];

static void *work_as_readers(void *argument)
{
	for (int i = 0; i < 300; i++) {
		if ((uintptr_t)argument == 0) {
			CHECK(pthread_rwlock_wrlock(&rwlock) == 0);
			pair[0]++;
			pair[1]--;
		} else {
			CHECK(pthread_rwlock_rdlock(&rwlock) == 0);
			CHECK(pair[0] + pair[1] == 0);
		}
		CHECK(pthread_rwlock_unlock(&rwlock) == 0);
	}
	CHECK(sem_post(&semaphore) == 0);
	return (void *)((uintptr_t)argument * 3);
}

static void test_readers(void)
{
	pthread_t threads[THREADS];

	CHECK(sem_init(&semaphore, 0, 0) == 0);
	run_all(work_as_readers, threads);
	for (int i = 0; i < THREADS; i++) {
		CHECK(sem_wait(&semaphore) == 0);
	}
	CHECK(sem_trywait(&semaphore) == -1 && errno == EAGAIN);
	join_all(threads);
	CHECK(pair[0] == 300);
}

static volatile unsigned int cleaned;
static pthread_t signalled;

static void clean(void *argument)
{
	cleaned += (unsigned int)(uintptr_t)argument;
}

static void *wait_for_ever(void *argument)
{
	pthread_cleanup_push(clean, argument);
	CHECK(sem_post(&semaphore) == 0);
	for (;;) {
		pause();
	}
	pthread_cleanup_pop(0);
	return NULL;
}

static void note_thread(int number)
{
	(void)number;
	signalled = pthread_self();
	sem_post(&semaphore);
}

static void test_cancel(void)
{
	pthread_t thread;
	void *result;

	CHECK(signal(SIGUSR2, note_thread) != SIG_ERR);
	CHECK(pthread_create(&thread, NULL, wait_for_ever, (void *)5) == 0);
	CHECK(sem_wait(&semaphore) == 0);
	CHECK(pthread_kill(thread, SIGUSR2) == 0);
	while (sem_wait(&semaphore) != 0) {
		CHECK(errno == EINTR);
	}
	CHECK(pthread_equal(signalled, thread));
	CHECK(pthread_cancel(thread) == 0);
	CHECK(pthread_join(thread, &result) == 0 && result == PTHREAD_CANCELED && cleaned == 5);
}

static void *do_nothing(void *argument)
{
	return argument;
}

static void test_many(void)
{
	pthread_attr_t attributes;
	pthread_t thread;
	void *result;

	CHECK(pthread_attr_init(&attributes) == 0);
	CHECK(pthread_attr_setstacksize(&attributes, 32768) == 0);
	for (uintptr_t i = 0; i < 200; i++) {
		CHECK(pthread_create(&thread, &attributes, do_nothing, (void *)i) == 0);
		CHECK(pthread_join(thread, &result) == 0 && result == (void *)i);
	}
}

int main(void)
{
	test_counters();
	test_queue();
	test_barrier();
	test_readers();
	test_cancel();
	test_many();
	return check_ok("thread");
}
