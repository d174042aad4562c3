/* SPDX-License-Identifier: MIT */
/* stdlib.h - memory, numbers, the end of the program (libc.c, memory.c). */
#pragma once

#include <stddef.h>

/* Ends the machine or the virtual machine. */
_Noreturn void exit(int code);

void *malloc(size_t size);
/* Fresh memory is zero and is not touched: its node is that of the CPU that uses it first. */
void *calloc(size_t count, size_t size);
void *realloc(void *memory, size_t size);
void free(void *memory);

/* Of base 10. */
long strtol(const char *text, char **end, int base);
unsigned long strtoul(const char *text, char **end, int base);
