/* SPDX-License-Identifier: MIT */
/* stats.c - `mirrorball stats DIR`: the statistics of a finished run. */
#include <stdio.h>

#include "sim/cmd/cmd.h"
#include "sim/cmd/options.h"
#include "sim/cmd/report.h"
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

static bool show(const char *directory, const char *plot, struct error *err)
{
	json_t *stats = load(directory, err);

	if (stats == NULL) {
		return false;
	}
	struct series_table series = { 0 };
	bool good = (!json_is_object(json_object_get(stats, "series")) ||
		     series_read(&series, directory, err)) &&
		    (plot == NULL || stats_page_plot(plot, stats, &series, err));

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
	const char *plot = NULL;
	const struct option table[] = {
		{ "--plot", OPTION_TEXT, &plot, "FILE",
		  "also draw FILE.svg or FILE.png with gnuplot", 0, 0, NULL },
		{ "--help", OPTION_FLAG, &help, NULL, "print this", 0, 0, NULL },
	};
	const size_t rows = sizeof(table) / sizeof(table[0]);
	const char *directory;
	size_t words;
	struct error err;

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
	return show(directory, plot, &err) ? cmd_flush() : cmd_fail(&err);
}
