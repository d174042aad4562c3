/* SPDX-License-Identifier: MIT */
/*
 * moves.h - the pages that a monitor moves: its logs (machine/movement.h), read while it runs.
 *
 * Takes no simulated time and changes nothing. What the logs say is hostile input, as all that
 * inspect.h reads: a record may say anything, but what it says fits its fields.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "machine/map.h"
#include "machine/movement.h"
#include "sim/inspect/inspect.h"

struct move {
	uint64_t cycle; /* of the machine, when it was done */
	unsigned by;    /* the CPU that did it */
	struct movement_record record;
};

struct moves {
	uint64_t log[MAP_CPUS_MAX]; /* physical addresses, as far as known; 0: not */
	uint32_t seen[MAP_CPUS_MAX];
	uint64_t lost; /* records that were overwritten before they were read */
};

/* All records of the CPU since the last time, in order; `cycle` is now, and `count` its Count. */
void moves_look(struct moves *moves, const struct inspect *view, unsigned cpu, uint64_t cycle,
		uint32_t count, void (*take)(void *context, const struct move *move),
		void *context);
/* The totals of all CPUs, without records; false: the monitor moves no pages. */
bool moves_add_up(const struct inspect *view, struct movement_log *sum);

/* "migrate", "write_shared", ...; NULL: there is none of this number. */
const char *moves_action_name(unsigned action);
const char *moves_reason_name(unsigned reason);
