/* SPDX-License-Identifier: MIT */
/* files.h - reading whole files that go into a run. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/error.h"

/* Reads a file of at most `limit` bytes; *bytes is to be freed. */
bool files_read(const char *path, size_t limit, uint8_t **bytes, size_t *size, struct error *err);
