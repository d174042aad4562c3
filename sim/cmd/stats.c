/* SPDX-License-Identifier: MIT */
/* stats.c - `mirrorball stats DIR`: the statistics of a finished run. */
#include <stdio.h>

#include "machine/map.h"
#include "sim/cmd/cmd.h"
#include "sim/cmd/options.h"
#include "sim/cmd/report.h"
#include "sim/cmd/stats_memory.h"
#include "sim/cmd/stats_movement.h"
#include "sim/cmd/stats_page.h"

#define PATH_BYTES_MAX 4096U

static json_t *load(const char *directory, struct error *err)
{
	char path[PATH_BYTES_MAX];
	json_error_t why;

	if (snprintf(path, sizeof(path), "%s/stats.json", directory) >= (int)sizeof(path)) {
		error_set(err, EXIT_USAGE, "the name of the directory is too long");
		return NULL;
	}
	json_t *stats = json_load_file(path, JSON_REJECT_DUPLICATES, &why);

	if (stats == NULL) {
		error_set(err, EXIT_HOST_IO, "%s: %s (is it the --out directory of a run?)", path,
			  why.text);
		return NULL;
	}
	if (json_integer_value(json_object_get(stats, "version")) != REPORT_VERSION) {
		error_set(err, EXIT_HOST_IO, "%s: not version %d of this file", path,
			  REPORT_VERSION);
		json_decref(stats);
		return NULL;
	}
	return stats;
}

/* What to draw, and where to. */
struct plot_options {
	const char *path;   /* NULL: nothing */
	const char *before; /* directory of another run, or NULL */
	const char *memory; /* picture of the machine's pages; NULL: none */
};

static bool draw(const struct plot_options *options, const char *directory, const json_t *stats,
		 const struct series_table *series, struct error *err)
{
	struct stats_timeline timeline;
	struct stats_picture picture = {
		.stats = stats,
		.series = series,
		.timeline = &timeline,
	};
	bool good;

	if (options->path == NULL) {
		return options->before == NULL ||
		       error_set(err, EXIT_USAGE, "--before is for --plot, which is missing");
	}
	if (options->before != NULL) {
		picture.before = load(options->before, err);
		if (picture.before == NULL) {
			return false;
		}
	}
	good = stats_timeline_read(&timeline, directory, stats, err) &&
	       stats_page_plot(options->path, &picture, err);
	json_decref(picture.before);
	return good;
}

static bool show_page(const char *directory, uint64_t address, struct error *err)
{
	json_t *stats = load(directory, err);
	bool good = stats != NULL &&
		    stats_movement_page(stdout, directory, stats, address / MAP_PAGE_BYTES, err);

	json_decref(stats);
	return good;
}

static bool show(const char *directory, const struct plot_options *plot, struct error *err)
{
	json_t *stats = load(directory, err);

	if (stats == NULL) {
		return false;
	}
	struct series_table series = { 0 };
	bool good = (!json_is_object(json_object_get(stats, "series")) ||
		     series_read(&series, directory, err)) &&
		    draw(plot, directory, stats, &series, err) &&
		    (plot->memory == NULL || stats_memory_plot(plot->memory, stats, err));

	if (good) {
		stats_page_print(stdout, stats, &series);
	}
	series_table_release(&series);
	json_decref(stats);
	return good;
}

int cmd_stats(int argc, char **argv)
{
	bool help = false;
	struct plot_options plot = { 0 };
	const char *page = NULL;
	const struct option table[] = {
		{ "--plot", OPTION_TEXT, &plot.path, "FILE",
		  "also draw FILE.svg or FILE.png with gnuplot", 0, 0, NULL },
		{ "--before", OPTION_TEXT, &plot.before, "DIR",
		  "draw the misses from node to node of that run beside this one's", 0, 0, NULL },
		{ "--memory", OPTION_TEXT, &plot.memory, "FILE",
		  "also draw whose the machine's pages are as FILE.svg or FILE.png", 0, 0, NULL },
		{ "--page", OPTION_TEXT, &page, "ADDRESS",
		  "only what was decided on the page at this guest physical address", 0, 0, NULL },
		{ "--help", OPTION_FLAG, &help, NULL, "print this", 0, 0, NULL },
	};
	const size_t rows = sizeof(table) / sizeof(table[0]);
	const char *directory;
	size_t words;
	struct error err;
	uint64_t address;
	bool good;

	if (!options_parse(table, rows, argc, argv, &directory, 1, &words, &err)) {
		return cmd_fail(&err);
	}
	if (help) {
		puts("usage: mirrorball stats [OPTION...] DIR\n\n"
		     "Shows the statistics of a finished run, from the directory that its --out "
		     "named:\n"
		     "where each CPU's time went, its misses by kind, and misses from node to "
		     "node.\n");
		options_print_help(table, rows);
		return cmd_flush();
	}
	if (words != 1) {
		error_set(&err, EXIT_USAGE, "stats needs a directory: mirrorball stats DIR");
		return cmd_fail(&err);
	}
	if (page != NULL && !options_parse_number(page, OPTION_NUMBER, &address)) {
		error_set(&err, EXIT_USAGE, "--page: '%s' is no address, such as 0x12000", page);
		return cmd_fail(&err);
	}
	good = page != NULL ? show_page(directory, address, &err) : show(directory, &plot, &err);
	return good ? cmd_flush() : cmd_fail(&err);
}
