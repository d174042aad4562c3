/* SPDX-License-Identifier: MIT */
/*
 * explain.h - the explanations behind differences.def, and what they share.
 */
#pragma once

#include "tests/conformance/differences.h"

#define FIELD_BIT(name) (1U << FIELD_##name)

/* STEP: does the rule explain all that is left of the step? */
#define DECLARE_STEP(id) bool explain_##id(const struct difference *difference);
/* RECORD: the fields that the rule explains, as bits. */
#define DECLARE_RECORD(id) unsigned fields_##id(const struct difference *difference);
#define DECLARE_EXCLUDE(id)
#define DECLARE_PROGRAM(id)
#define RULE(id, simulator, scope, trait, section, manual, theirs) DECLARE_##scope(id)
#include "tests/conformance/differences.def"
#undef RULE

/* ExcCode of an exception record. */
unsigned exception_code(const struct record *record);

/* The records are exactly one exception with this code. */
bool is_exception(const struct record *records, size_t count, unsigned code);

/* An exception that the runtime's refill handler served: the program has the page. */
bool is_served_refill(const struct program *program, const struct record *record);

/* One of the records is an exception with this code. */
bool has_exception(const struct record *records, size_t count, unsigned code);

/* The instruction word an exception record is about, 0 if it is not in the program. */
uint32_t record_word(const struct program *program, const struct record *record);

/* A run of records. */
struct span {
	const struct record *records;
	size_t count;
};

/*
 * Of two runs of records with the same observations: the hashes of the registers differ exactly as
 * the observed values do, so no other register is different.
 */
bool only_observed_differ(const struct program *program, struct span ours, struct span theirs);

/* The records are the same but for the values of registers, and what RECORD rules explain. */
bool same_but_values(const struct difference *difference, struct span ours, struct span theirs);

/* The manual's exception is missing on their side, where the instruction had an effect instead. */
bool is_executed(const struct difference *difference, unsigned code);
/* The other way round: they raise an exception that the manual does not have. */
bool is_executed_by_us(const struct difference *difference, unsigned code);
