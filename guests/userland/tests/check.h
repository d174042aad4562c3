/* SPDX-License-Identifier: MIT */
/*
 * check.h - what the self-checks share. A check prints "ok NAME" and ends with 0, or says in one
 * line what was wrong and ends with 1. Nothing it prints may change from run to run.
 */
#pragma once

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHECK(condition)                                            \
	do {                                                        \
		if (!(condition)) {                                 \
			check_fail(__FILE__, __LINE__, #condition); \
		}                                                   \
	} while (0)

static inline _Noreturn void check_fail(const char *file, int line, const char *condition)
{
	fprintf(stderr, "%s:%d: %s does not hold (errno: %s)\n", file, line, condition,
		strerror(errno));
	/* A child or a thread must not run the exit handlers of the whole. */
	_exit(1);
}

/* Ends the check well. */
static inline int check_ok(const char *name)
{
	printf("ok %s\n", name);
	return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* Runs WORK in a child with what it is given; the child's exit status is the result. */
static inline pid_t check_start(int (*work)(void *), void *argument)
{
	pid_t child = fork();

	CHECK(child >= 0);
	if (child == 0) {
		_exit(work(argument));
	}
	return child;
}

/* Waits for CHILD, which must end by itself with status 0. */
static inline void check_join(pid_t child)
{
	int status;

	CHECK(waitpid(child, &status, 0) == child);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* The next of a fixed sequence of numbers. */
static inline unsigned int check_random(unsigned int *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}
