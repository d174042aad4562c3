/* SPDX-License-Identifier: MIT */
/* stats_page.c - tables and plots of stats.json. What is missing in the file counts as 0. */
#include "sim/cmd/stats_page.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct column {
	const char *key;
	const char *title;
};

static const char *const modes[] = { "user", "supervisor", "kernel" };

#define MODES (sizeof(modes) / sizeof(modes[0]))

static const struct column parts[] = {
	{ "execution", "execution" },     { "stall_l2", "L2" },
	{ "stall_local", "local" },       { "stall_remote", "remote" },
	{ "stall_uncached", "uncached" }, { "idle", "idle" },
};

#define PARTS (sizeof(parts) / sizeof(parts[0]))

static const struct column misses[] = {
	{ "fetch_misses", "fetch" },
	{ "read_misses", "read" },
	{ "write_misses", "write" },
	{ "upgrades", "upgrade" },
	{ "misses_local", "local" },
	{ "misses_remote", "remote" },
	{ "misses_three_hop", "3-hop" },
	{ "cold_misses", "cold" },
	{ "replacement_misses", "replaced" },
	{ "true_sharing_misses", "true sh." },
	{ "false_sharing_misses", "false sh." },
};

#define MISSES (sizeof(misses) / sizeof(misses[0]))

static double number(const json_t *object, const char *key)
{
	return (double)json_integer_value(json_object_get(object, key));
}

/* Cycles of one part in all modes. */
static double part_cycles(const json_t *cpu, const char *part)
{
	const json_t *time = json_object_get(cpu, "time");
	double sum = 0;

	for (size_t i = 0; i < MODES; i++) {
		sum += number(json_object_get(time, modes[i]), part);
	}
	return sum;
}

/* Cycles of one mode without idling. */
static double mode_cycles(const json_t *cpu, const char *mode)
{
	const json_t *split = json_object_get(json_object_get(cpu, "time"), mode);
	double sum = 0;

	for (size_t i = 0; i < PARTS; i++) {
		if (strcmp(parts[i].key, "idle") != 0) {
			sum += number(split, parts[i].key);
		}
	}
	return sum;
}

static double all_cycles(const json_t *cpu)
{
	double sum = 0;

	for (size_t i = 0; i < PARTS; i++) {
		sum += part_cycles(cpu, parts[i].key);
	}
	return sum;
}

static double percent(double part, double whole)
{
	return whole > 0 ? 100 * part / whole : 0;
}

static void print_run(FILE *out, const json_t *stats)
{
	const char *reason = json_string_value(json_object_get(stats, "reason"));
	const char *hash = json_string_value(json_object_get(stats, "state_hash"));

	fprintf(out, "run           %s, exit code %.0f\n", reason != NULL ? reason : "?",
		number(stats, "exit_code"));
	fprintf(out, "instructions  %.0f\n", number(stats, "instructions"));
	fprintf(out, "cycles        %.0f\n", number(stats, "cycles"));
	fprintf(out, "state hash    %s\n", hash != NULL ? hash : "?");
}

static void print_time(FILE *out, const json_t *cpus)
{
	size_t index;
	const json_t *cpu;

	fputs("\nTime of each CPU in timing mode, percent of its cycles; modes without idling\n",
	      out);
	fprintf(out, "%4s %14s", "CPU", "cycles");
	for (size_t i = 0; i < MODES; i++) {
		fprintf(out, " %10s", modes[i]);
	}
	for (size_t i = 0; i < PARTS; i++) {
		fprintf(out, " %9s", parts[i].title);
	}
	fputc('\n', out);
	json_array_foreach(cpus, index, cpu)
	{
		double all = all_cycles(cpu);

		fprintf(out, "%4zu %14.0f", index, all);
		for (size_t i = 0; i < MODES; i++) {
			fprintf(out, " %10.1f", percent(mode_cycles(cpu, modes[i]), all));
		}
		for (size_t i = 0; i < PARTS; i++) {
			fprintf(out, " %9.1f", percent(part_cycles(cpu, parts[i].key), all));
		}
		fputc('\n', out);
	}
}

static void print_misses(FILE *out, const json_t *cpus)
{
	size_t index;
	const json_t *cpu;

	fputs("\nMisses of the second-level cache\n", out);
	fprintf(out, "%4s", "CPU");
	for (size_t i = 0; i < MISSES; i++) {
		fprintf(out, " %10s", misses[i].title);
	}
	fputc('\n', out);
	json_array_foreach(cpus, index, cpu)
	{
		fprintf(out, "%4zu", index);
		for (size_t i = 0; i < MISSES; i++) {
			fprintf(out, " %10.0f", number(cpu, misses[i].key));
		}
		fputc('\n', out);
	}
}

