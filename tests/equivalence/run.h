/* SPDX-License-Identifier: MIT */
/*
 * run.h - one image on the oracle and in a virtual machine, and what each program printed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How an image is run. */
enum run_way {
	WAY_ORACLE, /* mirrorball exec --set cpu.segments=vm */
	WAY_TRAP,   /* in a virtual machine, by its policy for privileged registers */
	WAY_PAGE,
	WAY_REWRITE,
	WAYS
};

extern const char *const run_way_names[WAYS];

struct run_paths {
	const char *mirrorball;
	const char *monitor; /* in the image's byte order */
	const char *directory;
	const char *const *settings; /* --set of the run in a virtual machine; ends with NULL */
};

struct run_output {
	char *text;
	size_t length;
	int status; /* as of waitpid() */
	double cpu_seconds;
};

/* False after a message if the simulator could not be started. The text is the caller's to free. */
bool run_image(const struct run_paths *paths, enum run_way way, const char *elf,
	       struct run_output *output);

/* How a program ended, from its line "~D"; false if it printed none. */
struct run_result {
	uint64_t reason;
	uint64_t records;
	uint64_t digest;
	uint64_t ticks; /* timer interrupts taken; those behind the first instruction */
	uint64_t ticks_inside;
};

bool run_find_result(const struct run_output *output, unsigned number, struct run_result *result);
