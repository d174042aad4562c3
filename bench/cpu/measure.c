/* SPDX-License-Identifier: MIT */
/*
 * measure.c - runs a command and writes what it cost: host CPU time, wall time, memory.
 *
 *     measure RESULT COMMAND [ARGUMENT...]
 *
 * RESULT gets one line: CPU seconds (user and system, all threads), wall seconds, largest resident
 * set in KiB. The exit code is the command's; 126 if it could not be measured. Used by
 * bench/cpu/run.
 */
#include <errno.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FAILED 126

extern char **environ;

static double measure_seconds(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static double measure_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int measure_write(const char *path, const struct rusage *usage, double wall)
{
	FILE *file = fopen(path, "w");
	bool is_bad = file == NULL;

	if (file != NULL) {
		is_bad =
			fprintf(file, "%.6f %.6f %ld\n",
				measure_seconds(usage->ru_utime) + measure_seconds(usage->ru_stime),
				wall, usage->ru_maxrss) < 0;
		is_bad |= fclose(file) != 0;
	}
	if (is_bad) {
		fprintf(stderr, "measure: %s: %s\n", path, strerror(errno));
		return FAILED;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct rusage usage;
	double begin;
	double end;
	pid_t child;
	int status;
	int error;

	if (argc < 3) {
		fprintf(stderr, "usage: measure RESULT COMMAND [ARGUMENT...]\n");
		return FAILED;
	}
	begin = measure_clock();
	error = posix_spawnp(&child, argv[2], NULL, NULL, &argv[2], environ);
	if (error != 0) {
		fprintf(stderr, "measure: %s: %s\n", argv[2], strerror(error));
		return FAILED;
	}
	while (wait4(child, &status, 0, &usage) < 0) {
		if (errno != EINTR) {
			fprintf(stderr, "measure: %s\n", strerror(errno));
			return FAILED;
		}
	}
	end = measure_clock();
	error = measure_write(argv[1], &usage, end - begin);
	if (error != 0) {
		return error;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : FAILED;
}
