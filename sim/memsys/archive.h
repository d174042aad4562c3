/* SPDX-License-Identifier: MIT */
/* archive.h - all state of a memory system, for checkpoints in timing mode. */
#pragma once

#include <stdbool.h>

struct memsys;
struct state_io;

/*
 * Saves or loads everything, also what is under way: saved between any two quanta, loaded into a
 * memory system of the same configuration, it goes on as if nothing had been. False, with
 * `io->has_failed`, for what cannot be the state of such a memory system, which then is as after
 * creation; what passes does no harm to the host. hot_page() is not called: whose lines are up is
 * part of the state of the CPUs.
 */
bool memsys_state(struct memsys *memsys, struct state_io *io);
