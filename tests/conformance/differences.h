/* SPDX-License-Identifier: MIT */
/*
 * differences.h - the known differences (differences.def) and whether one explains what was seen.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "tests/conformance/outcome.h"
#include "tests/conformance/program.h"
#include "tests/conformance/rules.h"

/* What is left of a step, or one record of each. */
struct difference {
	const struct program *program;
	const struct step *step;
	enum simulator simulator;
	const struct record *ours;
	size_t our_count;
	const struct record *theirs;
	size_t their_count;
	/* The whole step; what is above is without the equal records at both ends. */
	const struct record *all_ours;
	size_t all_our_count;
	const struct record *all_theirs;
	size_t all_their_count;
};

/* The rule of scope STEP that explains the difference, or RULES. */
enum rule_id difference_explain(const struct difference *difference);

/*
 * True if the two records are equal, or rules of scope RECORD explain every field in which they
 * differ; these rules are counted in explained[RULES].
 */
bool difference_explain_record(const struct difference *difference, uint64_t *explained);

/* The fields in which the two records differ and that no rule of scope RECORD explains, as bits. */
unsigned difference_fields_left(const struct difference *difference);

/* Fields in which two records of the same kind differ, as bits; undefined ones never do. */
unsigned record_differences(const struct record *a, const struct record *b);
