/* SPDX-License-Identifier: MIT */
/*
 * schema.h - the keys of the configuration: one row each says all there is to know.
 */
#pragma once

#include "sim/config/config.h"

enum schema_kind {
	SCHEMA_NUMBER,    /* uint64_t */
	SCHEMA_SIZE,      /* uint64_t bytes: "32M" */
	SCHEMA_TIME,      /* uint64_t nanoseconds: "300ns" */
	SCHEMA_FREQUENCY, /* uint64_t Hz: "400MHz" */
	SCHEMA_TEXT,      /* char * */
	SCHEMA_FILE,      /* char *, relative to the configuration file */
	SCHEMA_CHOICE,    /* unsigned, index into choices */
	SCHEMA_LIST,      /* struct config_list of what the rows "path[]...." have */
	SCHEMA_NUMBERS,   /* struct config_list of struct config_number */
	SCHEMA_SWITCHES   /* struct config_list of struct config_switch: names of one's own */
};

struct schema_key {
	const char *path; /* "machine.nodes", "modules[].name" */
	enum schema_kind kind;
	size_t offset;        /* in struct config, or in the item of its list */
	const char *fallback; /* the default as text; NULL: the key must be given, or none */
	uint64_t minimum;     /* of values; of items in a list */
	uint64_t maximum;     /* 0: no limit */
	const char *const *choices;
	const char *help;
	size_t item_bytes; /* of lists */
};

extern const struct schema_key schema_keys[];
extern const size_t schema_key_count;

/* What a value of this kind looks like: "a size such as 32M". */
const char *schema_expected(enum schema_kind kind);

/* Name of the kind in tables: "size". */
const char *schema_kind_name(enum schema_kind kind);

/* Must this key be given? */
bool schema_is_required(const struct schema_key *key);

/*
 * Is `key` one of the scope that begins with `prefix` ("", "modules[].")? Not if it belongs to the
 * items of a list in that scope.
 */
bool schema_in_scope(const struct schema_key *key, const char *prefix);
