/* SPDX-License-Identifier: MIT */
/*
 * mutate.c - one wrong bit, one exception too few or too many, a program that does not end.
 */
#include "tests/conformance/mutate.h"

#include <stdlib.h>
#include <string.h>

const char *const mutation_names[MUTATIONS] = {
	[MUTATE_VECTOR] = "vector",
	[MUTATE_CAUSE] = "Cause",
	[MUTATE_EPC] = "EPC",
	[MUTATE_BADVADDR] = "BadVAddr",
	[MUTATE_CONTEXT] = "Context",
	[MUTATE_XCONTEXT] = "XContext",
	[MUTATE_ENTRYHI] = "EntryHi",
	[MUTATE_STATUS] = "Status",
	[MUTATE_EXCEPTION_REGISTERS] = "registers at an exception",
	[MUTATE_OBSERVED] = "observed register",
	[MUTATE_OBSERVED_REGISTERS] = "registers at an observation",
	[MUTATE_GENERAL] = "final general register",
	[MUTATE_HILO] = "final HI or LO",
	[MUTATE_FPU] = "final FPU register",
	[MUTATE_CP0] = "final CP0 register",
	[MUTATE_TLB] = "final TLB entry",
	[MUTATE_MEMORY] = "final memory",
	[MUTATE_EXCEPTION_MISSING] = "exception missing",
	[MUTATE_EXCEPTION_TWICE] = "exception twice",
	[MUTATE_NOT_ENDED] = "program not ended",
};

/* Which record a mutation changes: its kind, the field, and the bit that flips. */
struct place {
	char kind;
	uint8_t field;
	uint8_t bit;
};

static const struct place places[MUTATIONS] = {
	[MUTATE_VECTOR] = { 'x', FIELD_VECTOR, 2 },
	[MUTATE_CAUSE] = { 'x', FIELD_CAUSE, 6 },
	[MUTATE_EPC] = { 'x', FIELD_EPC, 40 },
	[MUTATE_BADVADDR] = { 'x', FIELD_BADVADDR, 41 },
	[MUTATE_CONTEXT] = { 'x', FIELD_CONTEXT, 62 },
	[MUTATE_XCONTEXT] = { 'x', FIELD_XCONTEXT, 63 },
	[MUTATE_ENTRYHI] = { 'x', FIELD_ENTRYHI, 3 },
	[MUTATE_STATUS] = { 'x', FIELD_STATUS, 1 },
	[MUTATE_EXCEPTION_REGISTERS] = { 'x', FIELD_REGISTERS, 17 },
	[MUTATE_OBSERVED] = { 'o', FIELD_VALUE, 0 },
	[MUTATE_OBSERVED_REGISTERS] = { 'o', FIELD_OBSERVE_REGISTERS, 5 },
	[MUTATE_GENERAL] = { 'g', 3, 63 },
	[MUTATE_HILO] = { 'h', 1, 31 },
	[MUTATE_FPU] = { 'f', 1, 52 },
	[MUTATE_CP0] = { 'c', 0, 1 },
	[MUTATE_TLB] = { 't', 4, 6 },
	[MUTATE_MEMORY] = { 'm', 2, 0 },
};

/* The last record of a kind whose field is defined: first ones are often refills. */
static size_t find_record(const struct outcome *outcome, const struct place *place)
{
	for (size_t i = outcome->count; i > 0; i--) {
		const struct record *record = &outcome->records[i - 1];

		if (record->kind == place->kind && place->field < record->fields &&
		    (record->undefined >> place->field & 1) == 0) {
			return i - 1;
		}
	}
	return outcome->count;
}

/* One more record at `at`, equal to the one there. */
static bool duplicate_record(struct outcome *outcome, size_t at)
{
	struct record *records =
		realloc(outcome->records, (outcome->count + 1) * sizeof(*outcome->records));

	if (records == NULL) {
		return false;
	}
	outcome->records = records;
	memmove(&records[at + 1], &records[at], (outcome->count - at) * sizeof(*records));
	outcome->count++;
	outcome->capacity = outcome->count;
	return true;
}

bool outcome_mutate(struct outcome *outcome, enum mutation mutation)
{
	static const struct place exception = { 'x', FIELD_CAUSE, 0 };
	const struct place *place = places[mutation].kind != '\0' ? &places[mutation] : &exception;
	size_t at = find_record(outcome, place);

	if (mutation == MUTATE_NOT_ENDED) {
		outcome->end = END_NONE;
		return true;
	}
	if (at == outcome->count) {
		return false;
	}
	if (mutation == MUTATE_EXCEPTION_MISSING) {
		memmove(&outcome->records[at], &outcome->records[at + 1],
			(outcome->count - at - 1) * sizeof(*outcome->records));
		outcome->count--;
		return true;
	}
	if (mutation == MUTATE_EXCEPTION_TWICE) {
		return duplicate_record(outcome, at);
	}
	outcome->records[at].field[place->field] ^= UINT64_C(1) << place->bit;
	return true;
}
