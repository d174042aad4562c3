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

static const char *const actions_shown[STATS_TIMELINE_ACTIONS] = { "migrate", "replicate",
								   "collapse" };

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

static void print_marked(FILE *out, const json_t *marked)
{
	size_t i;
	const json_t *page;

	if (json_array_size(marked) == 0) {
		return;
	}
	fputs("moved too often, stay where they are (VM, page, refused since):", out);
	json_array_foreach((json_t *)(uintptr_t)marked, i, page)
	{
		fprintf(out, " %.0f 0x%" PRIx64 " %.0f%s", number(page, "vm"),
			(uint64_t)json_integer_value(json_object_get(page, "page")),
			number(page, "refused"), i + 1 == json_array_size(marked) ? "\n" : ",");
	}
}

void stats_movement_print(FILE *out, const json_t *stats)
{
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
	for (size_t i = 0; i < STATS_TIMELINE_ACTIONS; i++) {
		const json_t *action = json_object_get(actions, actions_shown[i]);
		double pages = number(action, "pages");
		double copy = ratio(number(action, "copy_cycles"), pages) / mhz;
		double total = ratio(number(action, "total_cycles"), pages) / mhz;

		fprintf(out, "%-10s %9.0f %10.0f %9.2f %9.2f %9.2f\n", actions_shown[i], pages,
			ratio(pages, seconds), copy, total - copy, total);
	}
	fprintf(out, "handed to another CPU: %.0f, %.2f microseconds each\n",
		number(movement, "handed_over"), hand / mhz);
	print_reasons(out,
		      "refused:", json_object_get(json_object_get(actions, "none"), "reasons"));
	print_reasons(out, "copies given up:",
		      json_object_get(json_object_get(actions, "collapse"), "reasons"));
	print_marked(out, json_object_get(movement, "thrash"));
}

/* The next line of the trace, cut into CELLS cells; `number` counts lines. */
struct trace_reader {
	const char *path;
	FILE *stream;
	char *line;
	size_t room;
	unsigned number;
	const char *cell[CELLS];
};

enum cell {
	CELL_CYCLE,
	CELL_BY,
	CELL_VM,
	CELL_PAGE,
	CELL_ACTION,
	CELL_REASON,
	CELL_FROM,
	CELL_TO,
	CELL_CPU,
	CELL_MISSES,
	CELL_OTHERS,
	CELL_WRITES,
	CELL_COPY,
	CELL_TOTAL
};

static bool next_line(struct trace_reader *reader, bool *is_end, struct error *err)
{
	unsigned cells = 0;
	char *rest;

	*is_end = getline(&reader->line, &reader->room, reader->stream) < 0;
	if (*is_end) {
		return ferror(reader->stream) == 0 ||
		       error_set(err, EXIT_HOST_IO, "%s cannot be read", reader->path);
	}
	reader->number++;
	reader->line[strcspn(reader->line, "\n")] = '\0';
	for (rest = reader->line; rest != NULL; cells++) {
		const char *cell = strsep(&rest, ",");

		if (cells < CELLS) {
			reader->cell[cells] = cell;
		}
	}
	return cells == CELLS || error_set(err, EXIT_HOST_IO, "%s:%u: not %u cells", reader->path,
					   reader->number, CELLS);
}

/* Calls `take` for each line but the first. */
static bool read_trace(const char *directory,
		       void (*take)(void *context, const char *const cell[CELLS]), void *context,
		       struct error *err)
{
	char path[PATH_BYTES_MAX];
	struct trace_reader reader = { .path = path };
	bool is_end = false;
	bool is_good;

	if (snprintf(path, sizeof(path), "%s/" MOVE_TRACE_NAME, directory) >= (int)sizeof(path)) {
		return error_set(err, EXIT_USAGE, "the name of the directory is too long");
	}
	reader.stream = fopen(path, "re");
	if (reader.stream == NULL) {
		return error_set(err, EXIT_HOST_IO,
				 "%s: %s (is it the --out directory of a run that moved pages?)",
				 path, strerror(errno));
	}
	is_good = next_line(&reader, &is_end, err);
	while (is_good && !is_end) {
		is_good = next_line(&reader, &is_end, err);
		if (is_good && !is_end) {
			take(context, reader.cell);
		}
	}
	free(reader.line);
	fclose(reader.stream);
	return is_good;
}

struct page_history {
	FILE *out;
	uint64_t page;
	double mhz;
	unsigned lines;
};

static void print_line(void *context, const char *const cell[CELLS])
{
	struct page_history *history = context;

	if (strtoull(cell[CELL_PAGE], NULL, 16) != history->page || cell[CELL_VM][0] == '\0') {
		return;
	}
	history->lines++;
	fprintf(history->out, "%14.1f %3s %-9s %-13s %4s %6s %4s %7s %7s %7s\n",
		strtod(cell[CELL_CYCLE], NULL) / history->mhz, cell[CELL_VM], cell[CELL_ACTION],
		cell[CELL_REASON], cell[CELL_FROM], cell[CELL_TO], cell[CELL_CPU],
		cell[CELL_MISSES], cell[CELL_OTHERS], cell[CELL_WRITES]);
}

bool stats_movement_page(FILE *out, const char *directory, const json_t *stats, uint64_t page,
			 struct error *err)
{
	struct page_history history = { .out = out, .page = page };

	history.mhz = number(json_object_get(stats, "movement"), "clock_hz") / 1e6;
	history.mhz = history.mhz == 0 ? 1 : history.mhz;
	fprintf(out, "%14s %3s %-9s %-13s %4s %6s %4s %7s %7s %7s\n", "us", "VM", "action",
		"reason", "from", "to", "CPU", "misses", "others", "writes");
	if (!read_trace(directory, print_line, &history, err)) {
		return false;
	}
	if (history.lines == 0) {
		fprintf(out, "nothing was decided on guest page 0x%" PRIx64 "\n", page);
	}
	return true;
}

static void count_line(void *context, const char *const cell[CELLS])
{
	struct stats_timeline *timeline = context;
	double cycle = strtod(cell[CELL_CYCLE], NULL);
	size_t bin = (size_t)(cycle / (timeline->cycles + 1) * STATS_TIMELINE_BINS);

	for (size_t i = 0; i < STATS_TIMELINE_ACTIONS && bin < STATS_TIMELINE_BINS; i++) {
		/* Whoever tells others to make copies makes none. */
		if (strcmp(cell[CELL_ACTION], actions_shown[i]) == 0 &&
		    (i != 1 || strcmp(cell[CELL_TO], "0x0") != 0)) {
			timeline->count[bin][i]++;
			timeline->sum++;
		}
	}
}

bool stats_timeline_read(struct stats_timeline *timeline, const char *directory,
			 const json_t *stats, struct error *err)
{
	const json_t *movement = json_object_get(stats, "movement");

	*timeline = (struct stats_timeline){
		.cycles = number(stats, "cycles"),
		.mhz = number(movement, "clock_hz") / 1e6,
	};
	return !json_is_string(json_object_get(movement, "file")) ||
	       read_trace(directory, count_line, timeline, err);
}