/* Misses of the CPUs of node `from` to node `to`. */
static double misses_between(const json_t *memory, size_t from, size_t to)
{
	const json_t *cpus = json_object_get(memory, "cpus");
	size_t nodes = json_array_size(json_object_get(memory, "nodes"));
	size_t each = nodes > 0 ? json_array_size(cpus) / nodes : 0;
	double sum = 0;

	for (size_t i = from * each; i < (from + 1) * each; i++) {
		const json_t *row = json_object_get(json_array_get(cpus, i), "misses_to");

		sum += (double)json_integer_value(json_array_get(row, to));
	}
	return sum;
}

static void print_map(FILE *out, const json_t *memory)
{
	size_t nodes = json_array_size(json_object_get(memory, "nodes"));

	fputs("\nMisses and upgrades from the CPUs of a node (row) to the memory of a node\n", out);
	fprintf(out, "%4s", "node");
	for (size_t to = 0; to < nodes; to++) {
		fprintf(out, " %10zu", to);
	}
	fputc('\n', out);
	for (size_t from = 0; from < nodes; from++) {
		fprintf(out, "%4zu", from);
		for (size_t to = 0; to < nodes; to++) {
			fprintf(out, " %10.0f", misses_between(memory, from, to));
		}
		fputc('\n', out);
	}
}

void stats_page_print(FILE *out, const json_t *stats)
{
	const json_t *memory = json_object_get(stats, "memory");
	const json_t *cpus = json_object_get(memory, "cpus");

	print_run(out, stats);
	if (cpus == NULL) {
		fputs("\nThe run had no timing mode: no caches, nothing to count.\n", out);
		return;
	}
	print_time(out, cpus);
	print_misses(out, cpus);
	print_map(out, memory);
}

static void plot_time(FILE *gnuplot, const json_t *cpus)
{
	size_t index;
	const json_t *cpu;

	fputs("$time << END\n", gnuplot);
	json_array_foreach(cpus, index, cpu)
	{
		double all = all_cycles(cpu);

		fprintf(gnuplot, "%zu", index);
		for (size_t i = 0; i < PARTS; i++) {
			fprintf(gnuplot, " %.3f", percent(part_cycles(cpu, parts[i].key), all));
		}
		fputc('\n', gnuplot);
	}
	fputs("END\nset title 'Time of each CPU'\nset ylabel 'percent of its cycles'\n"
	      "set xlabel 'CPU'\nset yrange [0:100]\nset key outside right top\n"
	      "set style data histograms\nset style histogram rowstacked\n"
	      "set style fill solid 0.8\nset boxwidth 0.8\nplot ",
	      gnuplot);
	for (size_t i = 0; i < PARTS; i++) {
		fprintf(gnuplot, "%s$time using %zu:xtic(1) title '%s'", i > 0 ? ", " : "", i + 2,
			parts[i].title);
	}
	fputc('\n', gnuplot);
}

static void plot_map(FILE *gnuplot, const json_t *memory)
{
	size_t nodes = json_array_size(json_object_get(memory, "nodes"));

	fputs("$map << END\n", gnuplot);
	for (size_t from = 0; from < nodes; from++) {
		for (size_t to = 0; to < nodes; to++) {
			fprintf(gnuplot, "%.0f ", misses_between(memory, from, to));
		}
		fputc('\n', gnuplot);
	}
	fputs("END\nset title 'Misses from node to node'\nset xlabel 'memory of node'\n"
	      "set ylabel 'CPUs of node'\nset yrange [*:*] reverse\nset xtics 1\nset ytics "
	      "1\nunset key\nset cbrange [0:*]\n"
	      "set palette defined (0 'white', 1 'orange', 2 'dark-red')\n"
	      "plot $map matrix with image\n",
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
		return "svg size 1000,900";
	}
	return strcmp(path + length - 4, ".png") == 0 ? "pngcairo size 1000,900" : NULL;
}

bool stats_page_plot(const char *path, const json_t *stats, struct error *err)
{
	const json_t *memory = json_object_get(stats, "memory");
	const json_t *cpus = json_object_get(memory, "cpus");
	const char *terminal = terminal_for(path);

	if (terminal == NULL) {
		return error_set(err, EXIT_USAGE,
				 "--plot: '%s' is not a name ending in .svg or .png", path);
	}
	if (cpus == NULL) {
		return error_set(err, EXIT_USAGE, "--plot: the run had no timing mode");
	}
	FILE *gnuplot = popen("gnuplot", "w");

	if (gnuplot == NULL) {
		return error_set(err, EXIT_HOST_IO, "gnuplot cannot be run: %s", strerror(errno));
	}
	fprintf(gnuplot, "set terminal %s\nset output '%s'\nset multiplot layout 2,1\n", terminal,
		path);
	plot_time(gnuplot, cpus);
	plot_map(gnuplot, memory);
	fputs("unset multiplot\n", gnuplot);
	if (pclose(gnuplot) != 0) {
		return error_set(err, EXIT_HOST_IO, "gnuplot failed to draw %s (is it installed?)",
				 path);
	}
	return true;
}
