/* SPDX-License-Identifier: MIT */
/* set.c - finding the place that --set names. */
#include "sim/config/set.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/cmd/options.h"
#include "sim/config/schema.h"

#define PATH_BYTES_MAX 256U

/* One step of a path: a name and, for an item of a list, its number from 1. */
struct step {
	char name[PATH_BYTES_MAX];
	unsigned long item; /* 0: none */
};

static const char *key_path(const void *context, size_t index)
{
	(void)context;
	return schema_keys[index].path;
}

static bool refuse_unknown(const char *path, struct error *err)
{
	const char *nearest = options_nearest(path, key_path, NULL, schema_key_count);

	return error_set(err, EXIT_USAGE,
			 "--set: unknown key '%s'%s%s%s; mirrorball run --help-config lists them",
			 path, nearest ? " (did you mean " : "", nearest ? nearest : "",
			 nearest ? "?)" : "");
}

/* Takes one step off *path. False where it is malformed. */
static bool next_step(const char **path, struct step *step)
{
	size_t length = strcspn(*path, ".[");

	if (length == 0 || length >= sizeof(step->name)) {
		return false;
	}
	memcpy(step->name, *path, length);
	step->name[length] = '\0';
	step->item = 0;
	*path += length;
	if (**path == '[') {
		char *end;

		step->item = strtoul(*path + 1, &end, 10);
		if (step->item == 0 || *end != ']') {
			return false;
		}
		*path = end + 1;
	}
	if (**path == '.') {
		(*path)++;
		return **path != '\0';
	}
	return **path == '\0';
}

/* The row of a path without numbers, "vms[].memory"; a switch's row is that of its table. */
static const struct schema_key *find_row(const char *pattern)
{
	for (size_t i = 0; i < schema_key_count; i++) {
		const struct schema_key *key = &schema_keys[i];
		size_t length = strlen(key->path);

		if (strcmp(key->path, pattern) == 0 ||
		    (key->kind == SCHEMA_SWITCHES && strncmp(pattern, key->path, length) == 0 &&
		     pattern[length] == '.')) {
			return key;
		}
	}
	return NULL;
}

/* The row that `path` names; NULL with an error if it names none. */
static const struct schema_key *check_path(const char *path, struct error *err)
{
	char pattern[2 * PATH_BYTES_MAX] = "";
	const char *rest = path;

	while (*rest != '\0') {
		struct step step;
		size_t used = strlen(pattern);

		if (!next_step(&rest, &step)) {
			refuse_unknown(path, err);
			return NULL;
		}
		snprintf(pattern + used, sizeof(pattern) - used, "%s%s%s", used > 0 ? "." : "",
			 step.name, step.item != 0 ? "[]" : "");
	}
	const struct schema_key *key = find_row(pattern);

	if (key == NULL || key->kind == SCHEMA_LIST) {
		refuse_unknown(pattern, err);
		return NULL;
	}
	return key;
}

/* The object at `step` below `object`, made if need be. NULL if the item's number is too high. */
static json_t *descend(json_t *object, const struct step *step)
{
	json_t *inner = json_object_get(object, step->name);
	bool is_list = step->item != 0;

	/* An empty table of Lua is an object. */
	if (!(is_list ? json_is_array(inner) : json_is_object(inner))) {
		inner = is_list ? json_array() : json_object();
		json_object_set_new(object, step->name, inner);
	}
	if (!is_list) {
		return inner;
	}
	if (step->item == json_array_size(inner) + 1) {
		json_array_append_new(inner, json_object());
	}
	return json_array_get(inner, step->item - 1);
}

/* A file on the command line is meant from where the user is. */
static json_t *make_value(const struct schema_key *key, const char *text)
{
	char *here = NULL;
	json_t *value;

	if (key->kind == SCHEMA_FILE && text[0] != '/' && text[0] != '\0') {
		here = getcwd(NULL, 0);
	}
	value = here != NULL ? json_sprintf("%s/%s", here, text) : json_string(text);
	free(here);
	return value;
}

bool set_apply(json_t *written, const char *text, struct error *err)
{
	char path[PATH_BYTES_MAX];
	size_t length = strcspn(text, "=");
	json_t *object = written;
	const char *rest = path;
	struct step step;

	if (text[length] == '\0' || length == 0 || length >= sizeof(path)) {
		return error_set(err, EXIT_USAGE,
				 "--set: '%s' is not KEY=VALUE, as machine.nodes=4", text);
	}
	memcpy(path, text, length);
	path[length] = '\0';
	const struct schema_key *key = check_path(path, err);

	if (key == NULL) {
		return false;
	}
	while (next_step(&rest, &step) && *rest != '\0') {
		object = descend(object, &step);
		if (!json_is_object(object)) {
			return error_set(err, EXIT_USAGE,
					 "--set: %s: the list %s has fewer items than %lu", path,
					 step.name, step.item);
		}
	}
	json_t *value = make_value(key, text + length + 1);

	if (value == NULL || json_object_set_new(object, step.name, value) != 0) {
		return error_set(err, EXIT_USAGE, "--set: %s: the value is no UTF-8", path);
	}
	return true;
}
