/* SPDX-License-Identifier: MIT */
/* stats_measured.c - the tables of stats.json's `measured`. What is missing counts as 0. */
#include "sim/cmd/stats_measured.h"

#include <stdbool.h>
#include <string.h>

#define CALLER_LINES 20U

static double number(const json_t *object, const char *key)
{
	return json_number_value(json_object_get(object, key));
}

/* Cycles of one item: all that were not idle, those of stalls, and those of a monitor. */
struct sums {
	double busy;
	double stalled;
	double monitor;
};

static struct sums add_up(const json_t *item)
{
	struct sums sums = { 0 };
	json_t *parts = json_object_get(item, "parts");
	const char *name;
	json_t *part;

	json_object_foreach(parts, name, part)
	{
		double busy = number(part, "executed") + number(part, "stalled");

		sums.busy += busy;
		sums.stalled += number(part, "stalled");
		if (strcmp(name, "user") != 0 && strcmp(name, "kernel") != 0) {
			sums.monitor += busy;
		}
	}
	return sums;
}

static void print_mode(FILE *out, json_t *items, const char *mode)
{
	bool has_title = false;
	const char *name;
	json_t *item;

	json_object_foreach(items, name, item)
	{
		double count = number(item, "count");
		struct sums sums = add_up(item);

		if (count == 0) {
			continue;
		}
		if (!has_title) {
			fprintf(out, "\nMeasured of kernels, %s mode, cycles of each\n", mode);
			fprintf(out, "%12s %12s %12s %12s %12s\n", "number", "its own", "stalled",
				"monitor", "elapsed");
			has_title = true;
		}
		fprintf(out, "%12.0f %12.1f %12.1f %12.1f %12.1f  %s\n", count, sums.busy / count,
			sums.stalled / count, sums.monitor / count, number(item, "elapsed") / count,
			name);
	}
}

void stats_measured_print(FILE *out, const json_t *measured)
{
	const json_t *callers = json_object_get(measured, "callers");
	size_t index;
	const json_t *caller;

	print_mode(out, json_object_get(measured, "fast"), "fast");
	print_mode(out, json_object_get(measured, "timing"), "timing");
	if (json_array_size(callers) == 0) {
		return;
	}
	fprintf(out, "\nWho called, cycles of all\n%12s %12s %12s %12s\n", "number", "its own",
		"stalled", "elapsed");
	json_array_foreach(callers, index, caller)
	{
		const char *name = json_string_value(json_object_get(caller, "name"));
		const char *mode = json_string_value(json_object_get(caller, "mode"));
		const char *function = json_string_value(json_object_get(caller, "caller"));

		if (index == CALLER_LINES) {
			fprintf(out, "(%zu more in stats.json)\n",
				json_array_size(callers) - index);
			break;
		}
		fprintf(out, "%12.0f %12.0f %12.0f %12.0f  %s in %s%s\n", number(caller, "count"),
			number(caller, "executed") + number(caller, "stalled"),
			number(caller, "stalled"), number(caller, "elapsed"),
			name != NULL ? name : "?", function != NULL ? function : "(no symbol)",
			mode != NULL && strcmp(mode, "fast") == 0 ? ", fast mode" : "");
	}
}
