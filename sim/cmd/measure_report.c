/* SPDX-License-Identifier: MIT */
/* measure_report.c - what was measured of guests' kernels, as JSON. */
#include "sim/cmd/measure_report.h"

#include <stdlib.h>
#include <string.h>

#include "sim/cmd/attribution_report.h"
#include "sim/cmd/report.h"

static json_t *name_of(const struct measure *measure, unsigned item)
{
	size_t bytes = 0;
	const char *name = measure_name(measure, item, &bytes);

	return report_text(name, bytes);
}

static json_t *mode_report(const struct measure *measure, bool timed)
{
	json_t *object = json_object();
	size_t bytes;

	for (unsigned item = 0; measure_name(measure, item, &bytes) != NULL; item++) {
		const struct measure_counts *counts = measure_counts(measure, item, timed);
		json_t *name = name_of(measure, item);

		json_object_set_new(object, json_string_value(name),
				    json_pack("{s:I, s:I, s:o}", "count", (json_int_t)counts->count,
					      "elapsed", (json_int_t)counts->elapsed, "parts",
					      attribution_report_times(counts->time)));
		json_decref(name);
	}
	return object;
}

/* Callers by function: those of one come one after the other, or all by their time. */
struct caller {
	const struct elf_symbol *function;
	struct measure_caller counts;
};

struct callers {
	const struct elf_file *symbols;
	struct caller *list;
	size_t count;
};

static void take(void *context, const struct measure_caller *counts)
{
	struct callers *callers = context;
	struct caller *list = realloc(callers->list, (callers->count + 1) * sizeof(*callers->list));

	if (list == NULL) {
		return;
	}
	callers->list = list;
	/* The call and its slot are before the address. */
	list[callers->count++] = (struct caller){
		.function = elf_find_symbol(callers->symbols, counts->address - 8),
		.counts = *counts,
	};
}

static int compare_places(const void *left, const void *right)
{
	const struct caller *a = left;
	const struct caller *b = right;
	uint64_t place_a = a->function != NULL ? a->function->address : 0;
	uint64_t place_b = b->function != NULL ? b->function->address : 0;

	if (place_a != place_b) {
		return place_a < place_b ? -1 : 1;
	}
	if (a->counts.item != b->counts.item) {
		return a->counts.item < b->counts.item ? -1 : 1;
	}
	return (int)a->counts.timed - (int)b->counts.timed;
}

static int compare_times(const void *left, const void *right)
{
	uint64_t a = ((const struct caller *)left)->counts.elapsed;
	uint64_t b = ((const struct caller *)right)->counts.elapsed;

	return a != b ? (a > b ? -1 : 1) : compare_places(left, right);
}

/* One for each function, item and mode. */
static void merge(struct callers *callers)
{
	size_t used = 0;

	qsort(callers->list, callers->count, sizeof(*callers->list), compare_places);
	for (size_t i = 0; i < callers->count; i++) {
		const struct measure_caller *more = &callers->list[i].counts;

		if (used == 0 || compare_places(&callers->list[used - 1], &callers->list[i]) != 0) {
			callers->list[used++] = callers->list[i];
			continue;
		}
		struct measure_caller *sum = &callers->list[used - 1].counts;

		sum->count += more->count;
		sum->elapsed += more->elapsed;
		sum->time.executed += more->time.executed;
		sum->time.stalled += more->time.stalled;
		sum->time.idle += more->time.idle;
	}
	callers->count = used;
	qsort(callers->list, callers->count, sizeof(*callers->list), compare_times);
}

static json_t *callers_report(const struct measure *measure, const struct elf_file *symbols)
{
	struct callers callers = { .symbols = symbols };
	json_t *array = json_array();

	measure_callers(measure, take, &callers);
	if (callers.count != 0) {
		merge(&callers);
	}
	for (size_t i = 0; i < callers.count; i++) {
		const struct measure_caller *counts = &callers.list[i].counts;
		const struct elf_symbol *function = callers.list[i].function;

		json_array_append_new(
			array, json_pack("{s:o, s:s, s:o, s:I, s:I, s:I, s:I, s:I}", "name",
					 name_of(measure, counts->item), "mode",
					 counts->timed ? "timing" : "fast", "caller",
					 function != NULL ? report_text(function->name,
									strlen(function->name))
							  : json_null(),
					 "count", (json_int_t)counts->count, "elapsed",
					 (json_int_t)counts->elapsed, "executed",
					 (json_int_t)counts->time.executed, "stalled",
					 (json_int_t)counts->time.stalled, "idle",
					 (json_int_t)counts->time.idle));
	}
	free(callers.list);
	return array;
}

json_t *measure_report(const struct measure *measure, const struct elf_file *symbols)
{
	if (measure == NULL) {
		return json_null();
	}
	return json_pack("{s:o, s:o, s:o, s:I}", "fast", mode_report(measure, false), "timing",
			 mode_report(measure, true), "callers", callers_report(measure, symbols),
			 "lost", (json_int_t)measure_lost(measure));
}
