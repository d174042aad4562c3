/* SPDX-License-Identifier: MIT */
/*
 * print.c - printf: %c %s %d %i %u %x %X %p %%, with l and ll, width, 0 and -.
 *
 * One call prints without interruption: a lock keeps the other CPUs out. A CPU that takes an
 * exception while it prints finds itself the owner and prints anyway, so that the report of a
 * crash inside printf is not lost.
 */
#include "guests/lib/print.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "guests/lib/cpu.h"
#include "guests/lib/lock.h"
#include "guests/lib/platform.h"
#include "guests/lib/smp.h"
#include "guests/lib/string.h"

#define NOBODY 0xffffffffU

static struct lock print_lock;
static volatile uint32_t print_owner = NOBODY;

/* One conversion: %[-0][width][l|ll]c */
struct conversion {
	bool left;
	char pad;
	unsigned width;
	unsigned longs; /* number of l */
};

static int print_text(const struct conversion *conversion, const char *text, size_t length)
{
	unsigned padding = length < conversion->width ? conversion->width - (unsigned)length : 0;

	for (unsigned i = 0; i < padding && !conversion->left; i++) {
		platform_putc(conversion->pad);
	}
	for (size_t i = 0; i < length; i++) {
		platform_putc(text[i]);
	}
	for (unsigned i = 0; i < padding && conversion->left; i++) {
		platform_putc(' ');
	}
	return (int)(length + padding);
}

static int print_number(const struct conversion *conversion, uint64_t value, unsigned base,
			char letters, bool is_negative)
{
	char text[24];
	size_t at = sizeof(text);

	do {
		unsigned digit = (unsigned)(value % base);

		text[--at] = (char)(digit < 10 ? '0' + digit : (unsigned)letters + digit - 10);
		value /= base;
	} while (value != 0);
	if (is_negative && conversion->pad == '0') {
		struct conversion rest = *conversion;

		/* The sign comes before the zeros. */
		platform_putc('-');
		rest.width = rest.width > 0 ? rest.width - 1 : 0;
		return 1 + print_text(&rest, &text[at], sizeof(text) - at);
	}
	if (is_negative) {
		text[--at] = '-';
	}
	return print_text(conversion, &text[at], sizeof(text) - at);
}

/* Reads the flags and the width after '%'; returns the conversion letter's place. */
static const char *print_parse(const char *format, struct conversion *conversion)
{
	*conversion = (struct conversion){ .pad = ' ' };
	for (; *format == '-' || *format == '0'; format++) {
		if (*format == '-') {
			conversion->left = true;
		} else {
			conversion->pad = '0';
		}
	}
	for (; *format >= '0' && *format <= '9'; format++) {
		conversion->width = conversion->width * 10 + (unsigned)(*format - '0');
	}
	for (; *format == 'l'; format++) {
		conversion->longs++;
	}
	return format;
}

/* A va_list in a struct, so that a function can take arguments from its caller's. */
struct arguments {
	va_list list;
};

static int64_t print_signed(const struct conversion *conversion, struct arguments *arguments)
{
	if (conversion->longs >= 2) {
		return va_arg(arguments->list, long long);
	}
	return conversion->longs == 1 ? va_arg(arguments->list, long)
				      : va_arg(arguments->list, int);
}

static uint64_t print_unsigned(const struct conversion *conversion, struct arguments *arguments)
{
	if (conversion->longs >= 2) {
		return va_arg(arguments->list, unsigned long long);
	}
	return conversion->longs == 1 ? va_arg(arguments->list, unsigned long)
				      : va_arg(arguments->list, unsigned);
}

static int print_conversion(char letter, struct conversion *conversion, struct arguments *arguments)
{
	const char *text;
	int64_t number;
	char c;

	switch (letter) {
	case 'd':
	case 'i':
		number = print_signed(conversion, arguments);
		return print_number(conversion, number < 0 ? -(uint64_t)number : (uint64_t)number,
				    10, 'a', number < 0);
	case 'u':
		return print_number(conversion, print_unsigned(conversion, arguments), 10, 'a',
				    false);
	case 'x':
	case 'X':
		return print_number(conversion, print_unsigned(conversion, arguments), 16,
				    (char)(letter - 'x' + 'a'), false);
	case 'p':
		conversion->pad = '0';
		conversion->width = 2 * sizeof(void *);
		return print_number(conversion, (uintptr_t)va_arg(arguments->list, void *), 16, 'a',
				    false);
	case 's':
		text = va_arg(arguments->list, const char *);
		return print_text(conversion, text, strlen(text));
	case 'c':
		c = (char)va_arg(arguments->list, int);
		return print_text(conversion, &c, 1);
	default: /* '%', or a mistake that shows */
		return print_text(conversion, &letter, 1);
	}
}

static int print_format(const char *format, va_list args)
{
	struct arguments arguments;
	struct conversion conversion;
	int printed = 0;

	va_copy(arguments.list, args);
	for (; *format != '\0'; format++) {
		if (*format != '%') {
			platform_putc(*format);
			printed++;
			continue;
		}
		format = print_parse(format + 1, &conversion);
		if (*format == '\0') {
			break;
		}
		printed += print_conversion(*format, &conversion, &arguments);
	}
	va_end(arguments.list);
	return printed;
}

int vprintf(const char *format, va_list args)
{
	uint32_t status = cpu_interrupts_off();
	bool is_owner = print_owner == smp_cpu();
	int printed;

	if (!is_owner) {
		lock_acquire(&print_lock);
		print_owner = smp_cpu();
	}
	printed = print_format(format, args);
	if (!is_owner) {
		print_owner = NOBODY;
		lock_release(&print_lock);
	}
	cpu_interrupts_restore(status);
	return printed;
}

int printf(const char *format, ...)
{
	va_list args;
	int printed;

	va_start(args, format);
	printed = vprintf(format, args);
	va_end(args);
	return printed;
}

int puts(const char *text)
{
	return printf("%s\n", text);
}
