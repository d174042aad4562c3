/* SPDX-License-Identifier: MIT */
/* exec_options.h - the command line of `mirrorball exec`; untrusted, and fuzzed. */
#pragma once

#include "sim/cmd/run_options.h"
#include "sim/cmd/settings.h"

struct exec_options {
	struct run_options run;
	struct settings settings;
	const char *program; /* NULL if help was asked for */
	struct option_list disks;
};

/* Parses argv[1..] and checks it. With --help the rest is not checked. */
bool exec_options_parse(struct exec_options *options, int argc, char **argv, struct error *err);

void exec_options_print_help(void);
