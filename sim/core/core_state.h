/* SPDX-License-Identifier: MIT */
/* core_state.h - a core's state for checkpoints. */
#pragma once

#include "sim/core/core.h"
#include "sim/state_io.h"

/*
 * Saves or loads all of a core between two instructions. What only makes it fast (soft TLBs,
 * blocks) is made anew; core_restore() must follow when all cores are loaded.
 */
void core_state(struct core *core, struct state_io *io);

/* After loading, with all cores and RAM in place: what follows from the state. */
void core_restore(struct core *core);
