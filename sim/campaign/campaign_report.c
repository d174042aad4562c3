/* SPDX-License-Identifier: MIT */
/* campaign_report.c - files of the report. */
#include "sim/campaign/campaign_report.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "sim/campaign/page.h"
#include "sim/cmd/output.h"

void campaign_report_count(json_t *report)
{
	json_t *verdicts = json_object();
	const json_t *part;
	const json_t *claim;
	size_t index;
	size_t at;

	json_array_foreach(json_object_get(report, "experiments"), index, part)
	{
		json_array_foreach(json_object_get(part, "claims"), at, claim)
		{
			const char *word = json_string_value(json_object_get(claim, "verdict"));
			json_int_t count = json_integer_value(json_object_get(verdicts, word));

			json_object_set_new(verdicts, word, json_integer(count + 1));
		}
	}
	json_object_set_new(report, "verdicts", verdicts);
}

/* RFC 4180: quotes around, and doubled inside. */
static void put_value(FILE *csv, const json_t *value, bool is_last)
{
	const char *text = json_string_value(value);

	if (json_is_integer(value)) {
		fprintf(csv, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	} else if (json_is_real(value)) {
		fprintf(csv, "%.9g", json_real_value(value));
	} else if (text != NULL && strpbrk(text, ",\"\n") == NULL) {
		fputs(text, csv);
	} else if (text != NULL) {
		fputc('"', csv);
		for (; *text != '\0'; text++) {
			if (*text == '"') {
				fputc('"', csv);
			}
			fputc(*text, csv);
		}
		fputc('"', csv);
	}
	fputc(is_last ? '\n' : ',', csv);
}

static void put_row(FILE *csv, const json_t *row)
{
	const json_t *cell;
	size_t index;

	json_array_foreach(row, index, cell)
	{
		put_value(csv, cell, index + 1 == json_array_size(row));
	}
}

/* One file of all experiments: the named members of each item of their list `list`. */
static bool write_items(struct output_set *set, const char *path, const json_t *report,
			const char *list, const char *const *keys, struct error *err)
{
	FILE *csv = output_add_path(set, path, err);
	const json_t *part;
	const json_t *item;
	size_t index;
	size_t at;

	if (csv == NULL) {
		return false;
	}
	fputs("experiment", csv);
	for (size_t i = 0; keys[i] != NULL; i++) {
		fprintf(csv, ",%s", keys[i]);
	}
	fputc('\n', csv);
	json_array_foreach(json_object_get(report, "experiments"), index, part)
	{
		json_array_foreach(json_object_get(part, list), at, item)
		{
			put_value(csv, json_object_get(part, "name"), false);
			for (size_t i = 0; keys[i] != NULL; i++) {
				put_value(csv, json_object_get(item, keys[i]), keys[i + 1] == NULL);
			}
		}
	}
	return true;
}

static bool write_table(struct output_set *set, const char *path, const json_t *table,
			struct error *err)
{
	FILE *csv = output_add_path(set, path, err);
	const json_t *row;
	size_t index;

	if (csv == NULL) {
		return false;
	}
	put_row(csv, json_object_get(table, "columns"));
	json_array_foreach(json_object_get(table, "rows"), index, row)
	{
		put_row(csv, row);
	}
	return true;
}

static bool write_tables(struct output_set *set, const char *directory, const json_t *report,
			 struct error *err)
{
	char path[PATH_MAX];
	const json_t *part;
	const json_t *table;
	size_t index;
	size_t at;

	json_array_foreach(json_object_get(report, "experiments"), index, part)
	{
		json_array_foreach(json_object_get(part, "tables"), at, table)
		{
			snprintf(path, sizeof(path), "%s/%s-%zu.csv", directory,
				 json_string_value(json_object_get(part, "name")), at + 1);
			if (!write_table(set, path, table, err)) {
				return false;
			}
		}
	}
	return true;
}

static bool write_page(struct output_set *set, const char *path, const json_t *report,
		       struct error *err)
{
	FILE *page = output_add_path(set, path, err);

	return page != NULL && page_write(page, report, err);
}

static bool write_json(struct output_set *set, const char *path, const json_t *report,
		       struct error *err)
{
	FILE *stream = output_add_path(set, path, err);

	return stream != NULL &&
	       (json_dumpf(report, stream, JSON_INDENT(1) | JSON_SORT_KEYS) == 0 ||
		error_set(err, EXIT_HOST_IO, "cannot write %s", path));
}

bool campaign_report_write(const char *directory, const json_t *report, struct error *err)
{
	static const char *const claim_keys[] = {
		"text", "paper", "ours", "unit", "verdict", NULL
	};
	static const char *const run_keys[] = { "name",         "key",        "exit_code", "cycles",
						"instructions", "state_hash", NULL };
	struct output_set set;
	char path[PATH_MAX];
	bool good = output_begin(&set, NULL, false, err);

	snprintf(path, sizeof(path), "%s/index.html", directory);
	good = good && write_page(&set, path, report, err);
	snprintf(path, sizeof(path), "%s/report.json", directory);
	good = good && write_json(&set, path, report, err);
	snprintf(path, sizeof(path), "%s/claims.csv", directory);
	good = good && write_items(&set, path, report, "claims", claim_keys, err);
	snprintf(path, sizeof(path), "%s/runs.csv", directory);
	good = good && write_items(&set, path, report, "runs", run_keys, err);
	good = good && write_tables(&set, directory, report, err) && output_commit(&set, err);
	output_discard(&set);
	return good;
}
