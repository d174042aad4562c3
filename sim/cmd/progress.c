/* SPDX-License-Identifier: MIT */
/* progress.c - one line, written over itself. */
#include "sim/cmd/progress.h"

#include <stdio.h>

#define LINE_WIDTH 78

void progress_show(struct progress *progress, const struct machine *machine, double host_seconds)
{
	double clock_hz = (double)machine_get_config(machine)->clock_hz;
	double millions = (double)machine_instructions(machine) / 1e6;
	char line[LINE_WIDTH + 1];

	if (!progress->is_on) {
		return;
	}
	snprintf(line, sizeof(line),
		 "%.3f s simulated, %.0f million instructions, %.0f MIPS, %.1f s of host time",
		 (double)machine_cycles(machine) / clock_hz, millions,
		 host_seconds > 0 ? millions / host_seconds : 0.0, host_seconds);
	fprintf(stderr, "\r%-*s\r", LINE_WIDTH, line);
	progress->is_shown = true;
}

void progress_clear(struct progress *progress)
{
	if (progress->is_shown) {
		fprintf(stderr, "\r%*s\r", LINE_WIDTH, "");
		progress->is_shown = false;
	}
}
