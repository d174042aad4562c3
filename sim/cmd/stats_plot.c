/* SPDX-License-Identifier: MIT */
/* stats_plot.c - pictures of a run's statistics, drawn by gnuplot. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim/cmd/series_read.h"
#include "sim/cmd/stats_movement.h"
#include "sim/cmd/stats_page.h"
#include "sim/cmd/stats_priv.h"

static void plot_time(FILE *gnuplot, const json_t *cpus)
{
	size_t index;
	const json_t *cpu;

	fputs("$time << END\n", gnuplot);
	json_array_foreach(cpus, index, cpu)
	{
		double all = stats_all_cycles(cpu);

		fprintf(gnuplot, "%zu", index);
		for (size_t i = 0; i < STATS_PARTS; i++) {
			fprintf(gnuplot, " %.3f",
				stats_percent(stats_part_cycles(cpu, stats_parts[i].key), all));
		}
		fputc('\n', gnuplot);
	}
	fputs("END\nset title 'Time of each CPU'\nset ylabel 'percent of its cycles'\n"
	      "set xlabel 'CPU'\nset yrange [0:100]\nset key outside right top\n"
	      "set style data histograms\nset style histogram rowstacked\n"
	      "set style fill solid 0.8\nset boxwidth 0.8\nplot ",
	      gnuplot);
	for (size_t i = 0; i < STATS_PARTS; i++) {
		fprintf(gnuplot, "%s$time using %zu:xtic(1) title '%s'", i > 0 ? ", " : "", i + 2,
			stats_parts[i].title);
	}
	fputc('\n', gnuplot);
}

static void plot_map(FILE *gnuplot, const json_t *memory, const char *title)
{
	size_t nodes = json_array_size(json_object_get(memory, "nodes"));

	fputs("$map << END\n", gnuplot);
	for (size_t from = 0; from < nodes; from++) {
		for (size_t to = 0; to < nodes; to++) {
			fprintf(gnuplot, "%.0f ", stats_misses_between(memory, from, to));
		}
		fputc('\n', gnuplot);
	}
	fprintf(gnuplot, "END\nset title '%s'\n", title);
	fprintf(gnuplot, "set xrange [-0.5:%zu - 0.5]\nset yrange [%zu - 0.5:-0.5]\n", nodes,
		nodes);
	fputs("set xlabel 'memory of node'\nset ylabel 'CPUs of node'\nset xtics 1\nset ytics "
	      "1\nunset key\nset cbrange [0:*]\n"
	      "set palette defined (0 'white', 1 'orange', 2 'dark-red')\n"
	      "plot $map matrix with image\nset xrange [*:*]\n",
	      gnuplot);
}

/* The name goes into gnuplot's program in single quotes. */
static const char *terminal_for(const char *path)
{
	size_t length = strlen(path);

	if (strchr(path, '\'') != NULL || strchr(path, '\n') != NULL || length < 4) {
		return NULL;
	}
	if (strcmp(path + length - 4, ".svg") == 0) {
		return "svg size 1000,1200";
	}
	return strcmp(path + length - 4, ".png") == 0 ? "pngcairo size 1000,1200" : NULL;
}

/* A stacked area for each part: the sums from the bottom, drawn from the top. */
static void plot_series(FILE *gnuplot, const struct series_table *series)
{
	static const char *const titles[] = { "execution", "L2",       "local",
					      "remote",    "uncached", "idle" };
	const int count = (int)(sizeof(titles) / sizeof(titles[0]));

	fputs("$series << END\n", gnuplot);
	for (size_t i = 0; i < series->count; i++) {
		const struct series_sample *sample = &series->sample[i];
		const double parts[] = { sample->execution,      sample->stall_l2,
					 sample->stall_local,    sample->stall_remote,
					 sample->stall_uncached, sample->idle };
		double all = 0;
		double sum = 0;

		for (int part = 0; part < count; part++) {
			all += parts[part];
		}
		fprintf(gnuplot, "%.6f", sample->time_ns / 1e6);
		for (int part = 0; part < count; part++) {
			sum += parts[part];
			fprintf(gnuplot, " %.3f", stats_percent(sum, all));
		}
		fputc('\n', gnuplot);
	}
	fputs("END\nreset\nset title 'Time of all CPUs'\nset xlabel 'ms of simulated time'\n"
	      "set ylabel 'percent of their cycles'\nset yrange [0:100]\nset autoscale xfix\n"
	      "set key outside right top\nset style fill solid 0.8\nplot ",
	      gnuplot);
	for (int part = count; part > 0; part--) {
		fprintf(gnuplot,
			"%s$series using 1:%d with filledcurves x1 linecolor %d title '%s'",
			part < count ? ", " : "", part + 1, part, titles[part - 1]);
	}
	fputc('\n', gnuplot);
}

