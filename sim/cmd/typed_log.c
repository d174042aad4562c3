/* SPDX-License-Identifier: MIT */
/* typed_log.c - writing and reading what was typed. */
#include "sim/cmd/typed_log.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/config/files.h"

#define HEADER        "mirrorball typed 1 "
#define LOG_BYTES_MAX (256U << 20)
#define WAKE_WORD     "sleep "
#define QUIT_WORD     "quit"
#define DIGITS        "0123456789abcdef"

void typed_log_begin(FILE *log, uint64_t done)
{
	fprintf(log, HEADER "%" PRIu64 "\n", done);
}

void typed_log_write(FILE *log, bool is_wake, uint64_t cycle, const uint8_t *bytes, size_t size)
{
	fprintf(log, "%s%" PRIu64 " ", is_wake ? WAKE_WORD : "", cycle);
	for (size_t i = 0; i < size; i++) {
		fprintf(log, "%02x", bytes[i]);
	}
	fputs(size == 0 ? QUIT_WORD "\n" : "\n", log);
	fflush(log);
}

/* The array grows by doubling: whenever the count is a power of two. */
static void add_entry(struct typed_log *log, const struct typed_entry *entry)
{
	if ((log->count & (log->count - 1)) == 0) {
		size_t room = log->count == 0 ? 1 : log->count * 2;
		struct typed_entry *larger = realloc(log->entry, room * sizeof(*larger));

		if (larger == NULL) {
			abort(); /* the host is out of memory */
		}
		log->entry = larger;
	}
	log->entry[log->count++] = *entry;
}

/* "CYCLE DIGITS" or "sleep CYCLE DIGITS"; cycles never go back. */
static bool read_line(struct typed_log *log, const char *line)
{
	struct typed_entry entry = { .first = log->size };
	char *end;

	if (strncmp(line, WAKE_WORD, strlen(WAKE_WORD)) == 0) {
		entry.is_wake = true;
		line += strlen(WAKE_WORD);
	}
	if (*line < '0' || *line > '9') {
		return false;
	}
	entry.cycle = strtoull(line, &end, 10);
	size_t digits = *end == ' ' ? strlen(end + 1) : 0;

	bool quits = digits != 0 && strcmp(end + 1, QUIT_WORD) == 0;

	if (digits == 0 || (!quits && (digits % 2 != 0 || strspn(end + 1, DIGITS) != digits)) ||
	    (log->count > 0 && entry.cycle < log->entry[log->count - 1].cycle)) {
		return false;
	}
	for (const char *at = end + 1; !quits && *at != '\0'; at += 2) {
		char pair[3] = { at[0], at[1], '\0' };

		log->bytes[log->size++] = (uint8_t)strtoul(pair, NULL, 16);
	}
	entry.count = log->size - entry.first;
	add_entry(log, &entry);
	return true;
}

static bool read_lines(struct typed_log *log, const char *path, char *text, struct error *err)
{
	unsigned number = 1;

	for (char *line = text; *line != '\0';) {
		size_t length = strcspn(line, "\n");
		bool is_last = line[length] == '\0';

		number++;
		line[length] = '\0';
		/* A line without its end was cut off. */
		if (is_last || !read_line(log, line)) {
			return error_set(err, EXIT_USAGE,
					 "--replay: %s:%u: expected [sleep] CYCLE DIGITS, cycles "
					 "in their order",
					 path, number);
		}
		line += length + 1;
	}
	return true;
}

/* The log of another run, or of another part of it, is none for this machine. */
static bool find_position(struct typed_log *log, const char *path, uint64_t before, uint64_t done,
			  struct error *err)
{
	if (done < before || done - before > log->count) {
		return error_set(err, EXIT_USAGE,
				 "--replay: %s has entries %" PRIu64 " to %" PRIu64
				 " of a run, the machine has got %" PRIu64,
				 path, before, before + log->count, done);
	}
	log->position = done - before;
	return true;
}

static bool read_text(struct typed_log *log, const char *path, char *text, uint64_t done,
		      struct error *err)
{
	size_t length = strlen(HEADER);
	char *end = text;
	uint64_t before = 0;

	if (strncmp(text, HEADER, length) == 0 && text[length] >= '0' && text[length] <= '9') {
		before = strtoull(text + length, &end, 10);
	}
	if (*end != '\n' || end == text) {
		return error_set(err, EXIT_USAGE, "--replay: %s is no file of --record", path);
	}
	return read_lines(log, path, end + 1, err) && find_position(log, path, before, done, err);
}

bool typed_log_read(struct typed_log *log, const char *path, uint64_t done, struct error *err)
{
	uint8_t *bytes;
	size_t size;

	if (!files_read(path, LOG_BYTES_MAX, &bytes, &size, err)) {
		return false;
	}
	char *text = strndup((const char *)bytes, size);

	free(bytes);
	log->bytes = malloc(size / 2 + 1);
	if (text == NULL || log->bytes == NULL) {
		abort(); /* the host is out of memory */
	}
	bool good = read_text(log, path, text, done, err);

	free(text);
	return good;
}

void typed_log_release(struct typed_log *log)
{
	free(log->entry);
	free(log->bytes);
	*log = (struct typed_log){ 0 };
}

bool typed_log_remains(const struct typed_log *log)
{
	return log->position < log->count;
}

bool typed_log_waits(const struct typed_log *log)
{
	return typed_log_remains(log) && !log->entry[log->position].is_wake;
}

bool typed_log_quits(const struct typed_log *log)
{
	return typed_log_remains(log) && log->entry[log->position].count == 0;
}

bool typed_log_give(struct typed_log *log, struct machine *machine)
{
	const struct typed_entry *entry = &log->entry[log->position++];

	log->given++;
	for (size_t i = 0; i < entry->count; i++) {
		if (!machine_console_input(machine, log->bytes[entry->first + i])) {
			return false;
		}
	}
	return true;
}
