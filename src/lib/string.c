/* SPDX-License-Identifier: MIT */
/*
 * string.c - memory and string functions. Aligned copies go by doublewords; page copies have their
 * own loops (hooks.h).
 *
 * Built with -ffreestanding and -fno-tree-loop-distribute-patterns, or gcc would make memset of the
 * loop in memset.
 */
#include "src/lib/string.h"

#include <stdint.h>

#define WORD_BYTES sizeof(uint64_t)

/* A doubleword that may hold part of anything. */
typedef uint64_t __attribute__((may_alias)) word_t;

void *memcpy(void *restrict to, const void *restrict from, size_t bytes)
{
	unsigned char *t = to;
	const unsigned char *f = from;

	if ((((uintptr_t)t | (uintptr_t)f) % WORD_BYTES) == 0) {
		for (; bytes >= WORD_BYTES; bytes -= WORD_BYTES) {
			*(word_t *)(void *)t = *(const word_t *)(const void *)f;
			t += WORD_BYTES;
			f += WORD_BYTES;
		}
	}
	for (; bytes != 0; bytes--) {
		*t++ = *f++;
	}
	return to;
}

void *memmove(void *to, const void *from, size_t bytes)
{
	unsigned char *t = to;
	const unsigned char *f = from;

	if ((uintptr_t)t - (uintptr_t)f >= bytes) {
		/* `to` is before `from`, or behind its end: forward is right. */
		for (; bytes != 0; bytes--) {
			*t++ = *f++;
		}
	} else {
		while (bytes-- != 0) {
			t[bytes] = f[bytes];
		}
	}
	return to;
}

void *memset(void *to, int value, size_t bytes)
{
	unsigned char *t = to;
	uint64_t word = (unsigned char)value * (UINT64_MAX / 0xff);

	for (; bytes != 0 && (uintptr_t)t % WORD_BYTES != 0; bytes--) {
		*t++ = (unsigned char)value;
	}
	for (; bytes >= WORD_BYTES; bytes -= WORD_BYTES) {
		*(word_t *)(void *)t = word;
		t += WORD_BYTES;
	}
	for (; bytes != 0; bytes--) {
		*t++ = (unsigned char)value;
	}
	return to;
}

int memcmp(const void *a, const void *b, size_t bytes)
{
	const unsigned char *x = a;
	const unsigned char *y = b;

	for (size_t i = 0; i < bytes; i++) {
		if (x[i] != y[i]) {
			return x[i] - y[i];
		}
	}
	return 0;
}

size_t strlen(const char *string)
{
	size_t length = 0;

	while (string[length] != 0) {
		length++;
	}
	return length;
}

int strcmp(const char *a, const char *b)
{
	while (*a != 0 && *a == *b) {
		a++;
		b++;
	}
	return (unsigned char)*a - (unsigned char)*b;
}

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
