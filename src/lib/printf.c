/* SPDX-License-Identifier: MIT */
/* printf.c - formatted output: conversions as printf.h lists them. */
#include "src/lib/printf.h"

#include <stdbool.h>
#include <stdint.h>

#include "src/lib/string.h"

#define DIGITS_MAX 21 /* of -2^63 in decimal */

/* A va_list in a structure, so that a pointer to it is portable. */
struct arguments {
	va_list list;
};

/* At the right end of a field. */
static void put_field(struct print_sink *sink, char fill, size_t width, const char *text,
		      size_t length)
{
	for (; width > length; width--) {
		sink->put(sink, fill);
	}
	for (; length != 0; length--) {
		sink->put(sink, *text++);
	}
}

static void put_number(struct print_sink *sink, char fill, size_t width, char letter,
		       uint64_t value)
{
	char text[DIGITS_MAX];
	size_t at = sizeof(text);
	bool is_negative = letter == 'd' && (int64_t)value < 0;
	unsigned base = letter == 'x' ? 16 : 10;

	if (is_negative) {
		value = 0 - value;
	}
	do {
		text[--at] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value != 0);
	if (is_negative) {
		text[--at] = '-';
	}
	put_field(sink, fill, width, text + at, sizeof(text) - at);
}

/* What stands behind a %; NULL if it is unknown, and nothing has been put. */
static const char *convert(struct print_sink *sink, const char *format, struct arguments *arguments)
{
	char fill = *format == '0' ? '0' : ' ';
	bool is_long = false;
	size_t width = 0;
	const char *string;
	uint64_t value;

	for (; *format >= '0' && *format <= '9'; format++) {
		width = width * 10 + (size_t)(*format - '0');
	}
	for (; *format == 'l'; format++) {
		is_long = true;
	}
	switch (*format) {
	case 's':
		string = va_arg(arguments->list, const char *);
		put_field(sink, ' ', width, string, strlen(string));
		break;
	case 'd':
	case 'u':
	case 'x':
		if (is_long) {
			value = va_arg(arguments->list, uint64_t);
		} else {
			int number = va_arg(arguments->list, int);

			value = *format == 'd' ? (uint64_t)number : (unsigned)number;
		}
		put_number(sink, fill, width, *format, value);
		break;
	default:
		return NULL;
	}
	return format + 1;
}

void print_format_list(struct print_sink *sink, const char *format, va_list list)
{
	struct arguments arguments;
	bool is_lost = false;

	va_copy(arguments.list, list);
	while (*format) {
		const char *behind = NULL;

		if (*format == '%' && !is_lost) {
			behind = convert(sink, format + 1, &arguments);
			/* What an unknown letter would have taken is unknown: stop converting. */
			is_lost = behind == NULL;
		}
		if (behind == NULL) {
			sink->put(sink, *format);
			behind = format + 1;
		}
		format = behind;
	}
	va_end(arguments.list);
}

void print_format(struct print_sink *sink, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	print_format_list(sink, format, list);
	va_end(list);
}

struct buffer_sink {
	struct print_sink sink;
	char *at;
	char *last; /* kept for the 0 */
};

static void put_in_buffer(struct print_sink *sink, char c)
{
	struct buffer_sink *buffer = (struct buffer_sink *)sink;

	if (buffer->at < buffer->last) {
		*buffer->at++ = c;
	}
}

size_t print_buffer(char *buffer, size_t bytes, const char *format, ...)
{
	struct buffer_sink sink = { { put_in_buffer }, buffer, buffer + bytes - 1 };
	va_list list;

	va_start(list, format);
	print_format_list(&sink.sink, format, list);
	va_end(list);
	*sink.at = 0;
	return (size_t)(sink.at - buffer);
}
