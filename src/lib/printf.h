/* SPDX-License-Identifier: MIT */
/*
 * printf.h - formatted output for the monitor's console.
 *
 * %c %s %d %i %u %x %X %p %%, with l, ll, z, j; flags - and 0; width, also *; precision for %s. A
 * conversion that is not known is printed as it stands, and nothing more is converted.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>

struct print_sink {
	void (*put)(struct print_sink *sink, char c);
};

/* Characters put. */
__attribute__((format(printf, 2, 0))) size_t print_format_list(struct print_sink *sink,
							       const char *format, va_list list);
__attribute__((format(printf, 2, 3))) size_t print_format(struct print_sink *sink,
							  const char *format, ...);
/* Into a buffer, always ended with 0 if it has any room; the length it would have had. */
__attribute__((format(printf, 3, 4))) size_t print_buffer(char *buffer, size_t bytes,
							  const char *format, ...);
