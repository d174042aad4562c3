/* SPDX-License-Identifier: MIT */
/* set.h - "key.path=value" of --set. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "sim/error.h"

/*
 * Puts the value into `written`, making what is missing on the way. Items of lists have numbers
 * from 1, as in Lua: "vms[1].memory=8M"; the one after the last adds an item.
 */
bool set_apply(json_t *written, const char *text, struct error *err);
