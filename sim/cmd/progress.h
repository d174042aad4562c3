/* SPDX-License-Identifier: MIT */
/*
 * progress.h - the line on a terminal that says how far the run is.
 *
 * Plain characters only, no colours and no escape sequences, so it needs nothing of the terminal.
 */
#pragma once

#include <stdbool.h>

#include "sim/machine.h"

struct progress {
	bool is_on;    /* stderr is a terminal, and nobody asked for quiet */
	bool is_shown; /* the line stands on the terminal now */
};

void progress_show(struct progress *progress, const struct machine *machine, double host_seconds);

/* Takes the line away, if it stands there. */
void progress_clear(struct progress *progress);
