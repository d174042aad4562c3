/* SPDX-License-Identifier: MIT */
/* main.c - picks the subcommand. */
#include <stdio.h>
#include <string.h>

#include "sim/cmd/cmd.h"
#include "sim/cmd/options.h"

struct subcommand {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
};

static const struct subcommand subcommands[] = {
	{ "run", cmd_run, "run the machine that a configuration describes: run CONFIG.lua" },
	{ "exec", cmd_exec, "run a bare-metal program: exec PROGRAM.elf" },
	{ "resume", cmd_resume, "go on from a checkpoint of --save: resume CHECKPOINT" },
	{ "disasm", cmd_disasm, "disassemble: disasm FILE.elf" },
	{ "core", cmd_core, "a virtual machine of a checkpoint, for GDB: core CHECKPOINT [CORE]" },
	{ "image", cmd_image, "create, inspect, commit, compact overlays of disks: image ACTION" },
	{ "stats", cmd_stats, "show the statistics of a finished run: stats DIR" },
	{ "reproduce", cmd_reproduce, "run experiments of the paper: reproduce all" },
	{ "sweep", cmd_sweep, "many runs by a plan, here or on a cluster: sweep PLAN.lua" },
};

#define SUBCOMMANDS (sizeof(subcommands) / sizeof(subcommands[0]))

static const char *subcommand_name(const void *context, size_t index)
{
	return ((const struct subcommand *)context)[index].name;
}

static int print_help(void)
{
	puts("mirrorball - a simulated MIPS R4000 multiprocessor\n\n"
	     "usage: mirrorball SUBCOMMAND [OPTION...] ...\n");
	for (size_t i = 0; i < SUBCOMMANDS; i++) {
		printf("  %-10s %s\n", subcommands[i].name, subcommands[i].help);
	}
	puts("\nmirrorball SUBCOMMAND --help tells the options, mirrorball --version the version;\n"
	     "docs/command.md has all of it.");
	return cmd_flush();
}

static int print_version(void)
{
	puts("mirrorball " CMD_VERSION);
	return cmd_flush();
}

static int unknown_subcommand(const char *name)
{
	const char *nearest = options_nearest(name, subcommand_name, subcommands, SUBCOMMANDS);
	char known[160] = "";
	struct error err;

	for (size_t i = 0; i < SUBCOMMANDS; i++) {
		size_t used = strlen(known);

		snprintf(known + used, sizeof(known) - used, "%s%s", i > 0 ? ", " : "",
			 subcommands[i].name);
	}
	error_set(&err, EXIT_USAGE, "unknown %s '%s'%s%s%s; there are: %s",
		  name[0] == '-' ? "option" : "subcommand", name, nearest ? " (did you mean " : "",
		  nearest ? nearest : "", nearest ? "?)" : "", known);
	return cmd_fail(&err);
}

int main(int argc, char **argv)
{
	struct error err;

	if (argc < 2) {
		error_set(&err, EXIT_USAGE, "no subcommand; mirrorball --help lists them");
		return cmd_fail(&err);
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strcmp(argv[1], "help") == 0) {
		return print_help();
	}
	if (strcmp(argv[1], "--version") == 0) {
		return print_version();
	}
	for (size_t i = 0; i < SUBCOMMANDS; i++) {
		if (strcmp(argv[1], subcommands[i].name) == 0) {
			return subcommands[i].run(argc - 1, argv + 1);
		}
	}
	return unknown_subcommand(argv[1]);
}
