/* SPDX-License-Identifier: MIT */
/* libc.c - the rest of the C library's subset: numbers, strings, output, the end. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guests/lib/cpu.h"
#include "guests/lib/platform.h"
#include "guests/libos/libos.h"

#define SECONDS_MAX 10U

static uint32_t count_hz; /* of Count, which is in step on all CPUs */

void libos_clock_start(uint32_t hz)
{
	count_hz = hz / 2;
}

int usleep(unsigned microseconds)
{
	uint32_t begin = cpu_count();
	uint32_t counts = count_hz / 1000000 * microseconds;

	while (microseconds <= SECONDS_MAX * 1000000 && cpu_count() - begin < counts) {
	}
	return microseconds <= SECONDS_MAX * 1000000 ? 0 : -1;
}

_Noreturn void exit(int code)
{
	platform_exit(code);
}

int fprintf(FILE *stream, const char *format, ...)
{
	va_list arguments;
	int count;

	(void)stream;
	va_start(arguments, format);
	count = vprintf(format, arguments);
	va_end(arguments);
	return count;
}

unsigned long strtoul(const char *text, char **end, int base)
{
	return (unsigned long)strtol(text, end, base);
}

/* What does not fit wraps; another base than 10 reads nothing. */
long strtol(const char *text, char **end, int base)
{
	const char *at = text;
	unsigned long value = 0;
	int is_negative;

	while (*at == ' ' || *at == '\t') {
		at++;
	}
	is_negative = *at == '-';
	at += *at == '-' || *at == '+';
	if (base != 10 || *at < '0' || *at > '9') {
		at = text;
		is_negative = 0;
	}
	while (base == 10 && *at >= '0' && *at <= '9') {
		value = value * 10 + (unsigned long)(*at++ - '0');
	}
	if (end != NULL) {
		*end = (char *)at;
	}
	return (long)(is_negative ? -value : value);
}

size_t strcspn(const char *text, const char *stop)
{
	size_t length = 0;

	while (text[length] != '\0') {
		for (const char *at = stop; *at != '\0'; at++) {
			if (*at == text[length]) {
				return length;
			}
		}
		length++;
	}
	return length;
}
