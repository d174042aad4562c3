/* SPDX-License-Identifier: MIT */
/*
 * outcome.c - reads the lines of the runtime (guest/handler.c, guest/dump.c).
 */
#include "tests/conformance/outcome.h"

#include <stdlib.h>
#include <string.h>

#include "isa/cp0.h"

/* The parser's place: the program it is in and the last exception, for abbreviated fields. */
struct parser {
	const struct program *program;
	struct outcome *outcome;
	struct record last;
	unsigned step;
};

static struct record *new_record(struct outcome *outcome)
{
	if (outcome->count == outcome->capacity) {
		size_t capacity = outcome->capacity * 2 + 64;
		struct record *records =
			realloc(outcome->records, capacity * sizeof(*outcome->records));

		if (records == NULL) {
			abort();
		}
		outcome->records = records;
		outcome->capacity = capacity;
	}
	return &outcome->records[outcome->count++];
}

/* Reads " f1 f2 ...\n" behind the kind. */
static void parse_fields(const char *line, struct record *record, const struct record *last)
{
	while (*line == ' ' && record->fields < RECORD_FIELDS) {
		unsigned i = record->fields++;
		char *end;

		line++;
		if (*line == '.') {
			record->field[i] = last->field[i];
			line++;
		} else if (*line == '-') {
			/* The abbreviation refers to the last value that was printed. */
			record->field[i] = last->field[i];
			record->undefined |= (uint16_t)(1U << i);
			line++;
		} else {
			record->field[i] = strtoull(line, &end, 16);
			line = end;
		}
	}
}

/* The step a record belongs to; a fetch from elsewhere or an interrupt: that of the one before. */
static void find_step(struct parser *parser, struct record *record)
{
	const struct program *program = parser->program;
	uint64_t offset;

	if (record->kind == 'o') {
		offset = record->field[FIELD_OFFSET];
	} else {
		offset = record->field[FIELD_EPC] - program->code_vaddr;
		if ((record->field[FIELD_CAUSE] & CAUSE_BD) != 0) {
			offset += 4;
		}
	}
	if (offset < 4 * (uint64_t)program->code_count && (offset & 3) == 0 &&
	    (record->kind == 'o' || (record->undefined & 1U << FIELD_EPC) == 0)) {
		parser->step = program_find_step(program, offset);
	}
	record->step = parser->step;
}

static void parse_line(struct parser *parser, const char *line)
{
	struct record *record;

	switch (line[1]) {
	case 'S':
		parser->outcome->end = END_SKIPPED;
		return;
	case 'A':
		parser->outcome->end = END_ABORTED;
		return;
	case 'E':
		parser->outcome->end = END_COMPLETE;
		return;
	case 'x':
	case 'o':
	case 'g':
	case 'h':
	case 'f':
	case 'c':
	case 't':
	case 'm':
		break;
	default:
		return;
	}
	record = new_record(parser->outcome);
	*record = (struct record){ .kind = line[1] };
	parse_fields(line + 2, record, &parser->last);
	if (record->kind == 'x' || record->kind == 'o') {
		find_step(parser, record);
	}
	if (record->kind == 'x') {
		parser->last = *record;
	}
}

/* "~P number": the index of that program, or `count`. */
static unsigned find_program(const char *line, struct program *const *programs, unsigned count)
{
	unsigned long number = strtoul(line + 2, NULL, 16);
	unsigned i = 0;

	while (i < count && programs[i]->number != number) {
		i++;
	}
	return i;
}

void outcome_parse(const char *text, struct program *const *programs, unsigned count,
		   struct outcome *outcomes)
{
	struct parser parser = { 0 };

	while (text != NULL && *text != '\0') {
		if (text[0] == '~' && text[1] == 'P') {
			unsigned i = find_program(text, programs, count);

			parser = (struct parser){ 0 };
			if (i < count) {
				parser.program = programs[i];
				parser.outcome = &outcomes[i];
			}
		} else if (text[0] == '~' && parser.program != NULL) {
			parse_line(&parser, text);
		}
		text = strchr(text, '\n');
		text = text != NULL ? text + 1 : NULL;
	}
}

void outcome_free(struct outcome *outcome)
{
	free(outcome->records);
	*outcome = (struct outcome){ 0 };
}
