/* SPDX-License-Identifier: MIT */
/*
 * team.c - teams on POSIX threads: Linux in the guest and on the host, and the library OS, which
 * has threads only (team.h).
 */
#include "guests/workloads/team.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef GUEST_LIBOS
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#endif

_Static_assert(sizeof(pthread_mutex_t) <= sizeof(struct team_lock), "a lock holds a mutex");

/* What processes share. */
struct shared {
	pthread_barrier_t barrier;
#ifndef GUEST_LIBOS
	pid_t processes[TEAM_MEMBERS_MAX];
#endif
};

static struct {
	const char *program;
	const char *size;
	unsigned members;
	enum team_kind kind;
	struct shared *shared;
	team_fn *fn;
} team;

static bool fail(const char *what)
{
	fprintf(stderr, "%s: %s\n", team.program, what);
	return false;
}

/* The others wait at a barrier, or will: they end too. */
void team_abort(const char *what)
{
	fail(what);
#ifndef GUEST_LIBOS
	if (team.kind == TEAM_PROCESSES) {
		for (unsigned i = TEAM_MEMBERS_MAX; i-- > 0;) {
			pid_t process = team.shared->processes[i];

			if (process != 0 && process != getpid()) {
				kill(process, SIGTERM);
			}
		}
	}
#endif
	exit(2);
}

/* Pages that are made at the first touch, where there are such; in the library OS all are there. */
void *team_memory(size_t bytes)
{
#ifdef GUEST_LIBOS
	void *memory = calloc(1, bytes);
#else
	int kind = team.kind == TEAM_PROCESSES ? MAP_SHARED : MAP_PRIVATE;
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, kind | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED) {
		memory = NULL;
	}
#endif
	if (memory == NULL) {
		fail("not enough memory");
	}
	return memory;
}

bool team_open(const char *program, const char *size, unsigned members, enum team_kind kind)
{
	pthread_barrierattr_t attributes;

	team.program = program;
	team.size = size;
	team.members = members;
	team.kind = kind;
	if (members == 0 || members > TEAM_MEMBERS_MAX) {
		return fail("a team has 1 to 64 members");
	}
	team.shared = team_memory(sizeof(*team.shared));
	if (team.shared == NULL) {
		return false;
	}
	pthread_barrierattr_init(&attributes);
	if (kind == TEAM_PROCESSES &&
	    pthread_barrierattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED) != 0) {
		return fail("no barrier for processes");
	}
	return pthread_barrier_init(&team.shared->barrier, &attributes, members) == 0 ||
	       fail("no barrier");
}

static void *thread(void *argument)
{
	team.fn((unsigned)(uintptr_t)argument);
	return NULL;
}

static bool run_threads(void)
{
	static pthread_t threads[TEAM_MEMBERS_MAX];

	for (unsigned i = 1; i < team.members; i++) {
		if (pthread_create(&threads[i], NULL, thread, (void *)(uintptr_t)i) != 0) {
			team_abort("cannot start a thread");
		}
	}
	team.fn(0);
	for (unsigned i = 1; i < team.members; i++) {
		pthread_join(threads[i], NULL);
	}
	return true;
}

#ifndef GUEST_LIBOS
static bool run_processes(void)
{
	pid_t *processes = team.shared->processes;
	bool ok = true;
	int status;

	fflush(stdout);
	processes[0] = getpid();
	for (unsigned i = 1; i < team.members; i++) {
		pid_t child = fork();

		if (child < 0) {
			team_abort("cannot start a process");
		}
		if (child == 0) {
			team.fn(i);
			_exit(0);
		}
		processes[i] = child;
	}
	team.fn(0);
	for (unsigned i = 1; i < team.members; i++) {
		ok &= waitpid(processes[i], &status, 0) == processes[i] && status == 0;
	}
	return ok || fail("a process failed");
}
#endif

bool team_run(team_fn *fn)
{
	team.fn = fn;
#ifndef GUEST_LIBOS
	if (team.kind == TEAM_PROCESSES) {
		return run_processes();
	}
#endif
	return run_threads();
}

void team_barrier(void)
{
	pthread_barrier_wait(&team.shared->barrier);
}

/*
 * The last to arrive prints, while all others wait; a little longer, so that who reads the console
 * (the simulator looks every 100,000 cycles) can act before they go on.
 */
static void tell(const char *word)
{
	int is_last = pthread_barrier_wait(&team.shared->barrier);

	if (is_last == PTHREAD_BARRIER_SERIAL_THREAD) {
		printf("workload %s %s: %s\n", team.program, team.size, word);
		fflush(stdout);
		usleep(500);
	}
	pthread_barrier_wait(&team.shared->barrier);
}

void team_begin(void)
{
	tell("begin");
}

void team_end(void)
{
	tell("end");
}

bool team_lock_init(struct team_lock *lock)
{
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	if (team.kind == TEAM_PROCESSES &&
	    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED) != 0) {
		return fail("no lock for processes");
	}
	return pthread_mutex_init((pthread_mutex_t *)lock->words, &attributes) == 0 ||
	       fail("no lock");
}

void team_lock(struct team_lock *lock)
{
	pthread_mutex_lock((pthread_mutex_t *)lock->words);
}

void team_unlock(struct team_lock *lock)
{
	pthread_mutex_unlock((pthread_mutex_t *)lock->words);
}

int team_result(uint32_t found, uint32_t wanted)
{
	printf("workload %s %s: result %08x, %s\n", team.program, team.size, (unsigned)found,
	       found == wanted ? "right" : "WRONG");
	fflush(stdout);
	return found == wanted ? 0 : 1;
}
