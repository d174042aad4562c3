/* SPDX-License-Identifier: MIT */
/*
 * differences.c - the table of rules, and the search in it.
 */
#include "tests/conformance/differences.h"

#include <limits.h>

#include "isa/cp0.h"
#include "tests/conformance/explain.h"

unsigned record_differences(const struct record *a, const struct record *b)
{
	unsigned bits = 0;

	if (a->kind != b->kind || a->fields != b->fields || a->undefined != b->undefined) {
		return UINT_MAX;
	}
	for (unsigned i = 0; i < a->fields; i++) {
		if ((a->undefined >> i & 1) == 0 && a->field[i] != b->field[i]) {
			bits |= 1U << i;
		}
	}
	return bits;
}

const struct rule rules[RULES] = {
#define RULE(id, simulator, scope, trait, section, manual, theirs) \
	[RULE_##id] = { #id, simulator, SCOPE_##scope, TRAIT_BIT(trait), section, manual, theirs },
#include "tests/conformance/differences.def"
#undef RULE
};

typedef bool explain_fn(const struct difference *difference);
typedef unsigned fields_fn(const struct difference *difference);

#define NOTHING(id) NULL

enum rule_id difference_explain(const struct difference *d)
{
#define EXPLAIN_RECORD   NOTHING
#define EXPLAIN_STEP(id) explain_##id
#define EXPLAIN_EXCLUDE  NOTHING
#define EXPLAIN_PROGRAM  NOTHING
	static explain_fn *const explain[RULES] = {
#define RULE(id, simulator, scope, trait, section, manual, theirs) \
	[RULE_##id] = EXPLAIN_##scope(id),
#include "tests/conformance/differences.def"
#undef RULE
	};

	for (enum rule_id id = 0; id < RULES; id++) {
		const struct rule *rule = &rules[id];

		if (rule->simulator == d->simulator && rule->scope == SCOPE_STEP &&
		    (rule->traits & d->step->traits) != 0 && explain[id] != NULL &&
		    explain[id](d)) {
			return id;
		}
	}
	return RULES;
}

/* Which fields of the records rules of scope RECORD do not explain; notes the rules that do. */
static unsigned fields_left(const struct difference *d, bool used[RULES])
{
#define FIELDS_RECORD(id) fields_##id
#define FIELDS_STEP       NOTHING
#define FIELDS_EXCLUDE    NOTHING
#define FIELDS_PROGRAM    NOTHING
	static fields_fn *const fields[RULES] = {
#define RULE(id, simulator, scope, trait, section, manual, theirs) [RULE_##id] = FIELDS_##scope(id),
#include "tests/conformance/differences.def"
#undef RULE
	};
	unsigned left = record_differences(d->ours, d->theirs);

	if (d->ours->kind != 'x' || left == UINT_MAX) {
		return left;
	}
	for (enum rule_id id = 0; id < RULES && left != 0; id++) {
		if (rules[id].simulator == d->simulator && rules[id].scope == SCOPE_RECORD &&
		    fields[id] != NULL) {
			unsigned bits = fields[id](d) & left;

			used[id] = bits != 0;
			left &= ~bits;
		}
	}
	return left;
}

unsigned difference_fields_left(const struct difference *d)
{
	bool used[RULES] = { false };

	return fields_left(d, used);
}

bool difference_explain_record(const struct difference *d, uint64_t *explained)
{
	bool used[RULES] = { false };
	unsigned left = fields_left(d, used);

	for (enum rule_id id = 0; id < RULES && left == 0; id++) {
		explained[id] += used[id];
	}
	return left == 0;
}
