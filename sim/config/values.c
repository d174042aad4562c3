/* SPDX-License-Identifier: MIT */
/* values.c - converting and checking values, one function for each kind of key. */
#include "sim/config/values.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/devtree.h"
#include "sim/cmd/options.h"

#define PATH_MAX_BYTES 256U
#define KEYS_MAX       256U /* more than the schema has */

/* A value on its way: what it is called, where it goes. */
struct reading {
	struct config *config;
	const struct schema_key *key;
	const char *path; /* with numbers in brackets */
	void *member;
	struct error *err;
};

static bool is_name_byte(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Does the line have `name =`, as a name of its own and in front of any comment? */
static bool line_sets(const char *line, const char *end, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = line; at + length < end; at++) {
		if (at[0] == '-' && at[1] == '-') {
			return false;
		}
		if (strncmp(at, name, length) != 0 || is_name_byte(at[length]) ||
		    (at > line && is_name_byte(at[-1]))) {
			continue;
		}
		const char *after = at + length;

		while (after < end && (*after == ' ' || *after == '\t')) {
			after++;
		}
		if (after + 1 < end && after[0] == '=' && after[1] != '=') {
			return true;
		}
	}
	return false;
}

void values_place(const struct config *config, const char *path, char *text, size_t size)
{
	const char *dot = strrchr(path, '.');
	unsigned line = 0;
	unsigned found = 0;
	unsigned hits = 0;
	char name[PATH_MAX_BYTES];

	snprintf(name, sizeof(name), "%s", dot != NULL ? dot + 1 : path);
	name[strcspn(name, "[")] = '\0';
	for (const char *at = config->source; at != NULL && *at != '\0';) {
		const char *end = at + strcspn(at, "\n");

		line++;
		if (name[0] != '\0' && line_sets(at, end, name)) {
			found = line;
			hits++;
		}
		at = *end == '\0' ? end : end + 1;
	}
	if (hits == 1) {
		snprintf(text, size, "%s:%u: ", config->path, found);
	} else {
		snprintf(text, size, "%s: ", config->path);
	}
}

/* "FILE:LINE: KEY is VALUE: expected ..." */
static bool refuse(const struct reading *r, const json_t *value, const char *expected)
{
	char place[VALUES_NAME_MAX];
	char *shown = json_dumps(value, JSON_ENCODE_ANY | JSON_SORT_KEYS | JSON_COMPACT);

	values_place(r->config, r->path, place, sizeof(place));
	error_set(r->err, EXIT_USAGE, "%s%s is %.80s: expected %s", place, r->path,
		  shown != NULL ? shown : "?", expected);
	free(shown);
	return false;
}

static uint64_t frequency_factor(const char *unit)
{
	static const struct {
		const char *name;
		uint64_t factor;
	} units[] = { { "Hz", 1 }, { "kHz", 1000 }, { "MHz", 1000000 }, { "GHz", 1000000000 } };

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(unit, units[i].name) == 0) {
			return units[i].factor;
		}
	}
	return 0;
}

static bool parse_frequency(const char *text, uint64_t *value)
{
	char digits[24];
	size_t length = strspn(text, "0123456789");
	uint64_t factor = frequency_factor(text + length);

	if (length == 0 || length >= sizeof(digits) || factor == 0) {
		return false;
	}
	memcpy(digits, text, length);
	digits[length] = '\0';
	if (!options_parse_number(digits, OPTION_NUMBER, value) || *value > UINT64_MAX / factor) {
		return false;
	}
	*value *= factor;
	return true;
}

static bool parse_quantity(enum schema_kind kind, const char *text, uint64_t *value)
{
	switch (kind) {
	case SCHEMA_FREQUENCY:
		return parse_frequency(text, value);
	case SCHEMA_SIZE:
		return options_parse_number(text, OPTION_SIZE, value);
	case SCHEMA_TIME:
		return options_parse_number(text, OPTION_TIME, value);
	default:
		return options_parse_number(text, OPTION_NUMBER, value);
	}
}

