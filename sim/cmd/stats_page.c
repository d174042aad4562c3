/* SPDX-License-Identifier: MIT */
/* stats_page.c - tables of stats.json and series.csv. What is missing counts as 0. */
#include "sim/cmd/stats_page.h"

#include <string.h>

#include "sim/cmd/stats_attribution.h"
#include "sim/cmd/stats_measured.h"
#include "sim/cmd/stats_memory.h"
#include "sim/cmd/stats_movement.h"
#include "sim/cmd/stats_priv.h"

#define SERIES_LINES 20U
#define PLACE_LINES  20U

static const char *const modes[] = { "user", "supervisor", "kernel" };

#define MODES (sizeof(modes) / sizeof(modes[0]))

const struct stats_part stats_parts[STATS_PARTS] = {
	{ "execution", "execution" },     { "stall_l2", "L2" },
	{ "stall_local", "local" },       { "stall_remote", "remote" },
	{ "stall_uncached", "uncached" }, { "idle", "idle" },
};

static const struct stats_part misses[] = {
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
double stats_part_cycles(const json_t *cpu, const char *part)
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

	for (size_t i = 0; i < STATS_PARTS; i++) {
		if (strcmp(stats_parts[i].key, "idle") != 0) {
			sum += number(split, stats_parts[i].key);
		}
	}
	return sum;
}

double stats_all_cycles(const json_t *cpu)
{
	double sum = 0;

	for (size_t i = 0; i < STATS_PARTS; i++) {
		sum += stats_part_cycles(cpu, stats_parts[i].key);
	}
	return sum;
}

double stats_percent(double part, double whole)
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
	for (size_t i = 0; i < STATS_PARTS; i++) {
		fprintf(out, " %9s", stats_parts[i].title);
	}
	fputc('\n', out);
	json_array_foreach(cpus, index, cpu)
	{
		double all = stats_all_cycles(cpu);

		fprintf(out, "%4zu %14.0f", index, all);
		for (size_t i = 0; i < MODES; i++) {
			fprintf(out, " %10.1f", stats_percent(mode_cycles(cpu, modes[i]), all));
		}
		for (size_t i = 0; i < STATS_PARTS; i++) {
			fprintf(out, " %9.1f",
				stats_percent(stats_part_cycles(cpu, stats_parts[i].key), all));
		}
		fputc('\n', out);
	}
}

/* A row for each CPU, a column of `width` for each part. */
static void print_cpu_table(FILE *out, const json_t *cpus, const struct stats_part *columns,
			    size_t count, int width)
{
	size_t index;
	const json_t *cpu;

	fprintf(out, "%4s", "CPU");
	for (size_t i = 0; i < count; i++) {
		fprintf(out, " %*s", width, columns[i].title);
	}
	fputc('\n', out);
	json_array_foreach(cpus, index, cpu)
	{
		fprintf(out, "%4zu", index);
		for (size_t i = 0; i < count; i++) {
			fprintf(out, " %*.0f", width, number(cpu, columns[i].key));
		}
		fputc('\n', out);
	}
}

static void print_misses(FILE *out, const json_t *cpus)
{
	fputs("\nMisses of the second-level cache\n", out);
	print_cpu_table(out, cpus, misses, MISSES, 10);
}

/* Misses of the CPUs of node `from` to node `to`. */
double stats_misses_between(const json_t *memory, size_t from, size_t to)
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
			fprintf(out, " %10.0f", stats_misses_between(memory, from, to));
		}
		fputc('\n', out);
	}
}

static void print_exceptions(FILE *out, const json_t *cpus)
{
	static const struct stats_part columns[] = {
		{ "executed_instructions", "instructions" },
		{ "exceptions", "exceptions" },
		{ "interrupts", "interrupts" },
		{ "tlb_refills", "TLB misses" },
		{ "tlb_invalid", "invalid" },
		{ "tlb_modified", "read-only" },
	};

	fputs("\nExceptions; TLB misses, invalid and read-only pages are among them\n", out);
	print_cpu_table(out, cpus, columns, sizeof(columns) / sizeof(columns[0]), 14);
}

static const struct stats_part place_columns[] = {
	{ "stall_local_cycles", "local stall" }, { "stall_remote_cycles", "remote stall" },
	{ "stall_uncached_cycles", "uncached" }, { "misses_local", "local" },
	{ "misses_remote", "remote" },           { "upgrades", "upgrade" },
	{ "misses_three_hop", "3-hop" },         { "cold_misses", "cold" },
	{ "replacement_misses", "replaced" },    { "true_sharing_misses", "true sh." },
	{ "false_sharing_misses", "false sh." },
};

