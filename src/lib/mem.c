/* SPDX-License-Identifier: MIT */
/*
 * mem.c - memcpy and its relatives for the monitor; the host has its own.
 *
 * Pages are what is copied and cleared mostly: doublewords, four at a time. Compiled without
 * -ftree-loop-distribute-patterns, which would make calls to these functions out of their loops.
 */
#include <stdint.h>

#include "src/lib/string.h"

#define WORD  sizeof(uint64_t)
#define BLOCK (4 * WORD)

/* A doubleword of memory that has been declared as something else. */
typedef uint64_t __attribute__((may_alias)) any64;

static bool is_aligned(const void *a, const void *b)
{
	return (((uintptr_t)a | (uintptr_t)b) & (WORD - 1)) == 0;
}

void *memcpy(void *restrict to, const void *restrict from, size_t bytes)
{
	char *t = to;
	const char *f = from;

	if (is_aligned(to, from)) {
		while (bytes >= BLOCK) {
			any64 *tw = (any64 *)(void *)t;
			const any64 *fw = (const any64 *)(const void *)f;
			uint64_t a = fw[0];
			uint64_t b = fw[1];
			uint64_t c = fw[2];
			uint64_t d = fw[3];

			tw[0] = a;
			tw[1] = b;
			tw[2] = c;
			tw[3] = d;
			t += BLOCK;
			f += BLOCK;
			bytes -= BLOCK;
		}
	}
	while (bytes != 0) {
		*t++ = *f++;
		bytes--;
	}
	return to;
}

void *memmove(void *to, const void *from, size_t bytes)
{
	char *t = to;
	const char *f = from;

	if (t <= f || t >= f + bytes) {
		return memcpy(to, from, bytes);
	}
	while (bytes != 0) {
		bytes--;
		t[bytes] = f[bytes];
	}
	return to;
}

void *memset(void *to, int value, size_t bytes)
{
	char *t = to;
	uint64_t word = 0x0101010101010101U * (uint8_t)value;

	if (is_aligned(to, to)) {
		while (bytes >= BLOCK) {
			any64 *tw = (any64 *)(void *)t;

			tw[0] = word;
			tw[1] = word;
			tw[2] = word;
			tw[3] = word;
			t += BLOCK;
			bytes -= BLOCK;
		}
	}
	while (bytes != 0) {
		*t++ = (char)value;
		bytes--;
	}
	return to;
}

int memcmp(const void *a, const void *b, size_t bytes)
{
	const uint8_t *left = a;
	const uint8_t *right = b;
	size_t i;

	for (i = 0; i < bytes; i++) {
		if (left[i] != right[i]) {
			return left[i] - right[i];
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