/* Numbers without a unit are counts and bytes; times and frequencies have one. */
static bool read_quantity(const struct reading *r, const json_t *value)
{
	const struct schema_key *key = r->key;
	bool has_unit = key->kind == SCHEMA_TIME || key->kind == SCHEMA_FREQUENCY;
	uint64_t number = 0;
	bool good = false;
	char expected[128];

	if (json_is_string(value)) {
		good = parse_quantity(key->kind, json_string_value(value), &number);
	} else if (json_is_integer(value) && !has_unit && json_integer_value(value) >= 0) {
		number = (uint64_t)json_integer_value(value);
		good = true;
	}
	if (!good) {
		return refuse(r, value, schema_expected(key->kind));
	}
	if (number < key->minimum || (key->maximum != 0 && number > key->maximum)) {
		const char *unit = key->kind == SCHEMA_SIZE        ? " bytes"
				   : key->kind == SCHEMA_TIME      ? " ns"
				   : key->kind == SCHEMA_FREQUENCY ? " Hz"
								   : "";

		snprintf(expected, sizeof(expected), "%" PRIu64 " to %" PRIu64 "%s", key->minimum,
			 key->maximum, unit);
		return refuse(r, value, expected);
	}
	*(uint64_t *)r->member = number;
	return true;
}

static char *copy_text(const char *text)
{
	char *copy = strdup(text);

	if (copy == NULL) {
		abort(); /* the host is out of memory */
	}
	return copy;
}

static bool read_text(const struct reading *r, const json_t *value)
{
	const char *text = json_string_value(value);

	if (text == NULL) {
		return refuse(r, value, schema_expected(r->key->kind));
	}
	/* A key without a default has to say something. */
	if (text[0] == '\0' && r->key->fallback == NULL) {
		return refuse(r, value, "a text that is not empty");
	}
	*(char **)r->member = copy_text(text);
	return true;
}

/* A file's name: relative to the folder of the configuration file. */
static bool read_file_name(const struct reading *r, const json_t *value)
{
	const char *name = json_string_value(value);
	const char *slash = strrchr(r->config->path, '/');
	bool is_optional = r->key->fallback != NULL;
	char *path;

	if (name == NULL || (name[0] == '\0' && !is_optional)) {
		return refuse(r, value, schema_expected(r->key->kind));
	}
	if (name[0] == '\0' || name[0] == '/' || slash == NULL) {
		path = copy_text(name);
	} else if (asprintf(&path, "%.*s/%s", (int)(slash - r->config->path), r->config->path,
			    name) < 0) {
		abort(); /* the host is out of memory */
	}
	*(char **)r->member = path;
	return true;
}

static const char *choice_name(const void *context, size_t index)
{
	return ((const char *const *)context)[index];
}

static bool read_choice(const struct reading *r, const json_t *value)
{
	const char *const *choices = r->key->choices;
	const char *text = json_string_value(value);
	char expected[256] = "";
	size_t count = 0;

	for (; choices[count] != NULL; count++) {
		size_t used = strlen(expected);

		if (text != NULL && strcmp(text, choices[count]) == 0) {
			*(unsigned *)r->member = (unsigned)count;
			return true;
		}
		snprintf(expected + used, sizeof(expected) - used, "%s%s", count > 0 ? ", " : "",
			 choices[count]);
	}
	const char *nearest =
		text != NULL ? options_nearest(text, choice_name, choices, count) : NULL;
	size_t used = strlen(expected);

	if (nearest != NULL) {
		snprintf(expected + used, sizeof(expected) - used, " (did you mean %s?)", nearest);
	}
	return refuse(r, value, expected);
}

/* Makes room for the items of a list: an array, or nothing at all ({} is an empty object). */
static bool begin_list(const struct reading *r, const json_t *value, size_t count)
{
	struct config_list *list = r->member;
	char expected[64];

	if (count > r->key->maximum) {
		snprintf(expected, sizeof(expected), "at most %" PRIu64 " items", r->key->maximum);
		return refuse(r, value, expected);
	}
	list->item = calloc(count + 1, r->key->item_bytes);
	if (list->item == NULL) {
		abort(); /* the host is out of memory */
	}
	list->count = count;
	return true;
}

static bool is_list(const json_t *value)
{
	return json_is_array(value) || (json_is_object(value) && json_object_size(value) == 0);
}

