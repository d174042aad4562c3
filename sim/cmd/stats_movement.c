/* SPDX-License-Identifier: MIT */
/* stats_movement.c - tables of moved pages. What is missing counts as 0. */
#include "sim/cmd/stats_movement.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/cmd/move_trace.h"
#include "sim/cmd/stats_priv.h"

#define PATH_BYTES_MAX 4096U
#define CELLS          14U

static double number(const json_t *object, const char *key)
{
	return (double)json_integer_value(json_object_get(object, key));
}

static double ratio(double part, double whole)
{
	return whole == 0 ? 0 : part / whole;
}

static void print_reasons(FILE *out, const char *title, const json_t *reasons)
{
	const char *name;
	json_t *count;

	if (json_object_size(reasons) == 0) {
		return;
	}
	fputs(title, out);
	json_object_foreach((json_t *)(uintptr_t)reasons, name, count)
	{
		fprintf(out, " %s %" JSON_INTEGER_FORMAT, name, json_integer_value(count));
	}
	fputc('\n', out);
}

void stats_movement_print(FILE *out, const json_t *stats)
{
	static const char *const names[] = { "migrate", "replicate", "collapse" };
	const json_t *movement = json_object_get(stats, "movement");
	const json_t *actions = json_object_get(movement, "actions");
	double mhz = number(movement, "clock_hz") / 1e6;
	double seconds;
	double hand =
		ratio(number(movement, "handed_over_cycles"), number(movement, "handed_over"));

	if (!json_is_object(movement)) {
		return;
	}
	mhz = mhz == 0 ? 1 : mhz;
	seconds = number(stats, "cycles") / mhz / 1e6;
	fprintf(out,
		"\nPages moved; microseconds of the CPU that did it, mean\n%-10s %9s %10s %9s %9s "
		"%9s\n",
		"", "pages", "a second", "copy", "rest", "total");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const json_t *action = json_object_get(actions, names[i]);
		double pages = number(action, "pages");
		double copy = ratio(number(action, "copy_cycles"), pages) / mhz;
		double total = ratio(number(action, "total_cycles"), pages) / mhz;

		fprintf(out, "%-10s %9.0f %10.0f %9.2f %9.2f %9.2f\n", names[i], pages,
			ratio(pages, seconds), copy, total - copy, total);
	}
	fprintf(out, "handed to another CPU: %.0f, %.2f microseconds each\n",
		number(movement, "handed_over"), hand / mhz);
	print_reasons(out,
		      "refused:", json_object_get(json_object_get(actions, "none"), "reasons"));
	print_reasons(out, "copies given up:",
		      json_object_get(json_object_get(actions, "collapse"), "reasons"));
}
