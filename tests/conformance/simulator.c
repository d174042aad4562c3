/* SPDX-License-Identifier: MIT */
/*
 * simulator.c - child processes: start, read, time limit, CPU time.
 */
#include "tests/conformance/simulator.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ARGUMENTS_MAX 40
/* A run that prints more than this has gone wild. */
#define TEXT_MAX ((size_t)256 << 20)

struct child {
	pid_t pid;
	int in;  /* our end of its standard input: GXemul wants it open */
	int out; /* our end of its standard output */
	size_t capacity;
};

/* Copies a command line with its NULL; the arrays below are shorter than ARGUMENTS_MAX. */
static void copy_arguments(const char **to, const char *const *from)
{
	unsigned i = 0;

	do {
		to[i] = from[i];
	} while (from[i++] != NULL && i < ARGUMENTS_MAX);
}

/* The command lines; RAM_BYTES (image.h) is 64 MB. */
static void command_line(const struct simulator_paths *paths, enum simulator simulator,
			 const char *elf, bool big, const char **arguments)
{
	const char *const mirrorball[] = { paths->mirrorball,
					   "exec",
					   "--memory",
					   "64M",
					   "--endian",
					   big ? "big" : "little",
					   "--max-instructions",
					   "2000000000",
					   "--quiet",
					   elf,
					   NULL };
	const char *const qemu[] = { big ? "qemu-system-mips64" : "qemu-system-mips64el",
				     "-M",
				     "malta",
				     "-cpu",
				     "R4000",
				     "-m",
				     "64",
				     "-vga",
				     "none",
				     "-display",
				     "none",
				     "-monitor",
				     "none",
				     "-serial",
				     "null",
				     "-serial",
				     "null",
				     "-serial",
				     "stdio",
				     "-no-reboot",
				     "-net",
				     "none",
				     "-kernel",
				     elf,
				     NULL };
	const char *const gxemul[] = { "gxemul", "-q", "-A", "-E", "testmips", "-C",
				       "R4000",  "-M", "64", elf,  NULL };

	copy_arguments(arguments, simulator == MIRRORBALL ? mirrorball
				  : simulator == QEMU     ? qemu
							  : gxemul);
}

static bool child_start(struct child *child, const char **arguments)
{
	posix_spawn_file_actions_t actions;
	int in[2];
	int out[2];
	int error;

	if (pipe2(in, O_CLOEXEC) != 0) {
		return false;
	}
	if (pipe2(out, O_CLOEXEC) != 0) {
		close(in[0]);
		close(in[1]);
		return false;
	}
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, in[0], 0);
	posix_spawn_file_actions_adddup2(&actions, out[1], 1);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	error = posix_spawnp(&child->pid, arguments[0], &actions, NULL, (char *const *)arguments,
			     environ);
	posix_spawn_file_actions_destroy(&actions);
	close(in[0]);
	close(out[1]);
	child->in = in[1];
	child->out = out[0];
	if (error != 0) {
		fprintf(stderr, "conformance: %s: %s\n", arguments[0], strerror(error));
		close(child->in);
		close(child->out);
		child->pid = 0;
		return false;
	}
	return true;
}

/* Reads what is there; false at the end. */
static bool child_read(struct child *child, struct simulator_run *run)
{
	ssize_t got;

	if (child->capacity - run->length < 65536) {
		char *text;

		child->capacity = child->capacity * 2 + 131072;
		text = realloc(run->text, child->capacity);
		if (text == NULL) {
			return false;
		}
		run->text = text;
	}
	got = read(child->out, run->text + run->length, 65535);
	if (got <= 0) {
		return got < 0 && errno == EINTR;
	}
	run->length += (size_t)got;
	return run->length < TEXT_MAX;
}

static void child_finish(struct child *child, struct simulator_run *run, bool kill_it)
{
	struct rusage usage;

	if (kill_it) {
		kill(child->pid, SIGKILL);
		run->timed_out = true;
	}
	close(child->in);
	close(child->out);
	while (wait4(child->pid, &run->status, 0, &usage) < 0 && errno == EINTR) {
	}
	run->cpu_seconds = (double)usage.ru_utime.tv_sec + 1e-6 * (double)usage.ru_utime.tv_usec +
			   (double)usage.ru_stime.tv_sec + 1e-6 * (double)usage.ru_stime.tv_usec;
	if (run->text == NULL) {
		run->text = calloc(1, 1);
	} else {
		run->text[run->length] = '\0';
	}
	child->pid = 0;
}

static int milliseconds_left(const struct timespec *end)
{
	struct timespec now;
	long long left;

	clock_gettime(CLOCK_MONOTONIC, &now);
	left = (end->tv_sec - now.tv_sec) * 1000LL + (end->tv_nsec - now.tv_nsec) / 1000000;
	return left < 0 ? 0 : (int)left;
}

/* Reads from all children until each has closed its output or the time is over. */
static void children_wait(struct child *children, struct simulator_run *runs, unsigned timeout)
{
	struct timespec end;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += timeout;
	for (;;) {
		struct pollfd polls[SIMULATORS];
		nfds_t count = 0;
		unsigned owner[SIMULATORS];
		int left = milliseconds_left(&end);

		for (unsigned i = 0; i < SIMULATORS; i++) {
			if (children[i].pid != 0) {
				owner[count] = i;
				polls[count++] =
					(struct pollfd){ .fd = children[i].out, .events = POLLIN };
			}
		}
		if (count == 0) {
			return;
		}
		if (left > 0 && poll(polls, count, left) < 0 && errno != EINTR) {
			left = 0;
		}
		for (nfds_t i = 0; i < count; i++) {
			unsigned which = owner[i];

			if (left == 0) {
				child_finish(&children[which], &runs[which], true);
			} else if (polls[i].revents != 0 &&
				   !child_read(&children[which], &runs[which])) {
				child_finish(&children[which], &runs[which],
					     runs[which].length >= TEXT_MAX);
			}
		}
	}
}

bool simulator_run_all(const struct simulator_paths *paths, const char *elf, bool big,
		       struct simulator_run runs[SIMULATORS])
{
	const bool wanted[SIMULATORS] = { paths->mirrorball != NULL, paths->qemu, paths->gxemul };
	struct child children[SIMULATORS] = { 0 };
	bool started = true;

	for (unsigned i = 0; i < SIMULATORS; i++) {
		const char *arguments[ARGUMENTS_MAX];

		runs[i] = (struct simulator_run){ 0 };
		if (wanted[i] && started) {
			command_line(paths, i, elf, big, arguments);
			started = child_start(&children[i], arguments);
		}
	}
	children_wait(children, runs, started ? paths->timeout_seconds : 0);
	return started;
}
