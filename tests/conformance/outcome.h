/* SPDX-License-Identifier: MIT */
/*
 * outcome.h - what one simulator printed about one program, as numbers.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/conformance/program.h"

#define RECORD_FIELDS 10

/* Fields of an exception record, in the order of guest/handler.c. */
enum exception_field {
	FIELD_VECTOR,
	FIELD_CAUSE,
	FIELD_EPC,
	FIELD_BADVADDR,
	FIELD_CONTEXT,
	FIELD_XCONTEXT,
	FIELD_ENTRYHI,
	FIELD_STATUS,
	FIELD_REGISTERS
};

/* Fields of an observed register. */
enum observe_field {
	FIELD_OFFSET,
	FIELD_VALUE,
	FIELD_OBSERVE_REGISTERS
};

/* A line: kind 'x' exception, 'o' observed register, or part of the final state. */
struct record {
	char kind;
	uint8_t fields;
	uint16_t undefined; /* bit per field that the manual leaves undefined */
	unsigned step;      /* of x and o */
	uint64_t field[RECORD_FIELDS];
};

enum outcome_end {
	END_NONE,
	END_COMPLETE,
	END_SKIPPED,
	END_ABORTED
};

struct outcome {
	struct record *records;
	size_t count;
	size_t capacity;
	enum outcome_end end;
};

/*
 * Takes the output of a run apart; outcomes[i] belongs to programs[i]. Lines that the runtime
 * did not write (warnings of GXemul) are passed over. Frees nothing; outcomes must be zeroed.
 */
void outcome_parse(const char *text, struct program *const *programs, unsigned count,
		   struct outcome *outcomes);
void outcome_free(struct outcome *outcome);