/* "0,2" of --set, or an array. Each number is at most the key's maximum. */
static bool read_numbers(const struct reading *r, const json_t *value)
{
	json_t *from_text = NULL;
	bool good = true;

	if (json_is_string(value)) {
		char *copy = copy_text(json_string_value(value));
		char *rest = NULL;

		from_text = json_array();
		for (char *part = strtok_r(copy, ",", &rest); part != NULL;
		     part = strtok_r(NULL, ",", &rest)) {
			json_array_append_new(from_text, json_string(part));
		}
		free(copy);
		value = from_text;
	}
	if (!is_list(value)) {
		return refuse(r, value, schema_expected(r->key->kind));
	}
	good = begin_list(r, value, json_array_size(value));
	for (size_t i = 0; good && i < json_array_size(value); i++) {
		struct config_number *item = ((struct config_list *)r->member)->item;
		struct schema_key number = *r->key;
		struct reading one = *r;

		number.kind = SCHEMA_NUMBER;
		one.key = &number;
		one.member = &item[i].value;
		good = read_quantity(&one, json_array_get(value, i));
	}
	json_decref(from_text);
	return good;
}

/* Not a property that the tree has already. */
static bool is_switch_name(const char *name)
{
	static const char *const taken[] = { DEVTREE_VM_NAME,      DEVTREE_VM_MEMORY,
					     DEVTREE_VM_VCPUS,     DEVTREE_VM_KERNEL,
					     DEVTREE_VM_TREE,      DEVTREE_VM_CPUS,
					     DEVTREE_VM_PRIVILEGED };
	size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");

	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
		if (strcmp(strchr(taken[i], ',') + 1, name) == 0) {
			return false;
		}
	}
	return length > 0 && length < 24 && name[length] == '\0';
}

/* --set has only text: true, false and numbers mean what they say. */
static bool read_switch_text(struct config_switch *item, const char *text)
{
	if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0) {
		item->is_flag = true;
		item->is_on = text[0] == 't';
	} else if (!options_parse_number(text, OPTION_NUMBER, &item->number)) {
		item->text = copy_text(text);
	}
	return true;
}

static bool read_switch(struct config_switch *item, const json_t *value)
{
	if (json_is_boolean(value)) {
		item->is_flag = true;
		item->is_on = json_is_true(value);
		return true;
	}
	if (json_is_integer(value) && json_integer_value(value) >= 0) {
		item->number = (uint64_t)json_integer_value(value);
		return true;
	}
	return json_is_string(value) && read_switch_text(item, json_string_value(value));
}

static int compare_switches(const void *a, const void *b)
{
	return strcmp(((const struct config_switch *)a)->name,
		      ((const struct config_switch *)b)->name);
}

static bool read_switches(const struct reading *r, const json_t *value)
{
	struct config_list *list = r->member;
	const char *name;
	json_t *set;
	size_t count = 0;

	if (!json_is_object(value)) {
		return refuse(r, value, schema_expected(r->key->kind));
	}
	if (!begin_list(r, value, json_object_size(value))) {
		return false;
	}
	struct config_switch *items = list->item;

	json_object_foreach((json_t *)(uintptr_t)value, name, set)
	{
		items[count].name = copy_text(name);
		if (!is_switch_name(name) || !read_switch(&items[count], set) ||
		    items[count].number > UINT32_MAX) {
			return refuse(
				r, value,
				"names of small letters, digits and - that no other key of a VM "
				"has, each true, false, a number of 32 bits or a string");
		}
		count++;
	}
	qsort(items, count, sizeof(*items), compare_switches);
	return true;
}

static bool read_scope(struct config *config, json_t *object, const char *prefix, const char *path,
		       void *base, struct error *err);

