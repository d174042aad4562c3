/* SPDX-License-Identifier: MIT */
/*
 * string.h - the functions of the C library that the compiler may call and a few that we do.
 *
 * memcpy, memmove, memset and memcmp have their standard names, because gcc emits calls of them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
void *memset(void *to, int value, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);
size_t strlen(const char *string);
/* At most `bytes` long, or `bytes`. */
size_t string_length(const char *string, size_t bytes);
bool string_equal(const char *a, const char *b);
/* Copies and ends with 0; cuts what does not fit. False if cut. */
bool string_copy(char *to, size_t bytes, const char *from);
