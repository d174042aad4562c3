/* SPDX-License-Identifier: MIT */
/* freeze.c - all keys with their values, in the form that config_load() reads again. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/config/values.h"

#define PREFIX_BYTES_MAX 128U

static json_t *freeze_scope(const char *prefix, const void *base);

static json_t *freeze_items(const struct schema_key *key, const struct config_list *list)
{
	json_t *array = json_array();
	char prefix[PREFIX_BYTES_MAX];

	snprintf(prefix, sizeof(prefix), "%s[].", key->path);
	for (size_t i = 0; i < list->count; i++) {
		const char *item = (const char *)list->item + i * key->item_bytes;

		json_array_append_new(
			array,
			key->kind == SCHEMA_LIST
				? freeze_scope(prefix, item)
				: json_integer(
					  (json_int_t)((const struct config_number *)list->item)[i]
						  .value));
	}
	return array;
}

static json_t *freeze_switches(const struct config_list *list)
{
	json_t *object = json_object();

	for (size_t i = 0; i < list->count; i++) {
		const struct config_switch *item = (const struct config_switch *)list->item + i;

		json_object_set_new(object, item->name,
				    item->is_flag        ? json_boolean(item->is_on)
				    : item->text != NULL ? json_string(item->text)
							 : json_integer((json_int_t)item->number));
	}
	return object;
}

/* The whole name, so that config.json may be anywhere. */
static json_t *freeze_file(const char *name)
{
	char *whole = name[0] != '\0' ? realpath(name, NULL) : NULL;
	const char *slash = strrchr(name, '/');
	json_t *value;

	if (whole == NULL && name[0] != '\0') {
		/* A file that is still to be written: the whole name of its folder. */
		char *folder = slash != NULL ? strndup(name, (size_t)(slash - name) + 1) : NULL;
		char *place = realpath(folder != NULL ? folder : ".", NULL);

		value = place != NULL
				? json_sprintf("%s/%s", place, slash != NULL ? slash + 1 : name)
				: NULL;
		free(folder);
		free(place);
		return value != NULL ? value : json_string(name);
	}
	value = json_string(whole != NULL ? whole : name);
	free(whole);
	return value;
}

json_t *values_freeze(const struct schema_key *key, const void *member)
{
	switch (key->kind) {
	case SCHEMA_NUMBER:
	case SCHEMA_SIZE:
		return json_integer((json_int_t) * (const uint64_t *)member);
	case SCHEMA_TIME:
		return json_sprintf("%" PRIu64 "ns", *(const uint64_t *)member);
	case SCHEMA_FREQUENCY:
		return json_sprintf("%" PRIu64 "Hz", *(const uint64_t *)member);
	case SCHEMA_TEXT:
		return json_string(*(char *const *)member);
	case SCHEMA_FILE:
		return freeze_file(*(char *const *)member);
	case SCHEMA_CHOICE:
		return json_string(key->choices[*(const unsigned *)member]);
	case SCHEMA_LIST:
	case SCHEMA_NUMBERS:
		return freeze_items(key, member);
	case SCHEMA_SWITCHES:
		return freeze_switches(member);
	}
	return json_null();
}

/* Puts `value` at "a.b" below `object`. */
static void put(json_t *object, const char *path, json_t *value)
{
	char part[PREFIX_BYTES_MAX];
	size_t length = strcspn(path, ".");

	snprintf(part, sizeof(part), "%.*s", (int)length, path);
	if (path[length] == '\0') {
		json_object_set_new(object, part, value);
		return;
	}
	json_t *inner = json_object_get(object, part);

	if (inner == NULL) {
		inner = json_object();
		json_object_set_new(object, part, inner);
	}
	put(inner, path + length + 1, value);
}

static json_t *freeze_scope(const char *prefix, const void *base)
{
	json_t *object = json_object();

	for (size_t i = 0; i < schema_key_count; i++) {
		const struct schema_key *key = &schema_keys[i];

		if (schema_in_scope(key, prefix)) {
			put(object, key->path + strlen(prefix),
			    values_freeze(key, (const char *)base + key->offset));
		}
	}
	return object;
}

json_t *config_freeze(const struct config *config)
{
	return freeze_scope("", config);
}