#define PLACE_COLUMNS (sizeof(place_columns) / sizeof(place_columns[0]))

/* A list of places, the first PLACE_LINES of them. */
static void print_places(FILE *out, const json_t *places, const char *title)
{
	size_t index;
	const json_t *place;

	if (json_array_size(places) == 0) {
		return;
	}
	fprintf(out, "\n%s\n", title);
	for (size_t i = 0; i < PLACE_COLUMNS; i++) {
		fprintf(out, "%12s ", place_columns[i].title);
	}
	fputs(" place\n", out);
	json_array_foreach(places, index, place)
	{
		const char *name = json_string_value(json_object_get(place, "name"));

		if (index == PLACE_LINES) {
			fprintf(out, "(%zu more in stats.json)\n", json_array_size(places) - index);
			break;
		}
		for (size_t i = 0; i < PLACE_COLUMNS; i++) {
			fprintf(out, "%12.0f ", number(place, place_columns[i].key));
		}
		fprintf(out, " %s\n", name != NULL ? name : "(no symbol)");
	}
}

static void print_sample(FILE *out, const struct series_sample *sample, double us, bool has_modes)
{
	double all = sample->execution + sample->stall_l2 + sample->stall_local +
		     sample->stall_remote + sample->stall_uncached + sample->idle;
	double rate = us > 0 ? 1 / us : 0;

	fprintf(out, "%12.3f %9.1f", sample->time_ns / 1e6, sample->instructions * rate);
	if (has_modes) {
		fprintf(out, " %7.1f %7.1f %7.1f", stats_percent(sample->user, all),
			stats_percent(sample->supervisor, all), stats_percent(sample->kernel, all));
	}
	fprintf(out, " %7.1f %7.1f %7.1f %7.1f %7.1f %7.1f %9.2f %9.2f %9.2f\n",
		stats_percent(sample->execution, all), stats_percent(sample->stall_l2, all),
		stats_percent(sample->stall_local, all), stats_percent(sample->stall_remote, all),
		stats_percent(sample->stall_uncached, all), stats_percent(sample->idle, all),
		sample->misses * rate, sample->misses_remote * rate, sample->tlb_refills * rate);
}

/* `begin_ns` is where the first sample begins. */
static void print_series(FILE *out, const struct series_table *table, double begin_ns,
			 bool has_modes)
{
	fputs("\nOver time, all CPUs: at the end of each part its share of the cycles in percent, "
	      "events a microsecond\n",
	      out);
	fprintf(out, "%12s %9s", "ms", "insns/us");
	if (has_modes) {
		fprintf(out, " %7s %7s %7s", "user", "super.", "kernel");
	}
	fprintf(out, " %7s %7s %7s %7s %7s %7s %9s %9s %9s\n", "exec.", "L2", "local", "remote",
		"uncach.", "idle", "misses", "remote m.", "TLB m.");
	for (size_t i = 0; i < table->count; i++) {
		const struct series_sample *sample = &table->sample[i];

		print_sample(out, sample, (sample->time_ns - begin_ns) / 1e3, has_modes);
		begin_ns = sample->time_ns;
	}
}

void stats_page_print(FILE *out, const json_t *stats, struct series_table *series)
{
	const json_t *memory = json_object_get(stats, "memory");
	const json_t *cpus = json_object_get(memory, "cpus");

	const json_t *places = json_object_get(stats, "places");

	print_run(out, stats);
	print_exceptions(out, json_object_get(stats, "cpus"));
	stats_attribution_print(out, json_object_get(stats, "attribution"));
	stats_measured_print(out, json_object_get(stats, "measured"));
	if (cpus != NULL) {
		print_time(out, cpus);
		print_misses(out, cpus);
		print_map(out, memory);
	}
	stats_movement_print(out, stats);
	stats_memory_print(out, json_object_get(stats, "footprint"));
	print_places(out, json_object_get(places, "code"), "Misses by the function that waited");
	print_places(out, json_object_get(places, "data"), "Misses by what was missed");
	print_places(out, json_object_get(places, "ranges"), "Misses by range of addresses");
	if (series->count > 0) {
		series_condense(series, SERIES_LINES);
		print_series(out, series, number(json_object_get(stats, "series"), "begin_ns"),
			     cpus != NULL);
	}
	if (cpus == NULL) {
		fputs("\nThe run had no timing mode: no caches, nothing to count of them.\n", out);
	}
}
