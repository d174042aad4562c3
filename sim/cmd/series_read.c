/* SPDX-License-Identifier: MIT */
/* series_read.c - reading series.csv: columns by name, CPUs added up. */
#include "sim/cmd/series_read.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/cmd/series.h"

#define PATH_BYTES_MAX 4096U
#define COLUMNS_MAX    128U

/* Which column goes where. */
struct target {
	const char *column;
	size_t offset; /* of the double in struct series_sample */
};

#define INTO(column, member)                                   \
	{                                                      \
		column, offsetof(struct series_sample, member) \
	}

/* Both the machine's and the memory system's cycles: in fast mode there are only the former. */
static const struct target targets[] = {
	INTO("executed_instructions", instructions),
	INTO("executed_instructions", execution),
	INTO("idle_cycles", idle),
	INTO("stall_l2_cycles", stall_l2),
	INTO("stall_local_cycles", stall_local),
	INTO("stall_remote_cycles", stall_remote),
	INTO("stall_uncached_cycles", stall_uncached),
	INTO("user_execution", user),
	INTO("user_stall_l2", user),
	INTO("user_stall_local", user),
	INTO("user_stall_remote", user),
	INTO("user_stall_uncached", user),
	INTO("supervisor_execution", supervisor),
	INTO("supervisor_stall_l2", supervisor),
	INTO("supervisor_stall_local", supervisor),
	INTO("supervisor_stall_remote", supervisor),
	INTO("supervisor_stall_uncached", supervisor),
	INTO("kernel_execution", kernel),
	INTO("kernel_stall_l2", kernel),
	INTO("kernel_stall_local", kernel),
	INTO("kernel_stall_remote", kernel),
	INTO("kernel_stall_uncached", kernel),
	INTO("misses_local", misses),
	INTO("misses_remote", misses),
	INTO("misses_remote", misses_remote),
	INTO("tlb_refills", tlb_refills),
};

#define TARGETS (sizeof(targets) / sizeof(targets[0]))

struct reader {
	const char *path;
	FILE *stream;
	char *line;
	size_t line_room;
	unsigned number; /* of the line */
	char *cell[COLUMNS_MAX];
	unsigned cells;
	unsigned columns;
	unsigned column_of[TARGETS];
	size_t room; /* of the table */
};

static bool damaged(const struct reader *reader, const char *what, struct error *err)
{
	return error_set(err, EXIT_HOST_IO, "%s:%u: %s", reader->path, reader->number, what);
}

/* The next line, cut into cells. False at the end of the file. */
static bool next_line(struct reader *reader)
{
	if (getline(&reader->line, &reader->line_room, reader->stream) < 0) {
		return false;
	}
	char *rest = reader->line;

	reader->number++;
	rest[strcspn(rest, "\n")] = '\0';
	for (reader->cells = 0; rest != NULL; reader->cells++) {
		char *cell = strsep(&rest, ",");

		if (reader->cells < COLUMNS_MAX) {
			reader->cell[reader->cells] = cell;
		}
	}
	return true;
}

static bool read_header(struct reader *reader, struct error *err)
{
	if (!next_line(reader) || reader->cells < 4 || reader->cells > COLUMNS_MAX ||
	    strcmp(reader->cell[1], "time_ns") != 0 || strcmp(reader->cell[2], "kind") != 0) {
		return damaged(reader, "no header of a series", err);
	}
	reader->columns = reader->cells;
	for (size_t i = 0; i < TARGETS; i++) {
		unsigned column = 0;

		while (column < reader->cells &&
		       strcmp(reader->cell[column], targets[i].column) != 0) {
			column++;
		}
		if (column == reader->cells) {
			return error_set(err, EXIT_HOST_IO, "%s: there is no column %s",
					 reader->path, targets[i].column);
		}
		reader->column_of[i] = column;
	}
	return true;
}

static bool read_number(const struct reader *reader, unsigned column, double *value,
			struct error *err)
{
	const char *text = reader->cell[column];
	char *end;

