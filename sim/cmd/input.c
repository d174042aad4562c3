/* SPDX-License-Identifier: MIT */
/* input.c - reading what is typed, and typing it. */
#include "sim/cmd/input.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#define INPUT_BYTES_MAX (64U << 20)

static bool read_stream(struct input *input, FILE *stream, const char *path, struct error *err)
{
	size_t capacity = 0;

	do {
		if (input->size == capacity) {
			capacity = capacity == 0 ? 4096 : capacity * 2;
			uint8_t *larger = realloc(input->bytes, capacity);

			if (larger == NULL) {
				return error_set(err, EXIT_HOST_IO, "the host is out of memory");
			}
			input->bytes = larger;
		}
		input->size += fread(input->bytes + input->size, 1, capacity - input->size, stream);
		if (input->size > INPUT_BYTES_MAX) {
			return error_set(err, EXIT_USAGE, "--input: %s has more than %u MB", path,
					 INPUT_BYTES_MAX >> 20);
		}
	} while (!feof(stream) && !ferror(stream));
	if (ferror(stream)) {
		return error_set(err, EXIT_HOST_IO, "--input: cannot read %s: %s", path,
				 strerror(errno));
	}
	return true;
}

bool input_read(struct input *input, const char *path, struct error *err)
{
	if (strcmp(path, "-") == 0) {
		return read_stream(input, stdin, "standard input", err);
	}
	FILE *stream = fopen(path, "re");

	if (stream == NULL) {
		return error_set(err, EXIT_HOST_IO, "--input: %s: %s", path, strerror(errno));
	}
	bool done = read_stream(input, stream, path, err);

	fclose(stream);
	return done;
}

bool input_give(struct input *input, struct machine *machine)
{
	size_t before = input->given;

	while (input_remains(input) && machine_console_input(machine, input->bytes[input->given])) {
		input->given++;
	}
	return input->given != before;
}

bool input_remains(const struct input *input)
{
	return input->given < input->size;
}

uint64_t input_hash(const struct input *input)
{
	return XXH3_64bits(input->bytes, input->size);
}

void input_release(struct input *input)
{
	free(input->bytes);
	*input = (struct input){ 0 };
}
