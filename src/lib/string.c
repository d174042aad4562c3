/* SPDX-License-Identifier: MIT */
/* string.c - functions on strings that the C library does not have, or not so. */
#include "src/lib/string.h"

size_t string_length(const char *string, size_t bytes)
{
	size_t length = 0;

	while (length < bytes && string[length] != 0) {
		length++;
	}
	return length;
}

bool string_equal(const char *a, const char *b)
{
	while (*a != 0 && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

bool string_copy(char *to, size_t bytes, const char *from)
{
	size_t i = 0;

	if (bytes == 0) {
		return false;
	}
	for (; i < bytes - 1 && from[i] != 0; i++) {
		to[i] = from[i];
	}
	to[i] = 0;
	return from[i] == 0;
}
