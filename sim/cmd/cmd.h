/* SPDX-License-Identifier: MIT */
/* cmd.h - the subcommands of `mirrorball`. Each takes its own argv and returns the exit code. */
#pragma once

#include "sim/error.h"

#define CMD_VERSION "0.1"

int cmd_run(int argc, char **argv);
int cmd_exec(int argc, char **argv);
int cmd_resume(int argc, char **argv);
int cmd_disasm(int argc, char **argv);
int cmd_core(int argc, char **argv);
int cmd_image(int argc, char **argv);
int cmd_stats(int argc, char **argv);
int cmd_reproduce(int argc, char **argv);
int cmd_sweep(int argc, char **argv);

/*
 * Prints the last line of stderr, "mirrorball: E<code> <text>", and returns the code. Every
 * subcommand ends through here when it does not end with 0.
 */
int cmd_fail(const struct error *err);

/* Brings what was printed to stdout: 0, or the code of the failure. */
int cmd_flush(void);