static bool read_tables(const struct reading *r, const json_t *value)
{
	char prefix[PATH_MAX_BYTES];

	if (!is_list(value)) {
		return refuse(r, value, schema_expected(r->key->kind));
	}
	if (!begin_list(r, value, json_array_size(value))) {
		return false;
	}
	snprintf(prefix, sizeof(prefix), "%s[].", r->key->path);
	for (size_t i = 0; i < json_array_size(value); i++) {
		struct config_list *list = r->member;
		char path[PATH_MAX_BYTES];

		snprintf(path, sizeof(path), "%s[%zu].", r->path, i + 1);
		if (!json_is_object(json_array_get(value, i))) {
			return refuse(r, value, schema_expected(r->key->kind));
		}
		if (!read_scope(r->config, json_array_get(value, i), prefix, path,
				(char *)list->item + i * r->key->item_bytes, r->err)) {
			return false;
		}
	}
	return true;
}

static bool read_value(const struct reading *r, const json_t *value)
{
	switch (r->key->kind) {
	case SCHEMA_NUMBER:
	case SCHEMA_SIZE:
	case SCHEMA_TIME:
	case SCHEMA_FREQUENCY:
		return read_quantity(r, value);
	case SCHEMA_TEXT:
		return read_text(r, value);
	case SCHEMA_FILE:
		return read_file_name(r, value);
	case SCHEMA_CHOICE:
		return read_choice(r, value);
	case SCHEMA_LIST:
		return read_tables(r, value);
	case SCHEMA_NUMBERS:
		return read_numbers(r, value);
	case SCHEMA_SWITCHES:
		return read_switches(r, value);
	}
	return false;
}

/* The value at "a.b" below `object`; NULL if there is none. */
static json_t *find_value(const json_t *object, const char *path)
{
	char part[PATH_MAX_BYTES];
	size_t length = strcspn(path, ".");

	snprintf(part, sizeof(part), "%.*s", (int)length, path);
	json_t *value = json_object_get(object, part);

	return path[length] == '\0' || value == NULL ? value : find_value(value, path + length + 1);
}

static const char *key_path(const void *context, size_t index)
{
	return ((const char *const *)context)[index];
}

/* `name` is no key below `prefix`, and begins none. */
static bool refuse_unknown(const struct config *config, const char *prefix, const char *path,
			   const char *name, struct error *err)
{
	const char *known[KEYS_MAX];
	size_t count = 0;
	char whole[PATH_MAX_BYTES];
	char place[VALUES_NAME_MAX];
	char shown[PATH_MAX_BYTES];

	for (size_t i = 0; i < schema_key_count && count < KEYS_MAX; i++) {
		if (schema_in_scope(&schema_keys[i], prefix)) {
			known[count++] = schema_keys[i].path;
		}
	}
	snprintf(whole, sizeof(whole), "%s%s", prefix, name);
	snprintf(shown, sizeof(shown), "%s%s", path, name);
	values_place(config, shown, place, sizeof(place));
	const char *nearest = options_nearest(whole, key_path, known, count);

	return error_set(err, EXIT_USAGE,
			 "%sunknown key '%s'%s%s%s; mirrorball run --help-config lists them", place,
			 shown, nearest ? " (did you mean " : "", nearest ? nearest : "",
			 nearest ? "?)" : "");
}

