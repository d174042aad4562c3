/* SPDX-License-Identifier: MIT */
/* crash.c - writing a crash report. */
#include "sim/cmd/crash.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "isa/cp0.h"
#include "sim/cmd/session.h"
#include "sim/cmd/symbols.h"
#include "sim/control.h"

#define PLACE_BYTES 300U
#define DIGITS_32   8U
#define DIGITS_64   16U
#define REGISTER_RA 31U
#define LAST_LINES  60U

static void write_register(const struct session *session, FILE *stream, const char *name,
			   uint64_t value)
{
	char place[PLACE_BYTES];

	symbols_describe(session->symbols, value, place, sizeof(place));
	fprintf(stream, " %s=0x%016" PRIx64 "%s", name, value, place);
}

static void write_cpu(const struct session *session, FILE *stream, unsigned cpu)
{
	const struct machine *machine = session->machine;

	if (!control_cpu_is_running(machine, cpu)) {
		return;
	}
	fprintf(stream, "cpu %u:", cpu);
	write_register(session, stream, "pc", control_read_register(machine, cpu, REG_PC));
	write_register(session, stream, "ra", control_read_register(machine, cpu, REGISTER_RA));
	write_register(session, stream, "epc",
		       control_read_register(machine, cpu, REG_CP0 + CP0_EPC));
	write_register(session, stream, "badvaddr",
		       control_read_register(machine, cpu, REG_CP0 + CP0_BADVADDR));
	fprintf(stream, " status=0x%08" PRIx64 " cause=0x%08" PRIx64 "\n",
		control_read_register(machine, cpu, REG_CP0 + CP0_STATUS),
		control_read_register(machine, cpu, REG_CP0 + CP0_CAUSE));
}

/* The name of a word of 8 or 16 hexadecimal digits, if it is an address of code that we know. */
static void write_name(const struct session *session, FILE *stream, const char *word, size_t length)
{
	char digits[DIGITS_64 + 1];
	uint64_t address;

	if (length != DIGITS_32 && length != DIGITS_64) {
		return;
	}
	memcpy(digits, word, length);
	digits[length] = '\0';
	address = strtoull(digits, NULL, 16);
	if (length == DIGITS_32) {
		address = (uint64_t)(int64_t)(int32_t)(uint32_t)address;
	}
	const struct elf_symbol *symbol =
		session->symbols != NULL ? elf_find_symbol(session->symbols, address) : NULL;

	if (symbol != NULL && symbol->is_function) {
		fprintf(stream, "{%s+0x%" PRIx64 "}", symbol->name, address - symbol->address);
	}
}

/* A line of the console, printable, with names behind its addresses. */
static void write_line(const struct session *session, FILE *stream, const char *line, size_t length)
{
	for (size_t i = 0; i < length;) {
		size_t digits = 0;

		while (i + digits < length && isxdigit((unsigned char)line[i + digits])) {
			putc(line[i + digits], stream);
			digits++;
		}
		write_name(session, stream, line + i, digits);
		i += digits;
		if (i < length && !isxdigit((unsigned char)line[i])) {
			unsigned char c = (unsigned char)line[i++];

			putc(c == '\t' || (c >= ' ' && c != 0x7f) ? c : '?', stream);
			/* A word that only ends like a number is none. */
			while (i < length && (isalnum(c) || c == '_') &&
			       isxdigit((unsigned char)line[i])) {
				c = (unsigned char)line[i++];
				putc(c, stream);
			}
		}
	}
	putc('\n', stream);
}

static void write_console(const struct session *session, FILE *stream)
{
	char recent[CONSOLE_RECENT_BYTES];
	size_t size = console_sink_recent(&session->sink, recent);
	size_t begin = size;
	unsigned lines = 0;

	while (begin > 0 && (recent[begin - 1] != '\n' || ++lines <= LAST_LINES)) {
		begin--;
	}
	fprintf(stream, "console, the last lines:\n");
	while (begin < size) {
		const char *end = memchr(recent + begin, '\n', size - begin);
		size_t length = end != NULL ? (size_t)(end - recent) - begin : size - begin;
		size_t shown =
			length > 0 && recent[begin + length - 1] == '\r' ? length - 1 : length;

		write_line(session, stream, recent + begin, shown);
		begin += length + 1;
	}
}

void crash_write(const struct session *session, FILE *stream)
{
	for (unsigned i = 0; i < machine_get_config(session->machine)->cpus; i++) {
		write_cpu(session, stream, i);
	}
	write_console(session, stream);
}
