/* SPDX-License-Identifier: MIT */
/* plan_check.c - the keys of a plan, and the names in it. */
#include "sim/campaign/plan_check.h"

#include <stdio.h>
#include <string.h>

#include "sim/cmd/options.h"

enum kind {
	KIND_TEXT,
	KIND_NUMBER,
	KIND_FLAG,
	KIND_LIST,  /* of anything */
	KIND_TEXTS, /* list of strings */
	KIND_NAMES, /* strings by name */
	KIND_WORDS  /* a string, or a list of strings */
};

struct key {
	const char *name;
	enum kind kind;
	bool is_required;
};

static const char *const kind_names[] = {
	"a text",
	"a number",
	"true or false",
	"a list",
	"a list of texts",
	"texts by names",
	"a text, or a list of texts",
};

static const struct key plan_keys[] = {
	{ "name", KIND_TEXT, true },   { "title", KIND_TEXT, true },
	{ "about", KIND_TEXT, false }, { "runs", KIND_LIST, true },
	{ "vary", KIND_LIST, false },  { "tables", KIND_LIST, false },
	{ "plots", KIND_LIST, false }, { "claims", KIND_LIST, false },
	{ NULL, KIND_TEXT, false },
};

static const struct key run_keys[] = {
	{ "name", KIND_TEXT, true },      { "config", KIND_TEXT, false },
	{ "set", KIND_TEXTS, false },     { "resume", KIND_TEXT, false },
	{ "options", KIND_TEXTS, false }, { "checkpoint", KIND_TEXT, false },
	{ "find", KIND_NAMES, false },    { "expect", KIND_WORDS, false },
	{ "exit", KIND_NUMBER, false },   { "seconds", KIND_NUMBER, false },
	{ "symbols", KIND_TEXT, false },  { NULL, KIND_TEXT, false },
};

static const struct key vary_keys[] = {
	{ "key", KIND_TEXT, true },
	{ "values", KIND_LIST, true },
	{ NULL, KIND_TEXT, false },
};

static const struct key table_keys[] = {
	{ "title", KIND_TEXT, true }, { "columns", KIND_TEXTS, true }, { "rows", KIND_LIST, true },
	{ "note", KIND_TEXT, false }, { NULL, KIND_TEXT, false },
};

/* Bars: `parts` and `rows` of a label and a number for each part. Lines: `columns` as of a table.
 */
static const struct key plot_keys[] = {
	{ "title", KIND_TEXT, true },    { "kind", KIND_TEXT, true }, { "x", KIND_TEXT, false },
	{ "columns", KIND_TEXTS, true }, { "y", KIND_TEXT, false },   { "rows", KIND_LIST, true },
	{ NULL, KIND_TEXT, false },
};

static const struct key claim_keys[] = {
	{ "text", KIND_TEXT, true },       { "paper", KIND_NUMBER, false },
	{ "ours", KIND_NUMBER, false },    { "unit", KIND_TEXT, false },
	{ "neutral", KIND_NUMBER, false }, { "tolerance", KIND_NUMBER, false },
	{ "runs", KIND_TEXTS, true },      { "counterfactual", KIND_LIST, false },
	{ NULL, KIND_TEXT, false },
};

static const struct key counterfactual_keys[] = {
	{ "cause", KIND_TEXT, true },    { "runs", KIND_TEXTS, true },
	{ "before", KIND_NUMBER, true }, { "after", KIND_NUMBER, true },
	{ NULL, KIND_TEXT, false },
};

static const char *key_name(const void *context, size_t index)
{
	return ((const struct key *)context)[index].name;
}

static bool has_texts(const json_t *value)
{
	const json_t *item;
	size_t index;

	json_array_foreach(value, index, item)
	{
		if (!json_is_string(item)) {
			return false;
		}
	}
	return json_is_array(value) || json_object_size(value) == 0;
}

static bool has_named_texts(const json_t *value)
{
	const char *key;
	const json_t *item;

	json_object_foreach((json_t *)(uintptr_t)value, key, item)
	{
		if (!json_is_string(item)) {
			return false;
		}
	}
	return json_is_object(value);
}

static bool is_of_kind(const json_t *value, enum kind kind)
{
	switch (kind) {
	case KIND_TEXT:
		return json_is_string(value);
	case KIND_NUMBER:
		return json_is_number(value);
	case KIND_FLAG:
		return json_is_boolean(value);
	case KIND_LIST:
		/* An empty table of Lua may be either. */
		return json_is_array(value) || json_object_size(value) == 0;
	case KIND_TEXTS:
		return has_texts(value);
	case KIND_WORDS:
		return json_is_string(value) || has_texts(value);
	case KIND_NAMES:
	default:
		return has_named_texts(value);
	}
}

/* `where` names the table in messages. */
static bool check_keys(const char *path, const char *where, const struct key *keys,
		       const json_t *table, struct error *err)
{
	const char *name;
	const json_t *value;
	size_t count = 0;

	if (!json_is_object(table)) {
		return error_set(err, EXIT_USAGE, "%s: %s is no table with named keys", path,
				 where);
	}
	while (keys[count].name != NULL) {
		count++;
	}
	json_object_foreach((json_t *)(uintptr_t)table, name, value)
	{
		size_t at = 0;

		while (at < count && strcmp(keys[at].name, name) != 0) {
			at++;
		}
		if (at == count) {
			const char *near = options_nearest(name, key_name, keys, count);

			return error_set(err, EXIT_USAGE, "%s: %s has an unknown key '%s'%s%s%s",
					 path, where, name, near != NULL ? " (did you mean " : "",
					 near != NULL ? near : "", near != NULL ? "?)" : "");
		}
		if (!is_of_kind(value, keys[at].kind)) {
			return error_set(err, EXIT_USAGE, "%s: key '%s' of %s is not %s", path,
					 name, where, kind_names[keys[at].kind]);
		}
	}
	for (size_t i = 0; i < count; i++) {
		if (keys[i].is_required && json_object_get(table, keys[i].name) == NULL) {
			return error_set(err, EXIT_USAGE, "%s: %s has no '%s'", path, where,
					 keys[i].name);
		}
	}
	return true;
}

