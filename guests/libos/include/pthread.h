/* SPDX-License-Identifier: MIT */
/*
 * pthread.h - threads of the library OS: one on each CPU, which it has for itself; locks and
 * barriers that spin (threads.c).
 */
#pragma once

#include <errno.h>
#include <stdint.h>

#include "guests/lib/lock.h"

struct pthread_barrier {
	struct barrier barrier;
	uint32_t count;
};

#define pthread_t             unsigned /* the CPU */
#define pthread_mutex_t       struct lock
#define pthread_barrier_t     struct pthread_barrier
#define pthread_attr_t        int
#define pthread_mutexattr_t   int
#define pthread_barrierattr_t int

#define PTHREAD_BARRIER_SERIAL_THREAD (-1)
#define PTHREAD_PROCESS_SHARED        1

/* EAGAIN: every CPU has a thread. A CPU whose thread has been joined is free again. */
int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *),
		   void *argument);
int pthread_join(pthread_t thread, void **result);

int pthread_barrier_init(pthread_barrier_t *barrier, const pthread_barrierattr_t *attributes,
			 unsigned count);
int pthread_barrier_wait(pthread_barrier_t *barrier);

static inline int pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes)
{
	(void)attributes;
	mutex->held = 0;
	return 0;
}

static inline int pthread_mutex_lock(pthread_mutex_t *mutex)
{
	lock_acquire(mutex);
	return 0;
}

static inline int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
	lock_release(mutex);
	return 0;
}

/* There are no processes to share with. */
static inline int pthread_mutexattr_init(pthread_mutexattr_t *attributes)
{
	return *attributes = 0;
}

static inline int pthread_mutexattr_setpshared(pthread_mutexattr_t *attributes, int shared)
{
	(void)attributes;
	return shared ? ENOTSUP : 0;
}

static inline int pthread_barrierattr_init(pthread_barrierattr_t *attributes)
{
	return *attributes = 0;
}

static inline int pthread_barrierattr_setpshared(pthread_barrierattr_t *attributes, int shared)
{
	(void)attributes;
	return shared ? ENOTSUP : 0;
}
