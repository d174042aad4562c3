/* SPDX-License-Identifier: MIT */
/*
 * options.h - the arguments of a workload's program: SIZE [MEMBERS] [threads|processes]. Without
 * MEMBERS there is one for each CPU, in size "uni" one alone.
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guests/workloads/team.h"

struct options {
	unsigned size;    /* index among the names */
	unsigned members; /* 1 before options_read() */
	enum team_kind kind;
};

/* False, with a message: wrong arguments. `options` begins with what holds where none is given. */
static inline bool options_read(struct options *options, int argc, char **argv,
				const char *const *sizes, unsigned size_count)
{
	unsigned found = 0;

	while (argc > 1 && found < size_count && strcmp(argv[1], sizes[found]) != 0) {
		found++;
	}
	if (argc < 2 || argc > 4 || found == size_count) {
		fprintf(stderr, "Usage: %s SIZE [MEMBERS] [threads|processes]; sizes:", argv[0]);
		for (unsigned i = 0; i < size_count; i++) {
			fprintf(stderr, " %s", sizes[i]);
		}
		fprintf(stderr, "\n");
		return false;
	}
	options->size = found;
	if (argc > 2) {
		options->members = (unsigned)strtoul(argv[2], NULL, 10);
	} else if (strcmp(argv[1], "uni") != 0) {
		options->members = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
	}
	if (argc > 3) {
		options->kind = strcmp(argv[3], "processes") == 0 ? TEAM_PROCESSES : TEAM_THREADS;
	}
	return true;
}
