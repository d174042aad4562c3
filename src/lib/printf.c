/* SPDX-License-Identifier: MIT */
/* printf.c - formatted output: conversions as printf.h lists them. */
#include "src/lib/printf.h"

#include <stdbool.h>
#include <stdint.h>

#include "src/lib/string.h"

#define DIGITS_MAX 20 /* of 2^64 - 1 in decimal */
#define WIDTH_MAX  1024

/* One conversion as written between % and its letter. */
struct conversion {
	bool left;
	bool zero;
	bool has_precision;
	size_t width;
	size_t precision;
	unsigned longs; /* l, ll, z, j: 64 bits from 1 on */
};

static void put_many(struct print_sink *sink, char c, size_t count)
{
	while (count-- != 0) {
		sink->put(sink, c);
	}
}

/* `prefix` (a sign) and `length` characters in a field. */
static size_t put_field(struct print_sink *sink, const struct conversion *conversion,
			const char *prefix, const char *text, size_t length)
{
	size_t used = length + strlen(prefix);
	size_t fill = conversion->width > used ? conversion->width - used : 0;

	if (!conversion->left && !conversion->zero) {
		put_many(sink, ' ', fill);
	}
	for (const char *p = prefix; *p; p++) {
		sink->put(sink, *p);
	}
	if (!conversion->left && conversion->zero) {
		put_many(sink, '0', fill);
	}
	for (size_t i = 0; i < length; i++) {
		sink->put(sink, text[i]);
	}
	if (conversion->left) {
		put_many(sink, ' ', fill);
	}
	return used + fill;
}

static size_t put_number(struct print_sink *sink, const struct conversion *conversion,
			 const char *prefix, uint64_t value, unsigned base, const char *digits)
{
	char text[DIGITS_MAX];
	size_t at = sizeof(text);

	do {
		text[--at] = digits[value % base];
		value /= base;
	} while (value != 0);
	return put_field(sink, conversion, prefix, text + at, sizeof(text) - at);
}

static size_t put_string(struct print_sink *sink, const struct conversion *conversion,
			 const char *string)
{
	struct conversion field = *conversion;

	if (!string) {
		string = "(null)";
	}
	field.zero = false;
	return put_field(sink, &field, "", string,
			 string_length(string, field.has_precision ? field.precision : SIZE_MAX));
}

static const char *read_number(const char *format, size_t *number)
{
	*number = 0;
	for (; *format >= '0' && *format <= '9'; format++) {
		if (*number < WIDTH_MAX) {
			*number = *number * 10 + (size_t)(*format - '0');
		}
	}
	return format;
}

/* A va_list in a structure, so that a pointer to it is portable. */
struct arguments {
	va_list list;
};

static size_t from_int(int value)
{
	return value < 0 ? 0 : (size_t)value;
}

/* From behind the % to the letter. */
static const char *read_conversion(const char *format, struct conversion *conversion,
				   struct arguments *arguments)
{
	*conversion = (struct conversion){ 0 };
	for (; *format == '-' || *format == '0'; format++) {
		conversion->left |= *format == '-';
		conversion->zero |= *format == '0';
	}
	if (*format == '*') {
		int width = va_arg(arguments->list, int);

		conversion->left |= width < 0;
		conversion->width = from_int(width < 0 ? -width : width);
		format++;
	} else {
		format = read_number(format, &conversion->width);
	}
	if (*format == '.') {
		conversion->has_precision = true;
		if (*++format == '*') {
			conversion->precision = from_int(va_arg(arguments->list, int));
			format++;
		} else {
			format = read_number(format, &conversion->precision);
		}
	}
	for (; *format == 'l' || *format == 'z' || *format == 'j'; format++) {
		conversion->longs++;
	}
	return format;
}

static uint64_t next_unsigned(const struct conversion *conversion, struct arguments *arguments)
{
	return conversion->longs ? va_arg(arguments->list, uint64_t)
				 : va_arg(arguments->list, unsigned);
}

/* The magnitude; *prefix becomes "-" for a negative number. */
static uint64_t next_signed(const struct conversion *conversion, struct arguments *arguments,
			    const char **prefix)
{
	int64_t value =
		conversion->longs ? va_arg(arguments->list, int64_t) : va_arg(arguments->list, int);

	if (value >= 0) {
		return (uint64_t)value;
	}
	*prefix = "-";
	return 0 - (uint64_t)value;
}

static bool convert_number(struct print_sink *sink, char letter,
			   const struct conversion *conversion, struct arguments *arguments,
			   size_t *count)
{
	const char *digits = letter == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
	const char *prefix = "";
	unsigned base = 16;
	uint64_t value;

	switch (letter) {
	case 'd':
	case 'i':
		value = next_signed(conversion, arguments, &prefix);
		base = 10;
		break;
	case 'p':
		value = (uintptr_t)va_arg(arguments->list, void *);
		prefix = "0x";
		break;
	case 'u':
		base = 10;
		/* fallthrough */
	case 'x':
	case 'X':
		value = next_unsigned(conversion, arguments);
		break;
	default:
		return false;
	}
	*count += put_number(sink, conversion, prefix, value, base, digits);
	return true;
}

/* False: the letter is unknown and nothing has been put. */
static bool convert(struct print_sink *sink, char letter, const struct conversion *conversion,
		    struct arguments *arguments, size_t *count)
{
	char c = '%';

	switch (letter) {
	case '%':
		sink->put(sink, c);
		*count += 1;
		return true;
	case 'c':
		c = (char)va_arg(arguments->list, int);
		*count += put_field(sink, conversion, "", &c, 1);
		return true;
	case 's':
		*count += put_string(sink, conversion, va_arg(arguments->list, const char *));
		return true;
	default:
		return convert_number(sink, letter, conversion, arguments, count);
	}
}

size_t print_format_list(struct print_sink *sink, const char *format, va_list list)
{
	struct arguments arguments;
	size_t count = 0;
	bool is_lost = false;

	va_copy(arguments.list, list);
	while (*format) {
		struct conversion conversion;
		const char *start = format++;

		if (*start == '%' && !is_lost) {
			const char *letter = read_conversion(format, &conversion, &arguments);

			/* What an unknown letter would have taken is unknown: stop converting. */
			is_lost = !convert(sink, *letter, &conversion, &arguments, &count);
			if (!is_lost) {
				format = letter + 1;
				continue;
			}
		}
		sink->put(sink, *start);
		count++;
	}
	va_end(arguments.list);
	return count;
}

size_t print_format(struct print_sink *sink, const char *format, ...)
{
	va_list list;
	size_t count;

	va_start(list, format);
	count = print_format_list(sink, format, list);
	va_end(list);
	return count;
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
	struct buffer_sink sink = { { put_in_buffer },
				    buffer,
				    buffer + (bytes != 0 ? bytes - 1 : 0) };
	va_list list;
	size_t count;

	if (bytes != 0) {
		buffer[0] = 0;
	}
	va_start(list, format);
	count = print_format_list(&sink.sink, format, list);
	va_end(list);
	if (bytes != 0) {
		*sink.at = 0;
	}
	return count;
}
