/* SPDX-License-Identifier: MIT */
/*
 * fork.c - processes: exit codes and signals of children, memory that is copied on a write, exec
 * with arguments and environment, vfork, process groups, orphans, many children at once.
 */
#define _GNU_SOURCE 1
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/prctl.h>

#include "check.h"

#define CHILDREN 40
#define WORDS    65536

static uint32_t table[WORDS];

static void test_exit_codes(void)
{
	pid_t children[CHILDREN];

	for (int i = 0; i < CHILDREN; i++) {
		children[i] = fork();
		CHECK(children[i] >= 0);
		if (children[i] == 0) {
			_exit(i * 6);
		}
	}
	for (int i = CHILDREN - 1; i >= 0; i--) {
		int status;

		CHECK(waitpid(children[i], &status, 0) == children[i]);
		CHECK(WIFEXITED(status) && WEXITSTATUS(status) == i * 6);
	}
	CHECK(wait(NULL) == -1 && errno == ECHILD);
}

static int change_table(void *argument)
{
	uint32_t mark = *(uint32_t *)argument;

	for (uint32_t i = 0; i < WORDS; i++) {
		CHECK(table[i] == i);
		table[i] ^= mark;
	}
	for (uint32_t i = 0; i < WORDS; i++) {
		CHECK(table[i] == (i ^ mark));
	}
	return 0;
}

static void test_copies(void)
{
	pid_t children[8];
	uint32_t mark;

	for (uint32_t i = 0; i < WORDS; i++) {
		table[i] = i;
	}
	for (uint32_t i = 0; i < 8; i++) {
		mark = 0x01010101u << i;
		children[i] = check_start(change_table, &mark);
	}
	for (int i = 0; i < 8; i++) {
		check_join(children[i]);
	}
	for (uint32_t i = 0; i < WORDS; i++) {
		CHECK(table[i] == i);
	}
}

static void test_killed(void)
{
	pid_t child = fork();
	int status;

	CHECK(child >= 0);
	if (child == 0) {
		pause();
		_exit(0);
	}
	CHECK(waitpid(child, &status, WNOHANG) == 0);
	CHECK(kill(child, SIGSTOP) == 0);
	CHECK(waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status));
	CHECK(kill(child, SIGCONT) == 0);
	CHECK(waitpid(child, &status, WCONTINUED) == child && WIFCONTINUED(status));
	CHECK(kill(child, SIGKILL) == 0);
	CHECK(waitpid(child, &status, 0) == child);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	CHECK(kill(child, 0) == -1 && errno == ESRCH);
}

/* The program run by itself: argument 1 says so, the environment has one variable. */
static void test_exec(const char *self)
{
	char *arguments[] = { "fork", "again", "two words", "", NULL };
	char *environment[] = { "CHECK=42", NULL };
	pid_t child;
	int kept = open("/dev/null", O_RDONLY);
	int closed = open("/dev/null", O_RDONLY | O_CLOEXEC);

	CHECK(kept == 3 && closed == 4);
	child = vfork();
	CHECK(child >= 0);
	if (child == 0) {
		execve(self, arguments, environment);
		_exit(127);
	}
	check_join(child);
	CHECK(close(kept) == 0 && close(closed) == 0);
	CHECK(execl("/nonexistent", "x", (char *)NULL) == -1 && errno == ENOENT);
	CHECK(execl("/etc", "x", (char *)NULL) == -1 && errno == EACCES);
}

static int was_executed(int count, char **arguments, char **environment)
{
	CHECK(count == 4 && arguments[4] == NULL);
	CHECK(strcmp(arguments[2], "two words") == 0 && arguments[3][0] == '\0');
	CHECK(strcmp(environment[0], "CHECK=42") == 0 && environment[1] == NULL);
	CHECK(fcntl(3, F_GETFD) == 0);
	CHECK(fcntl(4, F_GETFD) == -1 && errno == EBADF);
	return 0;
}

/* A grandchild without its parent comes to the process that said it takes them. */
static void test_orphan(void)
{
	pid_t child, orphan;
	int status, ends[2];

	CHECK(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
	CHECK(pipe(ends) == 0);
	child = fork();
	CHECK(child >= 0);
	if (child == 0) {
		pid_t parent = getpid();

		orphan = fork();
		CHECK(orphan >= 0);
		if (orphan == 0) {
			while (getppid() == parent) {
				usleep(1000);
			}
			_exit(9);
		}
		CHECK(write(ends[1], &orphan, sizeof(orphan)) == sizeof(orphan));
		_exit(0);
	}
	check_join(child);
	CHECK(read(ends[0], &orphan, sizeof(orphan)) == sizeof(orphan));
	CHECK(waitpid(orphan, &status, 0) == orphan);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 9);
	CHECK(close(ends[0]) == 0 && close(ends[1]) == 0);
}

static void test_groups(void)
{
	pid_t children[4];
	int status;

	for (int i = 0; i < 4; i++) {
		children[i] = fork();
		CHECK(children[i] >= 0);
		if (children[i] == 0) {
			pause();
			_exit(0);
		}
		CHECK(setpgid(children[i], children[0]) == 0);
	}
	CHECK(kill(-children[0], SIGTERM) == 0);
	for (int i = 0; i < 4; i++) {
		CHECK(waitpid(-children[0], &status, 0) > 0);
		CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	}
}

int main(int argc, char **argv, char **envp)
{
	if (argc > 1 && strcmp(argv[1], "again") == 0) {
		return was_executed(argc, argv, envp);
	}
	test_exec("/proc/self/exe");
	test_exit_codes();
	test_copies();
	test_killed();
	test_orphan();
	test_groups();
	return check_ok("fork");
}
