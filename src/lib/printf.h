/* SPDX-License-Identifier: MIT */
/*
 * printf.h - formatted output for the monitor's console.
 *
 * %s, %d, %u and %x with l; width; flag 0, not for negative numbers. A conversion that is not known
 * is printed as it stands, and nothing more is converted.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>

struct print_sink {
	void (*put)(struct print_sink *sink, char c);
};

__attribute__((format(printf, 2, 0))) void print_format_list(struct print_sink *sink,
							     const char *format, va_list list);
__attribute__((format(printf, 2, 3))) void print_format(struct print_sink *sink, const char *format,
							...);
/* Into a buffer of at least one byte, always ended with 0; the length of what is there. */
__attribute__((format(printf, 3, 4))) size_t print_buffer(char *buffer, size_t bytes,
							  const char *format, ...);