/* Two points make an area. */
static bool has_course(const struct series_table *series)
{
	return series->count > 1;
}

/* Pages that were moved, in equal parts of the run. */
static void plot_timeline(FILE *gnuplot, const struct stats_timeline *timeline)
{
	double ms = timeline->cycles / timeline->mhz / 1000;

	fputs("$moves << END\n", gnuplot);
	for (size_t i = 0; i < STATS_TIMELINE_BINS; i++) {
		fprintf(gnuplot, "%.6f %.0f %.0f %.0f\n",
			((double)i + 0.5) * ms / STATS_TIMELINE_BINS, timeline->count[i][0],
			timeline->count[i][1], timeline->count[i][2]);
	}
	fprintf(gnuplot,
		"END\nreset\nset title 'Pages moved'\nset xlabel 'ms of simulated time'\n"
		"set ylabel 'pages in %.3f ms'\nset xrange [0:%.6f]\nset key outside right top\n",
		ms / STATS_TIMELINE_BINS, ms);
	fputs("plot $moves using 1:2 with steps title 'migrations', $moves using 1:3 with steps "
	      "title 'copies', $moves using 1:4 with steps title 'given up'\n",
	      gnuplot);
}

FILE *stats_plot_open(const char *path, const char *option, struct error *err)
{
	const char *terminal = terminal_for(path);
	FILE *gnuplot;

	if (terminal == NULL) {
		error_set(err, EXIT_USAGE, "%s: '%s' is not a name ending in .svg or .png", option,
			  path);
		return NULL;
	}
	gnuplot = popen("gnuplot", "w");
	if (gnuplot == NULL) {
		error_set(err, EXIT_HOST_IO, "gnuplot cannot be run: %s", strerror(errno));
		return NULL;
	}
	fprintf(gnuplot, "set terminal %s\nset output '%s'\n", terminal, path);
	return gnuplot;
}

bool stats_plot_close(FILE *gnuplot, const char *path, struct error *err)
{
	return pclose(gnuplot) == 0 ||
	       error_set(err, EXIT_HOST_IO, "gnuplot failed to draw %s (is it installed?)", path);
}

static void draw(FILE *gnuplot, const struct stats_picture *picture)
{
	const json_t *memory = json_object_get(picture->stats, "memory");
	const json_t *cpus = json_object_get(memory, "cpus");
	const json_t *before = json_object_get(picture->before, "memory");
	bool has_moves = picture->timeline->sum > 0;
	int pictures = (cpus != NULL ? 2 : 0) + (before != NULL ? 1 : 0) +
		       (has_course(picture->series) ? 1 : 0) + (has_moves ? 1 : 0);

	fprintf(gnuplot, "set multiplot layout %d,1\n", pictures);
	if (cpus != NULL) {
		plot_time(gnuplot, cpus);
	}
	if (before != NULL) {
		plot_map(gnuplot, before, "Misses from node to node, before");
		fputs("reset\n", gnuplot);
	}
	if (cpus != NULL) {
		plot_map(gnuplot, memory, "Misses from node to node");
	}
	if (has_course(picture->series)) {
		plot_series(gnuplot, picture->series);
	}
	if (has_moves) {
		plot_timeline(gnuplot, picture->timeline);
	}
	fputs("unset multiplot\n", gnuplot);
}

bool stats_page_plot(const char *path, const struct stats_picture *picture, struct error *err)
{
	const json_t *memory = json_object_get(picture->stats, "memory");
	FILE *gnuplot;

	if (json_object_get(memory, "cpus") == NULL && !has_course(picture->series)) {
		return error_set(err, EXIT_USAGE,
				 "--plot: the run had no timing mode, and no two samples");
	}
	gnuplot = stats_plot_open(path, "--plot", err);
	if (gnuplot == NULL) {
		return false;
	}
	draw(gnuplot, picture);
	return stats_plot_close(gnuplot, path, err);
}
