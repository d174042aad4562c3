/* SPDX-License-Identifier: MIT */
/*
 * sandbox.h - evaluating a configuration written in Lua.
 *
 * The program gets arithmetic, strings and tables and nothing of the host: no files, no time, no
 * randomness, no addresses, no order of hashing. Memory and time are bounded.
 */
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "sim/error.h"

/*
 * Runs `text` and converts the table that it returns: tables to objects or arrays, numbers,
 * strings, booleans. `given` is the program's argument (`local given = ...`), or NULL. NULL after
 * an error, which begins with the file and, where known, the line.
 */
json_t *sandbox_evaluate(const char *path, const char *text, size_t size, const json_t *given,
			 struct error *err);
