/* SPDX-License-Identifier: MIT */
/* values.h - from JSON values to the members that the schema names. */
#pragma once

#include "sim/config/schema.h"

/* How a value is named in messages: "config.lua:3: machine.nodes", "--set: machine.nodes". */
#define VALUES_NAME_MAX 512U

/* Fills `config` from config->written: unknown keys are errors, missing ones get defaults. */
bool values_read(struct config *config, struct error *err);

/* Frees what values_read() has made, as far as it came. */
void values_release(struct config *config);

/* One value as it is written in config.json. */
json_t *values_freeze(const struct schema_key *key, const void *member);

/*
 * "FILE:LINE: " or "FILE: " for messages about the last name of `path`: its line, where only one
 * line of the file sets such a name.
 */
void values_place(const struct config *config, const char *path, char *text, size_t size);
