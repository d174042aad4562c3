/* SPDX-License-Identifier: MIT */
/* moves.c - reads the logs of a monitor that moves pages. */
#include "sim/inspect/moves.h"

#include <stddef.h>

#include "sim/inspect/inspect_priv.h"

#define TOTALS_BYTES offsetof(struct movement_log, record)
/* Its totals are this many 64-bit numbers, after `written` and `records`. */
#define TOTALS ((TOTALS_BYTES - 2 * sizeof(uint32_t)) / sizeof(uint64_t))

static const struct inspect_run totals_members[] = { { 4, 2 }, { 8, TOTALS }, { 0, 0 } };
static const struct inspect_run written_members[] = { { 4, 2 }, { 0, 0 } };
static const struct inspect_run record_members[] = {
	{ 8, 1 }, { 4, 2 }, { 2, 1 }, { 1, 4 }, { 2, 5 }, { 0, 0 },
};

_Static_assert(TOTALS <= UINT8_MAX, "a run of so many");

static const char *const actions[MOVEMENT_ACTIONS] = {
	[MOVEMENT_NONE] = "none",
	[MOVEMENT_MIGRATE] = "migrate",
	[MOVEMENT_REPLICATE] = "replicate",
	[MOVEMENT_COLLAPSE] = "collapse",
};

static const char *const reasons[MOVEMENT_REASONS] = {
	[MOVEMENT_DOMINATED] = "dominated",
	[MOVEMENT_READ_SHARED] = "read_shared",
	[MOVEMENT_LOCAL] = "local",
	[MOVEMENT_WRITE_SHARED] = "write_shared",
	[MOVEMENT_LIMIT] = "limit",
	[MOVEMENT_THRASH] = "thrash",
	[MOVEMENT_NO_MEMORY] = "no_memory",
	[MOVEMENT_PRESSURE] = "pressure",
	[MOVEMENT_PINNED] = "pinned",
	[MOVEMENT_BUSY] = "busy",
	[MOVEMENT_NOT_A_VMS] = "not_a_vms",
	[MOVEMENT_BELOW_TRIGGER] = "below_trigger",
	[MOVEMENT_OFF] = "off",
	[MOVEMENT_WRITTEN] = "written",
	[MOVEMENT_RECLAIMED] = "reclaimed",
	[MOVEMENT_RANDOM] = "random",
	[MOVEMENT_SPREAD] = "spread",
};

const char *moves_action_name(unsigned action)
{
	return action < MOVEMENT_ACTIONS ? actions[action] : NULL;
}

const char *moves_reason_name(unsigned reason)
{
	return reason < MOVEMENT_REASONS ? reasons[reason] : NULL;
}

static uint64_t find_log(const struct inspect *view, unsigned cpu)
{
	uint64_t paddr;

	return cpu < view->header.cpu_count && cpu < MAP_CPUS_MAX &&
			       inspect_table(view, view->header.movement_table, cpu, &paddr)
		       ? paddr
		       : 0;
}

void moves_look(struct moves *moves, const struct inspect *view, unsigned cpu, uint64_t cycle,
		uint32_t count, void (*take)(void *context, const struct move *move), void *context)
{
	uint32_t numbers[2];
	uint32_t next;

	if (moves->log[cpu] == 0) {
		moves->log[cpu] = find_log(view, cpu);
	}
	if (!inspect_structure(view->machine, moves->log[cpu], written_members, numbers,
			       sizeof(numbers)) ||
	    numbers[0] == moves->seen[cpu]) {
		return;
	}
	next = moves->seen[cpu];
	moves->seen[cpu] = numbers[0];
	if (numbers[0] - next > MOVEMENT_RECORDS) {
		moves->lost += numbers[0] - next - MOVEMENT_RECORDS;
		next = numbers[0] - MOVEMENT_RECORDS;
	}
	for (; next != numbers[0]; next++) {
		struct move move = { .by = cpu };
		uint64_t at = moves->log[cpu] + TOTALS_BYTES +
			      next % MOVEMENT_RECORDS * sizeof(move.record);

		if (inspect_structure(view->machine, at, record_members, &move.record,
				      sizeof(move.record))) {
			uint64_t ago = (uint64_t)(count - move.record.time) * 2;

			move.cycle = ago < cycle ? cycle - ago : 0;
			take(context, &move);
		}
	}
}

bool moves_add_up(const struct inspect *view, struct movement_log *sum)
{
	bool is_any = false;

	*sum = (struct movement_log){ 0 };
	for (unsigned cpu = 0; cpu < view->header.cpu_count; cpu++) {
		struct movement_log one = { 0 };
		uint64_t *to = &sum->done[0][0];
		const uint64_t *from = &one.done[0][0];

		if (!inspect_structure(view->machine, find_log(view, cpu), totals_members, &one,
				       TOTALS_BYTES)) {
			continue;
		}
		is_any = true;
		sum->written += one.written;
		for (size_t i = 0; i < TOTALS; i++) {
			to[i] += from[i];
		}
	}
	return is_any;
}
