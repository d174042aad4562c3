/* SPDX-License-Identifier: MIT */
/* stats_memory.c - the machine's pages by owner. What is missing counts as 0. */
#include "sim/cmd/stats_memory.h"

#include <stdlib.h>
#include <string.h>

#include "sim/cmd/stats_priv.h"

/* Pages in a line of the picture, at most: a square one of as few as possible. */
#define LINE_MAX 4096

/* As sim/cmd/footprint.c has them; colours of the picture. */
static const struct content {
	const char *name;
	const char *colour;
} contents[] = {
	{ "data", NULL },         { "process", NULL },    { "text", "#1b7837" },
	{ "cache", "#e69f00" },   { "swapped", NULL },    { "replicas", "#cc79a7" },
	{ "monitor", "#404040" }, { "alias", "#8c8c8c" }, { "free", "#f4f4f4" },
};

#define CONTENTS (sizeof(contents) / sizeof(contents[0]))

/* Of VMs: what their kernels have and, lighter, what their processes have. Then they come again. */
static const char *const vm_colours[][2] = {
	{ "#08519c", "#9ecae1" }, { "#a50f15", "#fc9272" }, { "#54278f", "#bcbddc" },
	{ "#006d2c", "#a1d99b" }, { "#7f2704", "#fdae6b" }, { "#035e5e", "#80cdc1" },
	{ "#7a0177", "#fa9fb5" }, { "#5c4a00", "#d9c76a" },
};

#define VM_COLOURS (sizeof(vm_colours) / sizeof(vm_colours[0]))

