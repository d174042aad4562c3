/* SPDX-License-Identifier: MIT */
/*
 * string.c - memory and string functions, as ISO C has them.
 *
 * Plain loops: -fno-tree-loop-distribute-patterns (CMakeLists.txt) keeps the compiler from turning
 * the loop inside memset() into a call of memset().
 */
#include "guests/lib/string.h"

#include <stdint.h>

#define WORD sizeof(unsigned long)

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	unsigned char *out = to;
	const unsigned char *in = from;

	if ((((uintptr_t)out | (uintptr_t)in) & (WORD - 1)) == 0) {
		for (; size >= WORD; size -= WORD) {
			*(unsigned long *)out = *(const unsigned long *)in;
			out += WORD;
			in += WORD;
		}
	}
	while (size-- > 0) {
		*out++ = *in++;
	}
	return to;
}

void *memmove(void *to, const void *from, size_t size)
{
	unsigned char *out = to;
	const unsigned char *in = from;

	if (out <= in) {
		for (size_t i = 0; i < size; i++) {
			out[i] = in[i];
		}
	} else {
		while (size-- > 0) {
			out[size] = in[size];
		}
	}
	return to;
}

void *memset(void *to, int byte, size_t size)
{
	unsigned char *out = to;

	while (size-- > 0) {
		*out++ = (unsigned char)byte;
	}
	return to;
}

int memcmp(const void *left, const void *right, size_t size)
{
	const unsigned char *a = left;
	const unsigned char *b = right;

	for (; size > 0; size--, a++, b++) {
		if (*a != *b) {
			return *a - *b;
		}
	}
	return 0;
}

size_t strlen(const char *text)
{
	size_t length = 0;

	while (text[length] != '\0') {
		length++;
	}
	return length;
}

int strcmp(const char *left, const char *right)
{
	while (*left != '\0' && *left == *right) {
		left++;
		right++;
	}
	return (unsigned char)*left - (unsigned char)*right;
}
