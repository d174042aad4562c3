/* SPDX-License-Identifier: MIT */
/* cmd.c - how every subcommand ends. */
#include "sim/cmd/cmd.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int cmd_fail(const struct error *err)
{
	struct error shown = *err;

	/* File names and values come from anywhere; the cause stays one line, without escapes. */
	for (size_t i = 0; shown.text[i] != '\0'; i++) {
		unsigned char byte = (unsigned char)shown.text[i];

		if (byte < ' ' || byte == 0x7f) {
			shown.text[i] = '?';
		}
	}
	fflush(stdout);
	fprintf(stderr, "mirrorball: E%d %s\n", (int)shown.code, shown.text);
	return (int)shown.code;
}

int cmd_flush(void)
{
	struct error err;

	if (fflush(stdout) == 0 && ferror(stdout) == 0) {
		return EXIT_DONE;
	}
	error_set(&err, EXIT_HOST_IO, "cannot write to standard output: %s", strerror(errno));
	return cmd_fail(&err);
}