static json_int_t number(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static void print_pages(FILE *out, const char *name, const json_t *pages, json_int_t kb)
{
	fprintf(out, "%-16.16s", name);
	for (size_t i = 0; i < CONTENTS; i++) {
		const json_t *count = json_object_get(pages, contents[i].name);

		if (count == NULL) {
			fprintf(out, " %8s", "");
		} else {
			fprintf(out, " %8lld", (long long)(json_integer_value(count) * kb));
		}
	}
}

/* Rows of `list`, the fields named in `columns` (the last one is NULL). */
static void print_counters(FILE *out, const char *title, const json_t *list,
			   const char *const *columns)
{
	size_t index;
	const json_t *row;

	if (json_array_size(list) == 0) {
		return;
	}
	fprintf(out, "\n%s\n", title);
	for (size_t i = 0; columns[i] != NULL; i++) {
		fprintf(out, "%10s", columns[i]);
	}
	fputc('\n', out);
	json_array_foreach(list, index, row)
	{
		for (size_t i = 0; columns[i] != NULL; i++) {
			fprintf(out, "%10lld", (long long)number(row, columns[i]));
		}
		fputc('\n', out);
	}
}

void stats_memory_print(FILE *out, const json_t *footprint)
{
	static const char *const disk[] = { "slot",   "hits",    "read", "mapped",
					    "copied", "evicted", NULL };
	static const char *const nic[] = { "vm",   "slot",   "sent",   "received",
					   "lost", "mapped", "copied", NULL };
	const json_t *vms = json_object_get(footprint, "vms");
	json_int_t kb = number(footprint, "page_bytes") / 1024;

	if (json_array_size(vms) == 0) {
		return;
	}
	fprintf(out, "\nMemory in KB at the end\n%-16s", "");
	for (size_t i = 0; i < CONTENTS; i++) {
		fprintf(out, " %8s", contents[i].name);
	}
	fprintf(out, " %8s\n", "alone");
	for (size_t i = 0; i < json_array_size(vms); i++) {
		const json_t *vm = json_array_get(vms, i);

		print_pages(out, json_string_value(json_object_get(vm, "name")),
			    json_object_get(vm, "virtual"), kb);
		fprintf(out, " %8lld\n", (long long)(number(vm, "alone") * kb));
	}
	print_pages(out, "all of them", json_object_get(footprint, "virtual"), kb);
	fputc('\n', out);
	print_pages(out, "the machine", json_object_get(footprint, "machine"), kb);
	fputc('\n', out);
	print_counters(out, "Disks that are the base of copies, in blocks of a page",
		       json_object_get(footprint, "disks"), disk);
	print_counters(out, "The subnet: frames; whole pages mapped, pieces copied at the receiver",
		       json_object_get(footprint, "nics"), nic);
}

static int colour(const json_t *run)
{
	const char *name = json_string_value(json_array_get(run, 1));
	json_int_t vm = json_integer_value(json_array_get(run, 2));
	const char *text = contents[CONTENTS - 1].colour;

	for (size_t i = 0; i < CONTENTS && name != NULL; i++) {
		if (strcmp(contents[i].name, name) == 0) {
			text = contents[i].colour != NULL
				       ? contents[i].colour
				       : vm_colours[(size_t)(vm < 0 ? 0 : vm) % VM_COLOURS][i != 0];
		}
	}
	return (int)strtol(text + 1, NULL, 16);
}

/* A line of the picture for each line of pages: red, green, blue of each. */
static void plot_pages(FILE *gnuplot, const json_t *map, json_int_t line)
{
	json_int_t at = 0;
	size_t index;
	const json_t *run;

	fputs("$pages << END\n", gnuplot);
	json_array_foreach(map, index, run)
	{
		json_int_t count = json_integer_value(json_array_get(run, 0));
		int rgb = colour(run);

		for (; count > 0; count--, at++) {
			fprintf(gnuplot, "%lld %lld %d %d %d\n", (long long)(at % line),
				(long long)(at / line), rgb >> 16 & 0xff, rgb >> 8 & 0xff,
				rgb & 0xff);
		}
	}
	fputs("END\n", gnuplot);
}

/* The names, as points that lie nowhere. Names of VMs are the configuration's: no quotes. */
static void plot_keys(FILE *gnuplot, const json_t *vms)
{
	for (size_t i = 0; i < CONTENTS; i++) {
		if (contents[i].colour != NULL) {
			fprintf(gnuplot, ", NaN with points pt 5 ps 2 lc rgb '%s' title '%s'",
				contents[i].colour, contents[i].name);
		}
	}
	for (size_t i = 0; i < json_array_size(vms); i++) {
		const char *name =
			json_string_value(json_object_get(json_array_get(vms, i), "name"));

		for (size_t part = 0; part < 2; part++) {
			fprintf(gnuplot,
				", NaN with points pt 5 ps 2 lc rgb '%s' title '%zu%s%s: %s'",
				vm_colours[i % VM_COLOURS][part], i, name != NULL ? " " : "",
				name != NULL && strpbrk(name, "'\n\\") == NULL ? name : "",
				part == 0 ? "kernel" : "processes");
		}
	}
	fputc('\n', gnuplot);
}

bool stats_memory_plot(const char *path, const json_t *stats, struct error *err)
{
	const json_t *footprint = json_object_get(stats, "footprint");
	json_int_t pages = number(footprint, "pages");
	json_int_t line = 16;
	FILE *gnuplot;

	if (json_array_size(json_object_get(footprint, "map")) == 0) {
		return error_set(err, EXIT_USAGE,
				 "--memory: the run had no monitor that says whose its pages are");
	}
	while (line * line < pages && line < LINE_MAX) {
		line *= 2;
	}
	gnuplot = stats_plot_open(path, "--memory", err);
	if (gnuplot == NULL) {
		return false;
	}
	plot_pages(gnuplot, json_object_get(footprint, "map"), line);
	fprintf(gnuplot,
		"set title \"The machine's pages by owner, %lld a line\"\n"
		"set key outside right top noenhanced\nset xrange [-0.5:%lld.5]\n"
		"set yrange [%lld.5:-0.5]\nset xtics out\nset ytics out\n"
		"plot $pages using 1:2:3:4:5 with rgbimage notitle",
		(long long)line, (long long)(line - 1), (long long)((pages - 1) / line));
	plot_keys(gnuplot, json_object_get(footprint, "vms"));
	return stats_plot_close(gnuplot, path, err);
}
