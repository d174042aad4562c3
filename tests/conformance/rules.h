/* SPDX-License-Identifier: MIT */
/*
 * rules.h - the rows of differences.def.
 */
#pragma once

#include "tests/conformance/program.h"

enum rule_id {
#define RULE(id, simulator, scope, trait, section, manual, theirs) RULE_##id,
#include "tests/conformance/differences.def"
#undef RULE
	RULES
};

/*
 * SCOPE_RECORD: explains a single record; SCOPE_STEP: what is left of a step; SCOPE_EXCLUDE:
 * steps, and SCOPE_PROGRAM: programs, that the simulator does not run at all.
 */
enum rule_scope {
	SCOPE_RECORD,
	SCOPE_STEP,
	SCOPE_EXCLUDE,
	SCOPE_PROGRAM
};

struct rule {
	const char *name;
	enum simulator simulator;
	enum rule_scope scope;
	uint64_t traits;
	const char *section;
	const char *manual;
	const char *theirs;
};

extern const struct rule rules[RULES];