static bool check_list(const char *path, const char *what, const struct key *keys,
		       const json_t *list, struct error *err)
{
	const json_t *item;
	size_t index;
	char where[64];

	json_array_foreach(list, index, item)
	{
		snprintf(where, sizeof(where), "%s[%zu]", what, index + 1);
		if (!check_keys(path, where, keys, item, err)) {
			return false;
		}
	}
	return true;
}

/* A row has a cell for each column. */
static bool check_rows(const char *path, const char *what, const json_t *list, struct error *err)
{
	const json_t *table;
	const json_t *row;
	size_t index;
	size_t at;

	json_array_foreach(list, index, table)
	{
		size_t columns = json_array_size(json_object_get(table, "columns"));

		json_array_foreach(json_object_get(table, "rows"), at, row)
		{
			if (json_array_size(row) != columns) {
				return error_set(err, EXIT_USAGE,
						 "%s: row %zu of %s[%zu] has %zu cells, "
						 "expected %zu",
						 path, at + 1, what, index + 1,
						 json_array_size(row), columns);
			}
		}
	}
	return true;
}

static bool check_claims(const char *path, const json_t *claims, struct error *err)
{
	const json_t *claim;
	size_t index;

	if (!check_list(path, "claims", claim_keys, claims, err)) {
		return false;
	}
	json_array_foreach(claims, index, claim)
	{
		if (!check_list(path, "counterfactual", counterfactual_keys,
				json_object_get(claim, "counterfactual"), err)) {
			return false;
		}
	}
	return true;
}

/* The name becomes names of files. */
static bool check_name(const char *path, const char *name, struct error *err)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";

	return (name[0] != '\0' && strlen(name) <= 40 && name[strspn(name, good)] == '\0') ||
	       error_set(err, EXIT_USAGE,
			 "%s: the name '%s' is not made of small letters, digits, - and _", path,
			 name);
}

bool plan_check(const char *path, const json_t *about, struct error *err)
{
	const json_t *plots = json_object_get(about, "plots");
	const json_t *plot;
	size_t index;

	if (!check_keys(path, "the plan", plan_keys, about, err) ||
	    !check_name(path, json_string_value(json_object_get(about, "name")), err) ||
	    !check_list(path, "runs", run_keys, json_object_get(about, "runs"), err) ||
	    !check_list(path, "vary", vary_keys, json_object_get(about, "vary"), err) ||
	    !check_list(path, "tables", table_keys, json_object_get(about, "tables"), err) ||
	    !check_list(path, "plots", plot_keys, plots, err) ||
	    !check_rows(path, "tables", json_object_get(about, "tables"), err) ||
	    !check_rows(path, "plots", plots, err) ||
	    !check_claims(path, json_object_get(about, "claims"), err)) {
		return false;
	}
	json_array_foreach(plots, index, plot)
	{
		const char *kind = json_string_value(json_object_get(plot, "kind"));

		if (strcmp(kind, "bars") != 0 && strcmp(kind, "lines") != 0) {
			return error_set(err, EXIT_USAGE,
					 "%s: plots[%zu].kind is '%s', expected bars or lines",
					 path, index + 1, kind);
		}
	}
	return true;
}

/* Is there a run of that name among the first `count`? */
static bool is_named(const json_t *runs, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		const json_t *run = json_array_get(runs, i);

		if (strcmp(json_string_value(json_object_get(run, "name")), name) == 0) {
			return true;
		}
	}
	return false;
}

bool plan_check_runs(const char *path, const json_t *runs, struct error *err)
{
	const json_t *run;
	size_t index;

	json_array_foreach(runs, index, run)
	{
		const char *name = json_string_value(json_object_get(run, "name"));
		const char *resume = json_string_value(json_object_get(run, "resume"));
		const char *checkpoint = json_string_value(json_object_get(run, "checkpoint"));

		if (is_named(runs, index, name)) {
			return error_set(err, EXIT_USAGE, "%s: two runs are called '%s'", path,
					 name);
		}
		if ((json_object_get(run, "config") != NULL) == (resume != NULL)) {
			return error_set(err, EXIT_USAGE,
					 "%s: run '%s' needs either config or resume", path, name);
		}
		if ((checkpoint != NULL) != (resume != NULL) ||
		    (checkpoint != NULL && strchr(checkpoint, '/') != NULL)) {
			return error_set(err, EXIT_USAGE,
					 "%s: run '%s': resume names a run, checkpoint the file "
					 "that it saves, without a folder",
					 path, name);
		}
		if (resume != NULL && !is_named(runs, index, resume)) {
			return error_set(err, EXIT_USAGE,
					 "%s: run '%s' resumes '%s', which is no run before it",
					 path, name, resume);
		}
	}
	return true;
}