/* What `prefix` + `name` is: a key, the beginning of keys, or neither. */
static const struct schema_key *find_key(const char *prefix, const char *name, bool *is_table)
{
	size_t length = strlen(prefix);

	*is_table = false;
	if (strchr(name, '.') != NULL) {
		return NULL; /* a name, not a path */
	}
	for (size_t i = 0; i < schema_key_count; i++) {
		const char *path = schema_keys[i].path;
		size_t part = strlen(name);

		if (!schema_in_scope(&schema_keys[i], prefix) ||
		    strncmp(path + length, name, part) != 0) {
			continue;
		}
		if (path[length + part] == '\0') {
			return &schema_keys[i];
		}
		*is_table = *is_table || path[length + part] == '.';
	}
	return NULL;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Every name of `object` must be a key. They are looked at in order, so messages are repeatable. */
static bool check_names(const struct config *config, json_t *object, const char *prefix,
			const char *path, struct error *err)
{
	size_t count = 0;
	const char **names = calloc(json_object_size(object) + 1, sizeof(*names));
	const char *name;
	json_t *value;
	bool good = true;

	if (names == NULL) {
		abort(); /* the host is out of memory */
	}
	json_object_foreach(object, name, value)
	{
		names[count++] = name;
	}
	qsort(names, count, sizeof(*names), compare_names);
	for (size_t i = 0; good && i < count; i++) {
		bool is_table;
		const struct schema_key *key = find_key(prefix, names[i], &is_table);
		json_t *inner = json_object_get(object, names[i]);
		char deeper[PATH_MAX_BYTES];
		char shown[PATH_MAX_BYTES];

		if (key != NULL) {
			continue;
		}
		snprintf(deeper, sizeof(deeper), "%s%s.", prefix, names[i]);
		snprintf(shown, sizeof(shown), "%s%s.", path, names[i]);
		if (!is_table || names[i][0] == '\0') {
			good = refuse_unknown(config, prefix, path, names[i], err);
		} else if (!json_is_object(inner)) {
			char place[VALUES_NAME_MAX];

			values_place(config, names[i], place, sizeof(place));
			good = error_set(err, EXIT_USAGE, "%s%s%s is no table of keys", place, path,
					 names[i]);
		} else {
			good = check_names(config, inner, deeper, shown, err);
		}
	}
	free((void *)names);
	return good;
}

/* A key that is not written: its default, if it has one. */
static bool read_default(const struct reading *r)
{
	char place[VALUES_NAME_MAX];

	if (schema_is_required(r->key)) {
		values_place(r->config, "", place, sizeof(place));
		return error_set(r->err, EXIT_USAGE, "%s%s is missing: expected %s (%s)", place,
				 r->path, schema_expected(r->key->kind), r->key->help);
	}
	if (r->key->fallback == NULL) {
		return true; /* an empty list */
	}
	json_t *text = json_string(r->key->fallback);
	bool good = read_value(r, text);

	json_decref(text);
	return good;
}

static bool read_scope(struct config *config, json_t *object, const char *prefix, const char *path,
		       void *base, struct error *err)
{
	size_t length = strlen(prefix);

	if (!check_names(config, object, prefix, path, err)) {
		return false;
	}
	for (size_t i = 0; i < schema_key_count; i++) {
		const struct schema_key *key = &schema_keys[i];
		char shown[PATH_MAX_BYTES];

		if (!schema_in_scope(key, prefix)) {
			continue;
		}
		snprintf(shown, sizeof(shown), "%s%s", path, key->path + length);
		struct reading reading = { config, key, shown, (char *)base + key->offset, err };
		const json_t *value = find_value(object, key->path + length);

		if (value != NULL ? !read_value(&reading, value) : !read_default(&reading)) {
			return false;
		}
	}
	return true;
}

bool values_read(struct config *config, struct error *err)
{
	return read_scope(config, config->written, "", "", config, err);
}

static void release_scope(const char *prefix, void *base);

static void release_tables(const struct schema_key *key, const struct config_list *list)
{
	char prefix[PATH_MAX_BYTES];

	snprintf(prefix, sizeof(prefix), "%s[].", key->path);
	for (size_t i = 0; i < list->count; i++) {
		release_scope(prefix, (char *)list->item + i * key->item_bytes);
	}
}

static void release_switches(const struct config_list *list)
{
	const struct config_switch *item = list->item;

	for (size_t i = 0; i < list->count; i++) {
		free(item[i].name);
		free(item[i].text);
	}
}

static void release_list(const struct schema_key *key, struct config_list *list)
{
	if (key->kind == SCHEMA_LIST) {
		release_tables(key, list);
	} else if (key->kind == SCHEMA_SWITCHES) {
		release_switches(list);
	}
	free(list->item);
	*list = (struct config_list){ 0 };
}

static void release_scope(const char *prefix, void *base)
{
	for (size_t i = 0; i < schema_key_count; i++) {
		const struct schema_key *key = &schema_keys[i];
		void *member = (char *)base + key->offset;

		if (!schema_in_scope(key, prefix)) {
			continue;
		}
		if (key->item_bytes != 0) {
			release_list(key, member);
		} else if (key->kind == SCHEMA_TEXT || key->kind == SCHEMA_FILE) {
			free(*(char **)member);
			*(char **)member = NULL;
		}
	}
}

void values_release(struct config *config)
{
	release_scope("", config);
}