	errno = 0;
	unsigned long long number = strtoull(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0) {
		return damaged(reader, "a cell has no number", err);
	}
	*value = (double)number;
	return true;
}

/* The sample that ends at `time_ns`: the last one, or a new one. */
static struct series_sample *sample_at(struct reader *reader, struct series_table *table,
				       double time_ns, struct error *err)
{
	if (table->count > 0 && table->sample[table->count - 1].time_ns == time_ns) {
		return &table->sample[table->count - 1];
	}
	if (table->count == reader->room) {
		size_t room = reader->room == 0 ? 64 : 2 * reader->room;
		struct series_sample *more = realloc(table->sample, room * sizeof(*more));

		if (more == NULL) {
			error_set(err, EXIT_HOST_IO, "the host is out of memory");
			return NULL;
		}
		table->sample = more;
		reader->room = room;
	}
	table->sample[table->count] = (struct series_sample){ .time_ns = time_ns };
	return &table->sample[table->count++];
}

static bool read_row(struct reader *reader, struct series_table *table, struct error *err)
{
	double value = 0;

	if (reader->cells != reader->columns) {
		return damaged(reader, "the row has not as many cells as the header", err);
	}
	if (!read_number(reader, 1, &value, err)) {
		return false;
	}
	struct series_sample *sample = sample_at(reader, table, value, err);

	if (sample == NULL || strcmp(reader->cell[2], "cpu") != 0) {
		return sample != NULL;
	}
	for (size_t i = 0; i < TARGETS; i++) {
		if (!read_number(reader, reader->column_of[i], &value, err)) {
			return false;
		}
		void *target = (char *)sample + targets[i].offset;

		*(double *)target += value;
	}
	return true;
}

static bool read_rows(struct reader *reader, struct series_table *table, struct error *err)
{
	while (next_line(reader)) {
		if (!read_row(reader, table, err)) {
			return false;
		}
	}
	return ferror(reader->stream) == 0 ||
	       error_set(err, EXIT_HOST_IO, "%s cannot be read", reader->path);
}

bool series_read(struct series_table *table, const char *directory, struct error *err)
{
	char path[PATH_BYTES_MAX];
	struct reader reader = { .path = path };

	*table = (struct series_table){ 0 };
	if (snprintf(path, sizeof(path), "%s/" SERIES_NAME, directory) >= (int)sizeof(path)) {
		return error_set(err, EXIT_USAGE, "the name of the directory is too long");
	}
	reader.stream = fopen(path, "re");
	if (reader.stream == NULL) {
		return error_set(err, EXIT_HOST_IO, "%s: %s", path, strerror(errno));
	}
	bool good = read_header(&reader, err) && read_rows(&reader, table, err);

	free(reader.line);
	fclose(reader.stream);
	if (!good) {
		series_table_release(table);
	}
	return good;
}

void series_table_release(struct series_table *table)
{
	free(table->sample);
	*table = (struct series_table){ 0 };
}

static void add(struct series_sample *sum, const struct series_sample *sample)
{
	sum->time_ns = sample->time_ns;
	sum->instructions += sample->instructions;
	sum->execution += sample->execution;
	sum->stall_l2 += sample->stall_l2;
	sum->stall_local += sample->stall_local;
	sum->stall_remote += sample->stall_remote;
	sum->stall_uncached += sample->stall_uncached;
	sum->idle += sample->idle;
	sum->user += sample->user;
	sum->supervisor += sample->supervisor;
	sum->kernel += sample->kernel;
	sum->misses += sample->misses;
	sum->misses_remote += sample->misses_remote;
	sum->tlb_refills += sample->tlb_refills;
}

void series_condense(struct series_table *table, size_t most)
{
	size_t each = (table->count + most - 1) / most;
	size_t used = 0;

	for (size_t i = 0; each > 1 && i < table->count; i++) {
		struct series_sample sample = table->sample[i];

		if (i % each == 0) {
			table->sample[used++] = sample;
		} else {
			add(&table->sample[used - 1], &sample);
		}
	}
	table->count = each > 1 ? used : table->count;
}
