/* SPDX-License-Identifier: MIT */
/* files.c - reading whole files. */
#include "sim/config/files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool read_all(FILE *stream, const char *path, size_t limit, uint8_t **bytes, size_t *size,
		     struct error *err)
{
	size_t capacity = 0;

	do {
		if (*size == capacity) {
			capacity = capacity == 0 ? 4096 : capacity * 2;
			uint8_t *larger = realloc(*bytes, capacity);

			if (larger == NULL) {
				return error_set(err, EXIT_HOST_IO, "the host is out of memory");
			}
			*bytes = larger;
		}
		*size += fread(*bytes + *size, 1, capacity - *size, stream);
		if (*size > limit) {
			return error_set(err, EXIT_USAGE, "%s has more than %zu bytes", path,
					 limit);
		}
	} while (!feof(stream) && !ferror(stream));
	return !ferror(stream) ||
	       error_set(err, EXIT_HOST_IO, "cannot read %s: %s", path, strerror(errno));
}

bool files_read(const char *path, size_t limit, uint8_t **bytes, size_t *size, struct error *err)
{
	FILE *stream = fopen(path, "re");

	*bytes = NULL;
	*size = 0;
	if (stream == NULL) {
		return error_set(err, EXIT_HOST_IO, "cannot open %s: %s", path, strerror(errno));
	}
	bool done = read_all(stream, path, limit, bytes, size, err);

	fclose(stream);
	if (!done) {
		free(*bytes);
		*bytes = NULL;
	}
	return done;
}
