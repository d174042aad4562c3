/* SPDX-License-Identifier: MIT */
/*
 * run.c - the simulator as a child process; its output is read to the end.
 */
#include "tests/equivalence/run.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* A run that prints more than this has gone wild. */
#define TEXT_MAX ((size_t)256 << 20)
/* Of all instructions of an image: a program that hangs ends the run, with code 5. */
#define MAX_INSTRUCTIONS "2000000000"

const char *const run_way_names[WAYS] = { "oracle", "trap", "shared-page", "rewrite" };

/* The guest has 48 MB: the image's largest pages end at 32 MB, a device tree lies at its top. */
static bool write_configuration(const struct run_paths *paths, enum run_way way, const char *elf,
				const char *path)
{
	FILE *file = fopen(path, "w");

	if (file == NULL) {
		fprintf(stderr, "equivalence: %s: %s\n", path, strerror(errno));
		return false;
	}
	fprintf(file,
		"return {\n"
		"\tprogram = \"%s\",\n"
		"\tmachine = { nodes = 1, memory_per_node = \"80M\" },\n"
		"\tmodules = { { name = \"kernel\", file = \"%s\" } },\n"
		"\tvms = { { name = \"test\", memory = \"48M\", kernel = \"kernel\", "
		"privileged = \"%s\" } },\n"
		"}\n",
		paths->monitor, elf, run_way_names[way]);
	return fclose(file) == 0;
}

#define ARGUMENTS_MAX 40

static void command_line(const struct run_paths *paths, enum run_way way, const char *program,
			 const char **arguments)
{
	unsigned n = 0;

	arguments[n++] = paths->mirrorball;
	arguments[n++] = way == WAY_ORACLE ? "exec" : "run";
	arguments[n++] = "--quiet";
	arguments[n++] = "--max-instructions";
	arguments[n++] = MAX_INSTRUCTIONS;
	if (way == WAY_ORACLE) {
		arguments[n++] = "--memory";
		arguments[n++] = "48M";
		arguments[n++] = "--set";
		arguments[n++] = "cpu.segments=vm";
	} else {
		for (unsigned i = 0; paths->settings[i] != NULL && n < ARGUMENTS_MAX - 4; i++) {
			arguments[n++] = "--set";
			arguments[n++] = paths->settings[i];
		}
	}
	arguments[n++] = program;
	arguments[n] = NULL;
}

static bool start(const char *const *arguments, pid_t *pid, int *from)
{
	posix_spawn_file_actions_t actions;
	int out[2];
	int error;

	if (pipe2(out, O_CLOEXEC) != 0) {
		return false;
	}
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, out[1], 1);
	posix_spawn_file_actions_adddup2(&actions, out[1], 2);
	error = posix_spawn(pid, arguments[0], &actions, NULL, (char *const *)arguments, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(out[1]);
	if (error != 0) {
		fprintf(stderr, "equivalence: %s: %s\n", arguments[0], strerror(error));
		close(out[0]);
		return false;
	}
	*from = out[0];
	return true;
}

static void read_all(int from, struct run_output *output)
{
	size_t capacity = 0;

	for (;;) {
		ssize_t got;

		if (capacity - output->length < 65536) {
			char *text;

			capacity = capacity * 2 + 131072;
			text = realloc(output->text, capacity);
			if (text == NULL || output->length > TEXT_MAX) {
				fprintf(stderr, "equivalence: too much output\n");
				exit(2);
			}
			output->text = text;
		}
		got = read(from, output->text + output->length, 65535);
		if (got == 0 || (got < 0 && errno != EINTR)) {
			output->text[output->length] = '\0';
			return;
		}
		output->length += got > 0 ? (size_t)got : 0;
	}
}

bool run_image(const struct run_paths *paths, enum run_way way, const char *elf,
	       struct run_output *output)
{
	const char *arguments[ARGUMENTS_MAX];
	char configuration[4096];
	const char *program = elf;
	struct rusage usage;
	pid_t pid;
	int from;

	*output = (struct run_output){ 0 };
	if (way != WAY_ORACLE) {
		(void)snprintf(configuration, sizeof(configuration), "%s.%s.lua", elf,
			       run_way_names[way]);
		if (!write_configuration(paths, way, elf, configuration)) {
			return false;
		}
		program = configuration;
	}
	command_line(paths, way, program, arguments);
	if (!start(arguments, &pid, &from)) {
		return false;
	}
	read_all(from, output);
	close(from);
	while (wait4(pid, &output->status, 0, &usage) < 0 && errno == EINTR) {
	}
	output->cpu_seconds = (double)usage.ru_utime.tv_sec +
			      1e-6 * (double)usage.ru_utime.tv_usec +
			      (double)usage.ru_stime.tv_sec + 1e-6 * (double)usage.ru_stime.tv_usec;
	if (way != WAY_ORACLE) {
		(void)unlink(configuration);
	}
	return true;
}

/* Of several passes, the last one's line counts: the digest goes on from pass to pass. */
bool run_find_result(const struct run_output *output, unsigned number, struct run_result *result)
{
	const char *line = output->text;
	bool is_found = false;

	while ((line = strstr(line, "~D ")) != NULL) {
		struct run_result found;
		uint64_t program;

		if (sscanf(line,
			   "~D %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64
			   " %" SCNx64,
			   &program, &found.reason, &found.records, &found.digest, &found.ticks,
			   &found.ticks_inside) == 6 &&
		    program == number) {
			*result = found;
			is_found = true;
		}
		line += 3;
	}
	return is_found;
}
