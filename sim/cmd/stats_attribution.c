/* SPDX-License-Identifier: MIT */
/* stats_attribution.c - the table of stats.json's `attribution`. What is missing counts as 0. */
#include "sim/cmd/stats_attribution.h"

#include <inttypes.h>
#include <string.h>

#include "sim/cmd/stats_priv.h"

#define NAME_COLUMNS 14

/* Columns of executed cycles: what the paper's table 2 tells apart. The last one has the rest. */
static const struct stats_part columns[] = {
	{ "user", "user" },       { "kernel", "kernel" },   { "tlb_write", "tlbwr" },
	{ "refill", "refill" },   { "privileged", "priv" }, { "call", "call" },
	{ "page_fault", "page" }, { "window", "window" },   { "interrupt", "intr" },
	{ "schedule", "sched" },  { "reflect", "reflect" }, { "device", "device" },
};

#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

struct row {
	double column[COLUMNS];
	double rest;
	double stalled;
	double idle;
};

static double number(const json_t *object, const char *key)
{
	return (double)json_integer_value(json_object_get(object, key));
}

static void add(struct row *row, json_t *times)
{
	const char *name;
	json_t *time;

	json_object_foreach(times, name, time)
	{
		double *sum = &row->rest;

		for (size_t i = 0; i < COLUMNS; i++) {
			if (strcmp(name, columns[i].key) == 0) {
				sum = &row->column[i];
			}
		}
		*sum += number(time, "executed");
		row->stalled += number(time, "stalled");
		row->idle += number(time, "idle");
	}
}

static double total(const struct row *row)
{
	double sum = row->rest + row->stalled + row->idle;

	for (size_t i = 0; i < COLUMNS; i++) {
		sum += row->column[i];
	}
	return sum;
}

static void print_row(FILE *out, const char *name, const struct row *row, double whole)
{
	fprintf(out, "%-*.*s", NAME_COLUMNS, NAME_COLUMNS, name);
	for (size_t i = 0; i < COLUMNS; i++) {
		fprintf(out, " %7.2f", stats_percent(row->column[i], whole));
	}
	fprintf(out, " %7.2f %7.2f %7.2f %7.2f\n", stats_percent(row->rest, whole),
		stats_percent(row->stalled, whole), stats_percent(row->idle, whole),
		stats_percent(total(row), whole));
}

static void print_vm(FILE *out, const json_t *vm, double whole)
{
	const json_t *vcpus = json_object_get(vm, "vcpus");
	struct row sum = { 0 };
	size_t i;
	json_t *times;

	json_array_foreach(vcpus, i, times)
	{
		add(&sum, times);
	}
	print_row(out, json_string_value(json_object_get(vm, "name")), &sum, whole);
	json_array_foreach(vcpus, i, times)
	{
		char name[NAME_COLUMNS + 20];
		struct row row = { 0 };

		snprintf(name, sizeof(name), "  VCPU %zu", i);
		add(&row, times);
		if (json_array_size(vcpus) > 1) {
			print_row(out, name, &row, whole);
		}
	}
}

/* By exception, from guests' kernels or users: what the monitor did. */
static void print_traps(FILE *out, const json_t *traps, const char *mode)
{
	const char *name;
	json_t *row;

	json_object_foreach(json_object_get(traps, mode), name, row)
	{
		fprintf(out, "%-6s %-7s", mode, name);
		for (size_t i = 2; i < COLUMNS; i++) {
			json_t *count = json_object_get(row, columns[i].key);

			fprintf(out, " %9" PRId64, (int64_t)json_integer_value(count));
		}
		fputc('\n', out);
	}
}

void stats_attribution_print(FILE *out, const json_t *attribution)
{
	const json_t *vms = json_object_get(attribution, "vms");
	struct row nobody = { 0 };
	struct row all = { 0 };
	size_t i;
	size_t k;
	json_t *vm;
	json_t *times;

	if (!json_is_object(attribution)) {
		return;
	}
	add(&nobody, json_object_get(attribution, "nobody"));
	all = nobody;
	json_array_foreach(vms, i, vm)
	{
		json_array_foreach(json_object_get(vm, "vcpus"), k, times)
		{
			add(&all, times);
		}
	}
	fprintf(out, "\nWhose time it was, %% of all CPUs' cycles\n%-*s", NAME_COLUMNS, "");
	for (i = 0; i < COLUMNS; i++) {
		fprintf(out, " %7s", columns[i].title);
	}
	fprintf(out, " %7s %7s %7s %7s\n", "other", "stalls", "idle", "all");
	json_array_foreach(vms, i, vm)
	{
		print_vm(out, vm, total(&all));
	}
	print_row(out, "nobody", &nobody, total(&all));
	print_row(out, "all", &all, total(&all));
	fprintf(out, "\nWhat the monitor did in traps of guests, by their exception\n%-14s", "");
	for (i = 2; i < COLUMNS; i++) {
		fprintf(out, " %9s", columns[i].title);
	}
	fputc('\n', out);
	print_traps(out, json_object_get(attribution, "traps"), "kernel");
	print_traps(out, json_object_get(attribution, "traps"), "user");
}
